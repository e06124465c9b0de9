package chooser

import (
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

func TestParseAnswer(t *testing.T) {
	for text, want := range map[string][]string{
		"DIRECT":                            {"direct://"},
		" direct ; ":                        {"direct://"},
		"PROXY p.test:3128":                 {"http://p.test:3128"},
		"HTTP p.test":                       {"http://p.test:80"},
		"HTTPS p.test":                      {"https://p.test:443"},
		"SOCKS 127.0.0.1:9050;DIRECT":       {"socks5://127.0.0.1:9050", "direct://"},
		"socks5\t[::1]:1":                   {"socks5://[::1]:1"},
		"SOCKS4  p.test":                    {"socks4a://p.test:1080"},
		"PROXY a:1; PROXY b:2;\n SOCKS c:3": {"http://a:1", "http://b:2", "socks5://c:3"},
	} {
		if got, err := ParseAnswer(text); err != nil || !slices.Equal(got, want) {
			t.Errorf("ParseAnswer(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"":                             "empty",
		" ; ;":                         "empty",
		"QUIC p.test:1; DIRECT":        "there are DIRECT",
		"DIRECT p.test":                "has no address",
		"PROXY":                        "no host",
		"PROXY ; DIRECT":               "no host",
		"PROXY p.test:0":               "port",
		"PROXY p.test:99999":           "port",
		"PROXY p q":                    "a character that no host has",
		"PROXY p\x00q":                 "a character that no host has",
		"PROXY p\r\nX: y":              "",
		"PROXY user:pw@p.test":         "host:port alone",
		"PROXY p.test/path":            "host:port alone",
		"PROXY http://p.test":          "host:port alone",
		"p.test:3128":                  "there are DIRECT",
		strings.Repeat("PROXY a;", 40): "more than 32 ways",
		strings.Repeat(" ", 5000):      "longer than",
	} {
		if got, err := ParseAnswer(text); err == nil || !strings.Contains(err.Error(), want) || strings.ContainsAny(err.Error(), "\r\n\x00") {
			t.Errorf("ParseAnswer(%q) = %q, %v, want %q", text, got, err, want)
		}
	}
}

// What an answer means can be dialled, and an answer that names no DIRECT never
// means it.
func FuzzParseAnswer(f *testing.F) {
	for _, text := range []string{"DIRECT", "PROXY a:1; SOCKS b", "HTTPS [::1]:8443;", "SOCKS4 x;DIRECT"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ways, err := ParseAnswer(text)
		if err == nil && len(ways) == 0 {
			t.Fatal("no way, and no error")
		}
		for _, way := range ways {
			u, err := upstream.New(upstream.Spec{URL: way})
			if err != nil {
				t.Fatalf("New(%q) = %v", way, err)
			}
			if u.Direct() && !strings.Contains(strings.ToUpper(text), "DIRECT") || u.Script() != "" {
				t.Fatalf("%q means %q", text, way)
			}
			u.Close()
		}
	})
}

func TestFilePath(t *testing.T) {
	for _, test := range []struct{ path, goos, want string }{
		{"/etc/x.pac", "linux", "/etc/x.pac"},
		{"/C:/x.pac", "linux", "/C:/x.pac"},
		{"/C:/x.pac", "windows", "C:/x.pac"},
		{"/x", "windows", "/x"},
	} {
		if got := strings.ReplaceAll(filePath(test.path, test.goos), `\`, "/"); got != test.want {
			t.Errorf("filePath(%q, %s) = %q, want %q", test.path, test.goos, got, test.want)
		}
	}
}
