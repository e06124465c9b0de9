package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// checked runs the check command in a clean home and returns what it printed.
func checked(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("DRAWBRIDGE_UPSTREAM", "")
	var out, errs bytes.Buffer
	code = run(t.Context(), append([]string{"check"}, args...), strings.NewReader(""), &out, &errs)
	return code, out.String(), errs.String()
}

func TestCheck(t *testing.T) {
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	defer page.Close()
	secure := httptest.NewTLSServer(page.Config.Handler)
	defer secure.Close()
	garbage := bridgetest.StartOrigin(t, func(c net.Conn) { fmt.Fprint(c, "220 mail at your service\r\n") })
	names := map[string]string{
		"site.test": page.Listener.Addr().String(), "tls.test": secure.Listener.Addr().String(), "mail.test": garbage.Addr,
	}
	fault := func(f bridgetest.Fault) bridgetest.SOCKS {
		return bridgetest.SOCKS{Names: names, Faults: []bridgetest.Fault{f}}
	}
	tests := []struct {
		name   string
		server bridgetest.SOCKS
		url    string
		code   int
		failed string   // the stage that breaks
		stages []string // all of them
		says   string   // the last one's error or note
	}{
		{"all is well", bridgetest.SOCKS{Names: names}, "http://site.test/", 0, "", []string{"dial", "greeting", "request", "answer"}, "HTTP/1.1 418 I'm a teapot"},
		{"a host alone", bridgetest.SOCKS{Names: names}, "site.test", 0, "", []string{"dial", "greeting", "request", "answer"}, "HTTP/1.1 418 I'm a teapot"},
		{"a certificate nobody knows", bridgetest.SOCKS{Names: names}, "https://tls.test/", 1, "tls", []string{"dial", "greeting", "request", "tls"}, "certificate"},
		{"no HTTP", bridgetest.SOCKS{Names: names}, "http://mail.test/", 1, "answer", []string{"dial", "greeting", "request", "answer"}, `not an HTTP answer: "220 mail at your service"`},
		{"refused target", fault(bridgetest.Refuse(5)), "http://site.test/", 1, "request", []string{"dial", "greeting", "request"}, "connection refused"},
		{"another login", bridgetest.SOCKS{User: "anna", Password: "secret"}, "http://site.test/", 1, "greeting", []string{"dial", "greeting"}, "method"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := bridgetest.StartSOCKS(t, test.server)
			code, stdout, stderr := checked(t, "--json", "--upstream", "socks5://"+s.Addr, test.url)
			if code != test.code || stderr != "" {
				t.Errorf("exit code %d, stderr %q; want %d and nothing", code, stderr, test.code)
			}
			var got checkReport
			if err := json.Unmarshal([]byte(stdout), &got); err != nil {
				t.Fatalf("%v in %s", err, stdout)
			}
			var stages []string
			for _, s := range got.Stages {
				stages = append(stages, s.Name)
			}
			last := got.Stages[len(got.Stages)-1]
			if got.Failed != test.failed || !slices.Equal(stages, test.stages) || !strings.Contains(last.Note+last.Error, test.says) {
				t.Errorf("check = failed %q, stages %q, last %+v; want %q, %q, %q", got.Failed, stages, last, test.failed, test.stages, test.says)
			}
		})
	}
}

func TestCheckPrintsATable(t *testing.T) {
	s := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "anna", Password: "secret"})
	code, stdout, _ := checked(t, "--upstream", "socks5://anna:wrong@"+s.Addr, "http://site.test/")
	for _, want := range []string{"\nupstream ", "socks5://" + s.Addr, "\ndial ", "\ngreeting ", "\nlogin ", "FAILED: "} {
		if !strings.Contains(stdout, want) {
			t.Errorf("no %q in %q", want, stdout)
		}
	}
	if code != 1 || strings.Contains(stdout, "wrong") {
		t.Errorf("exit code %d, want 1 and no password in %q", code, stdout)
	}
}

func TestCheckRefuses(t *testing.T) {
	for _, test := range []struct{ url, says string }{
		{"ftp://site.test/", `URL "ftp://site.test/": has to be http://HOST/ or https://HOST/`},
		{"http://", "has to be http://HOST/"},
		{"http://a b/", "invalid character"},
	} {
		code, stdout, stderr := checked(t, "--upstream", "direct://", test.url)
		if code != exitUsage || stdout != "" || !strings.Contains(stderr, test.says) {
			t.Errorf("check %q = %d, %q, %q; want %d and %q", test.url, code, stdout, stderr, exitUsage, test.says)
		}
	}
}
