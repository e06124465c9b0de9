package http1_test

import (
	"fmt"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

func TestParseTarget(t *testing.T) {
	show := func(t http1.Target) string {
		form := [...]string{"origin", "absolute", "authority", "asterisk"}[t.Form]
		return fmt.Sprintf("%s scheme=%s authority=%s path=%s host=%s port=%d", form, t.Scheme, t.Authority, t.Path, t.Host, t.Port)
	}
	for _, c := range []struct{ method, target, want string }{ // no want: refused
		{"GET", "/", "origin scheme= authority= path=/ host= port=0"},
		{"OPTIONS", "/x", "origin scheme= authority= path=/x host= port=0"},
		{"GET", "//a.test/x", "origin scheme= authority= path=//a.test/x host= port=0"},
		{"GET", "/http://a.test/", "origin scheme= authority= path=/http://a.test/ host= port=0"},
		{"GET", "/%2f%zz%;a?b;c=%\xff\xc3\xa9", "origin scheme= authority= path=/%2f%zz%;a?b;c=%\xff\xc3\xa9 host= port=0"},
		{"GET", "/u@h", "origin scheme= authority= path=/u@h host= port=0"},
		{"GET", "/a#b", ""},
		{"GET", "/a?b#", ""},

		{"GET", "http://a.test/", "absolute scheme=http authority=a.test path=/ host=a.test port=0"},
		{"GET", "HTTP://A.test:8080/%2F", "absolute scheme=HTTP authority=A.test:8080 path=/%2F host=A.test port=8080"},
		{"GET", "ws://a.test/", "absolute scheme=ws authority=a.test path=/ host=a.test port=0"},
		{"GET", "a+b-1.0://h/", "absolute scheme=a+b-1.0 authority=h path=/ host=h port=0"},
		{"GET", "http://a.test", "absolute scheme=http authority=a.test path= host=a.test port=0"},
		{"OPTIONS", "http://a.test", "absolute scheme=http authority=a.test path= host=a.test port=0"},
		{"GET", "http://a.test?x", "absolute scheme=http authority=a.test path=?x host=a.test port=0"},
		{"GET", "http://a.test?x/y", "absolute scheme=http authority=a.test path=?x/y host=a.test port=0"},
		{"GET", "http://a.test:80?u@x", "absolute scheme=http authority=a.test:80 path=?u@x host=a.test port=80"},
		{"GET", "http://a.test/u@x:y", "absolute scheme=http authority=a.test path=/u@x:y host=a.test port=0"},
		{"GET", "http://a.test/http://b.test/", "absolute scheme=http authority=a.test path=/http://b.test/ host=a.test port=0"},
		{"GET", "http://a.test:/", "absolute scheme=http authority=a.test: path=/ host=a.test port=0"},
		{"GET", "http://a.test:1/", "absolute scheme=http authority=a.test:1 path=/ host=a.test port=1"},
		{"GET", "http://a.test:00080/", "absolute scheme=http authority=a.test:00080 path=/ host=a.test port=80"},
		{"GET", "http://a.test:65535/", "absolute scheme=http authority=a.test:65535 path=/ host=a.test port=65535"},
		{"GET", "http://a_b-c~.test/", "absolute scheme=http authority=a_b-c~.test path=/ host=a_b-c~.test port=0"},
		{"GET", "http://\xc3\xa9.test/", "absolute scheme=http authority=\xc3\xa9.test path=/ host=\xc3\xa9.test port=0"},
		{"GET", "http://1.2.3.4:5/", "absolute scheme=http authority=1.2.3.4:5 path=/ host=1.2.3.4 port=5"},
		{"GET", "http://[::1]:80/", "absolute scheme=http authority=[::1]:80 path=/ host=::1 port=80"},
		{"GET", "http://[2001:DB8::1]", "absolute scheme=http authority=[2001:DB8::1] path= host=2001:DB8::1 port=0"},
		{"GET", "http://[::ffff:1.2.3.4]/", "absolute scheme=http authority=[::ffff:1.2.3.4] path=/ host=::ffff:1.2.3.4 port=0"},
		{"GET", "http://[::1]:/", "absolute scheme=http authority=[::1]: path=/ host=::1 port=0"},
		{"connect", "http://a/", "absolute scheme=http authority=a path=/ host=a port=0"}, // methods are case-sensitive

		{"GET", "http:///x", ""},
		{"GET", "http://", ""},
		{"GET", "http://:80/", ""},
		{"GET", "http://?x", ""},
		{"GET", "http://a.test#f", ""},
		{"GET", "http://a.test/x#f", ""},
		{"GET", "http://u@a.test/", ""},
		{"GET", "http://u:p@a.test/", ""},
		{"GET", "http://@a.test/", ""},
		{"GET", "http://a.test:80@b.test/", ""},
		{"GET", "http://a.test\\@b.test/", ""},
		{"GET", "http://a.test\\b", ""},
		{"GET", "http://a.test:0/", ""},
		{"GET", "http://a.test:65536/", ""},
		{"GET", "http://a.test:18446744073709551696/", ""}, // 80 modulo 2^64
		{"GET", "http://a.test:+80/", ""},
		{"GET", "http://a.test:-80/", ""},
		{"GET", "http://a.test:0x50/", ""},
		{"GET", "http://a.test:8_0/", ""},
		{"GET", "http://a.test:http/", ""},
		{"GET", "http://a.test:80:80/", ""},
		{"GET", "http://a.test::80/", ""},
		{"GET", "http://a,b/", ""},
		{"GET", "http://a%2etest/", ""},
		{"GET", "http://a\"b/", ""},
		{"GET", "http://::1/", ""},
		{"GET", "http://[::1/", ""},
		{"GET", "http://::1]/", ""},
		{"GET", "http://[]/", ""},
		{"GET", "http://[/", ""},
		{"GET", "http://[::1]80/", ""},
		{"GET", "http://[::1]a:80/", ""},
		{"GET", "http://[1.2.3.4]/", ""},
		{"GET", "http://[a.test]/", ""},
		{"GET", "http://[fe80::1%25eth0]/", ""},
		{"GET", "http://[fe80::1%eth0]/", ""},
		{"GET", "http:/a.test/", ""},
		{"GET", "http:a.test", ""},
		{"GET", "://a.test/", ""},
		{"GET", "1http://a.test/", ""},
		{"GET", "ht!tp://a.test/", ""},
		{"GET", "ht_tp://a.test/", ""},
		{"GET", "a.test", ""},
		{"GET", "a.test:80", ""},
		{"GET", "?x", ""},
		{"GET", "*", ""},
		{"GET", "", ""},
		{"CONNECT", "", ""},
		{"OPTIONS", "**", ""},
		{"OPTIONS", "*", "asterisk scheme= authority= path= host= port=0"},
		{"options", "*", ""},

		{"CONNECT", "a.test:443", "authority scheme= authority=a.test:443 path= host=a.test port=443"},
		{"CONNECT", "1.2.3.4:1", "authority scheme= authority=1.2.3.4:1 path= host=1.2.3.4 port=1"},
		{"CONNECT", "[::1]:65535", "authority scheme= authority=[::1]:65535 path= host=::1 port=65535"},
		{"CONNECT", "a.test", ""},
		{"CONNECT", "a.test:", ""},
		{"CONNECT", "a.test:0", ""},
		{"CONNECT", "a.test:65536", ""},
		{"CONNECT", ":443", ""},
		{"CONNECT", "::1:443", ""},
		{"CONNECT", "[::1]", ""},
		{"CONNECT", "[::1]443", ""},
		{"CONNECT", "u@a.test:443", ""},
		{"CONNECT", "u:p@a.test:443", ""},
		{"CONNECT", "a.test:443/", ""},
		{"CONNECT", "a.test:443#", ""},
		{"CONNECT", "a.test:443?x", ""},
		{"CONNECT", "http://a.test:443", ""},
		{"CONNECT", "/a.test:443", ""},
		{"CONNECT", "*", ""},
		{"CONNECT", "a.test,b.test:443", ""},
	} {
		got, err := http1.ParseTarget([]byte(c.method), []byte(c.target))
		if err != nil {
			if c.want != "" || status(t, err) != 400 {
				t.Errorf("ParseTarget(%s, %q): %v, want %s", c.method, c.target, err, c.want)
			}
			continue
		}
		if show(got) != c.want {
			t.Errorf("ParseTarget(%s, %q) = %s, want %q", c.method, c.target, show(got), c.want)
		}
	}
}
