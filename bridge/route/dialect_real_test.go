package route_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// A question is one that readers are asked.
type question struct {
	Text string
	Host string // as a URL has it: in brackets, with a port unless it is 80
	URL  string

	host string
	port uint16
}

func questions(t *testing.T, d route.Dialect, n int) (qs []question) {
	t.Helper()
	r := rand.New(rand.NewPCG(3, 4))
	for len(qs) < n {
		text := parse(t, randomList(r)...).Say(d).Text
		if text == "" {
			continue
		}
		host, port := randomTarget(r)
		if port == 443 {
			port = 81 // these are all asked as http
		}
		qs = append(qs, question{text, written(host, port), "http://" + written(host, port) + "/", host, port})
	}
	return qs
}

// What these tests take for curl is how curl is.
func TestRealCurl(t *testing.T) {
	curlPath, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("there is no curl")
	}
	answering := func(status int) string {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) }))
		t.Cleanup(s.Close)
		return s.Listener.Addr().String()
	}
	origin, proxy := answering(http.StatusNoContent), answering(http.StatusForbidden)
	direct := 0
	for _, q := range questions(t, route.NoProxy, 60) {
		out, _ := exec.Command(curlPath, "-q", "-s", "-g", "-o", "-", "-w", "%{http_code}", "--noproxy", q.Text, "-x", "http://"+proxy,
			"--connect-to", "::"+origin, q.URL).Output()
		got := bytes.HasSuffix(out, []byte("204"))
		if got {
			direct++
		}
		// Either generation of curl may be here; they differ about IPv6.
		if old, now := curl(q.Text, q.host, q.port), curl818(q.Text, q.host, q.port); got != old && got != now {
			t.Errorf("curl --noproxy %s %s goes directly: %v, want %v; %s", q.Text, q.URL, got, old, out)
		}
	}
	if direct == 0 {
		t.Error("curl never went directly")
	}
}

const pythonScript = `
import json, sys, urllib.request
try:
    from requests.utils import should_bypass_proxies
except ImportError:
    should_bypass_proxies = None
answers = []
for q in json.load(sys.stdin):
    a = {"urllib": bool(urllib.request.proxy_bypass_environment(q["Host"], {"no": q["Text"]}))}
    if should_bypass_proxies:
        a["requests"] = bool(should_bypass_proxies(q["URL"], no_proxy=q["Text"]))
    answers.append(a)
json.dump(answers, sys.stdout)
`

// What these tests take for Python is how Python is.
func TestRealPython(t *testing.T) {
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	asked := questions(t, route.Python, 2000)
	in, err := json.Marshal(asked)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(python, "-c", pythonScript)
	cmd.Env = append(cmd.Environ(), "no_proxy=", "NO_PROXY=")
	cmd.Stdin = bytes.NewReader(in)
	out, err := cmd.Output()
	if err != nil {
		t.Skipf("python3 does not work: %v", err)
	}
	var answers []map[string]bool
	if err := json.Unmarshal(out, &answers); err != nil || len(answers) != len(asked) {
		t.Fatalf("%d answers, %v", len(answers), err)
	}
	for i, q := range asked {
		for _, reads := range readersOf(route.Python) {
			got, ok := answers[i][reads.name]
			if want := reads.direct(q.Text, q.host, q.port); ok && got != want {
				t.Errorf("no_proxy=%s: %s lets %s go directly: %v, want %v", q.Text, reads.name, q.URL, got, want)
			}
		}
	}
}
