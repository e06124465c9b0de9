package upstream_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text   string
		want   upstream.Endpoint
		string string
	}{
		{"socks5://127.0.0.1:1080", upstream.Endpoint{Scheme: "socks5", Address: "127.0.0.1:1080"}, "socks5://127.0.0.1:1080"},
		{"SOCKS5://host.test:9050/", upstream.Endpoint{Scheme: "socks5", Address: "host.test:9050"}, "socks5://host.test:9050"},
		{"socks5h://host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080"}, "socks5://host.test:1080"},
		{"socks://host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080"}, "socks5://host.test:1080"},
		{"host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080"}, "socks5://host.test:1080"},
		{"127.0.0.1:9050", upstream.Endpoint{Scheme: "socks5", Address: "127.0.0.1:9050"}, "socks5://127.0.0.1:9050"},
		{"[::1]:9050", upstream.Endpoint{Scheme: "socks5", Address: "[::1]:9050"}, "socks5://[::1]:9050"},
		{"[::1]", upstream.Endpoint{Scheme: "socks5", Address: "[::1]:1080"}, "socks5://[::1]:1080"},
		{"::1", upstream.Endpoint{Scheme: "socks5", Address: "[::1]:1080"}, "socks5://[::1]:1080"},
		{"socks5://[fe80::1%eth0]:1080", upstream.Endpoint{Scheme: "socks5", Address: "[fe80::1%eth0]:1080"}, "socks5://[fe80::1%eth0]:1080"},
		{"socks5://[fe80::1%25eth0]:1080", upstream.Endpoint{Scheme: "socks5", Address: "[fe80::1%eth0]:1080"}, "socks5://[fe80::1%eth0]:1080"},
		{"socks5://u:p@host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080", User: "u", Password: "p"}, "socks5://u:***@host.test:1080"},
		{"u:p@host.test:1", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1", User: "u", Password: "p"}, "socks5://u:***@host.test:1"},
		{"socks5://a%40b:p%3A%2F%40@host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080", User: "a@b", Password: "p:/@"}, "socks5://a%40b:***@host.test:1080"},
		{"socks5://u:p@ss/wo#rd:?@host.test", upstream.Endpoint{Scheme: "socks5", Address: "host.test:1080", User: "u", Password: "p@ss/wo#rd:?"}, "socks5://u:***@host.test:1080"},
		{"socks4://me@host.test", upstream.Endpoint{Scheme: "socks4", Address: "host.test:1080", User: "me"}, "socks4://me@host.test:1080"},
		{"socks4a://host.test", upstream.Endpoint{Scheme: "socks4a", Address: "host.test:1080"}, "socks4a://host.test:1080"},
		{"direct://", upstream.Endpoint{Scheme: "direct"}, "direct://"},
		{"direct", upstream.Endpoint{Scheme: "direct"}, "direct://"},
		{"Direct:///", upstream.Endpoint{Scheme: "direct"}, "direct://"},
		{"http://proxy.test:3128/", upstream.Endpoint{Scheme: "http", Address: "proxy.test:3128"}, "http://proxy.test:3128"},
		{"HTTP://u:p@proxy.test", upstream.Endpoint{Scheme: "http", Address: "proxy.test:80", User: "u", Password: "p"}, "http://u:***@proxy.test:80"},
		{"https://[::1]", upstream.Endpoint{Scheme: "https", Address: "[::1]:443"}, "https://[::1]:443"},
		{"pac+file:///etc/my%20proxy.pac", upstream.Endpoint{Scheme: "pac+file", Script: "file:///etc/my%20proxy.pac"}, "pac+file:///etc/my%20proxy.pac"},
		{"PAC+FILE://localhost/C:/x.pac", upstream.Endpoint{Scheme: "pac+file", Script: "file:///C:/x.pac"}, "pac+file:///C:/x.pac"},
		{"pac+http://wpad.test/wpad.dat?a=b", upstream.Endpoint{Scheme: "pac+http", Script: "http://wpad.test/wpad.dat?a=b"}, "pac+http://wpad.test/wpad.dat?a=b"},
		{"pac+https://[::1]:8443/p", upstream.Endpoint{Scheme: "pac+https", Script: "https://[::1]:8443/p"}, "pac+https://[::1]:8443/p"},
		{"wormhole://host.test:7/path?q", upstream.Endpoint{Scheme: "wormhole", Address: "host.test:7"}, "wormhole://host.test:7"},
	}
	for _, test := range tests {
		got, err := upstream.Parse(test.text)
		if err != nil || got != test.want {
			t.Errorf("Parse(%q) = %#v, %v; want %#v", test.text, got, err, test.want)
		}
		if got.String() != test.string {
			t.Errorf("Parse(%q).String() = %q, want %q", test.text, got.String(), test.string)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", `upstream "": empty`},
		{"socks5://", "no host"},
		{"socks5://:1080", "no host"},
		{"://host", "no valid scheme"},
		{"so cks://host", "no valid scheme"},
		{"5socks://host", "no valid scheme"},
		{"socks5://host:", "the port is not a number"},
		{"socks5://host:0", "the port is not a number"},
		{"socks5://host:65536", `"socks5://host:65536"`},
		{"socks5://host:http", "the port is not a number"},
		{"socks5://a:b:c", "not host:port"},
		{"socks5://[::1", "not host:port"},
		{"socks5://[host:1]:1", "no IPv6 address"},
		{"socks5://ho st:1", "a character that no host has"},
		{"socks5://ho\nst:1", "a character that no host has"},
		{"socks5://host:1/path", "nothing may follow"},
		{"socks5://host:1?query", "nothing may follow"},
		{"http://host:1/path", "nothing may follow"},
		{"https://host:0", "the port is not a number"},
		{"pac+file://relative.pac", "pac+file:///path"},
		{"pac+file:///", "pac+file:///path"},
		{"pac+file:///a.pac?x", "pac+file:///path"},
		{"pac+http://u:p@host/a.pac", "no login"},
		{"pac+http:///a.pac", "no host"},
		{"pac+http://host:0/a.pac", "the port is not a number"},
		{"pac+https://host/a.pac#x", "nothing may follow"},
		{"pac+https://host/a\nb", "no URL has"},
		{"pac+ftp://host/a.pac", "pac+file, pac+http or pac+https"},
		{"pac+://host/a.pac", "no URL has"},
		{"direct://host", "direct:// has no address"},
		{"socks5://:secret@host", "a login without a user name"},
		{"socks5://u:secret%zz@host", "percent-encoding in the password"},
		{"socks5://u:secret@", "no host"},
		{"socks5://u:sec/ret@host:x", "the port is not a number"},
		{"u:secret@host:99999", `"u:***@host:99999"`},
		{"so cks://u:secret@host", `"so cks://u:***@host"`},
	}
	for _, test := range tests {
		got, err := upstream.Parse(test.text)
		if err == nil {
			t.Errorf("Parse(%q) = %#v", test.text, got)
			continue
		}
		if !strings.Contains(err.Error(), test.want) || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "ret@") {
			t.Errorf("Parse(%q) = %q, want %q", test.text, err, test.want)
		}
	}
}

// No way of printing a thing with a password in it may tell the password.
func TestPasswordsAreNotPrinted(t *testing.T) {
	spec := upstream.Spec{Name: "work", URL: "socks5://u:secret@127.0.0.1:1", Password: "secret", User: "u"}
	endpoint, err := upstream.Parse(spec.URL)
	if err != nil {
		t.Fatal(err)
	}
	u, err := upstream.New(spec)
	if err != nil {
		t.Fatal(err)
	}
	defer u.Close()
	_, dialErr := u.Dial("tcp", "127.0.0.1:1")
	for _, thing := range []any{spec, &spec, endpoint, &endpoint, u, dialErr} {
		var log strings.Builder
		slog.New(slog.NewJSONHandler(&log, nil)).Info("x", "thing", thing)
		texts := []string{fmt.Sprint(thing), fmt.Sprintf("%+v", thing), fmt.Sprintf("%v", thing), log.String()}
		if thing != any(u) {
			texts = append(texts, fmt.Sprintf("%#v", thing))
		}
		for _, text := range texts {
			if strings.Contains(text, "secret") {
				t.Errorf("%T prints as %s", thing, text)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, text := range []string{
		"socks5://127.0.0.1:1080", "u:p@host", "socks5://a%40b:p%3A@[::1]:9050/", "socks4a://me@host", "direct://",
		"::1", "[::1]", "[fe80::1%25eth0]:1", "wormhole://h:1/p?q#f", "socks5://u:p@ss/w@host:1", "socks5://host:1080\x00", "%zz:%zz@h",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		e, err := upstream.Parse(text)
		if err != nil {
			return
		}
		// Without its password, the canonical text means the same.
		again, err := upstream.Parse(e.String())
		if err != nil {
			t.Fatalf("Parse(%q) of %q: %v", e, text, err)
		}
		if e.Password != "" {
			again.Password = e.Password
		}
		if again != e {
			t.Errorf("%q became %q became %q", text, e, again)
		}
		if _, err := upstream.New(upstream.Spec{URL: text}); err != nil && len(e.Password) > 3 &&
			!strings.Contains(upstream.Redact(text), e.Password) && strings.Contains(err.Error(), e.Password) {
			t.Errorf("New(%q) tells the password: %v", text, err)
		}
	})
}
