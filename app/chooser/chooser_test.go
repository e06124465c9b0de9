package chooser_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/chooser/pac/pactest"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// The test's program is also what evaluates scripts.
func TestMain(m *testing.M) { os.Exit(pactest.Main(m)) }

func evaluator() (*exec.Cmd, error) { return exec.Command(os.Args[0], chooser.Evaluate), nil }

// A log is read by tests.
type log struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (l *log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// start returns a chooser that lives as long as the test, and its log.
func start(t *testing.T, url string) (*chooser.Chooser, *log) {
	l := new(log)
	c := &chooser.Chooser{URL: url, Evaluator: evaluator, Log: slog.New(slog.NewTextHandler(l, nil))}
	t.Cleanup(func() { c.Close() })
	return c, l
}

// returning is a script that always returns this.
func returning(answer string) string {
	return fmt.Sprintf("function FindProxyForURL(url, host) { return %q }", answer)
}

// write writes a script, and returns its path and URL.
func write(t *testing.T, script string) (path, url string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	return path, urlOf(path)
}

func urlOf(path string) string { return "file:///" + strings.TrimPrefix(filepath.ToSlash(path), "/") }

// says reports whether c answers this now; for Eventually.
func says(t *testing.T, c *chooser.Chooser, want string) func() bool {
	return func() bool {
		said, _, err := c.Ask(t.Context(), "http://site.test/", "site.test")
		return err == nil && said == want
	}
}

func TestAFileDecides(t *testing.T) {
	bridgetest.Leaks(t)
	_, url := write(t, `function FindProxyForURL(url, host) {
		if (isPlainHostName(host)) return "DIRECT";
		if (url.indexOf("/private/") > 0) return "SOCKS5 127.0.0.1:9050";
		return "PROXY proxy.test; SOCKS [::1]:1081";
	}`)
	c, _ := start(t, url)
	for _, test := range []struct {
		url, host string
		want      []string
	}{
		{"https://intranet/", "intranet", []string{"direct://"}},
		{"http://site.test/private/x", "site.test", []string{"socks5://127.0.0.1:9050"}},
		{"https://site.test/", "site.test", []string{"http://proxy.test:80", "socks5://[::1]:1081"}},
	} {
		if got, err := c.Choose(t.Context(), test.url, test.host); err != nil || !slices.Equal(got, test.want) {
			t.Errorf("Choose(%s) = %q, %v, want %q", test.url, got, err, test.want)
		}
	}
}

// A changed file holds soon; a broken one does not, nor does one that has gone.
func TestAFileIsReadAgain(t *testing.T) {
	bridgetest.Leaks(t)
	path, url := write(t, returning("SOCKS a.test"))
	c, l := start(t, url)
	if !says(t, c, "SOCKS a.test")() {
		t.Fatal("it does not say a.test")
	}
	replace := func(script string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(script), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	warned := func(times int) func() bool {
		return func() bool {
			c.Choose(t.Context(), "http://site.test/", "site.test") // in passing it looks
			return strings.Count(l.String(), "level=WARN") == times
		}
	}
	replace(returning("SOCKS longer.test"))
	bridgetest.Eventually(t, "the changed script", says(t, c, "SOCKS longer.test"))
	replace("function FindProxyForURL(")
	bridgetest.Eventually(t, "the log of a broken script", warned(1))
	if !says(t, c, "SOCKS longer.test")() {
		t.Error("the last good script does not hold")
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the log of a lost script", warned(2))
	if !says(t, c, "SOCKS longer.test")() {
		t.Error("the last good script does not hold")
	}
	replace(returning("DIRECT"))
	bridgetest.Eventually(t, "the mended script", says(t, c, "DIRECT"))
}

// What cannot be loaded fails every request with the reason, and is tried again.
func TestAScriptThatCannotBeHad(t *testing.T) {
	bridgetest.Leaks(t)
	dir := t.TempDir()
	_, huge := write(t, strings.Repeat("/", 1<<20+1))
	_, broken := write(t, "function FindProxyForURL(")
	_, empty := write(t, " \n")
	_, other := write(t, "var x")
	_, deep := write(t, returning("DIRECT")+strings.Repeat("(", 1<<19))
	answers404 := httptest.NewServer(http.NotFoundHandler())
	defer answers404.Close()
	missing := filepath.Join(dir, "none.pac")
	_, err := os.Stat(missing)
	for _, test := range []struct{ url, want string }{
		{urlOf(missing), errors.Unwrap(err).Error()}, // as the system says it
		{urlOf(dir), "it is no file"},
		{huge, "longer than 1048576 bytes"},
		{broken, "SyntaxError"},
		{empty, "it is empty"},
		{other, "no function FindProxyForURL"},
		{deep, "brought down what evaluates it|what evaluates the script did not answer, and was killed"}, // and not us
		{answers404.URL + "/x", "the server answered 404"},
		{"http://127.0.0.1:1/x", "onnection refused"},
	} {
		c, _ := start(t, test.url)
		for range 2 {
			_, err := c.Choose(t.Context(), "http://site.test/", "site.test")
			says := func(want string) bool { return err != nil && strings.Contains(err.Error(), want) }
			if !slices.ContainsFunc(strings.Split(test.want, "|"), says) || !strings.Contains(err.Error(), test.url) || !errors.Is(err, upstream.ErrUnready) {
				t.Errorf("Choose by %s = %v, want %q", test.url, err, test.want)
			}
		}
	}
	path, url := write(t, "function FindProxyForURL(")
	c, _ := start(t, url)
	c.Choose(t.Context(), "http://site.test/", "site.test")
	if err := os.WriteFile(path, []byte(returning("DIRECT")), 0o600); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the mended script", says(t, c, "DIRECT"))
}

// Whatever a script does, it costs its own request, and no more than two processes.
func TestAHostileScript(t *testing.T) {
	bridgetest.Leaks(t)
	_, url := write(t, `
		var hoard = [];
		function FindProxyForURL(url, host) {
			switch (host) {
			case "loop": while (true) {}
			case "grow": for (var s = "x";; s += s) hoard.push(s);
			case "native": return [].indexOf.call({length: 9007199254740991}, 1);
			case "stack": return new RegExp("(".repeat(1000000));
			case "throw": throw "no";
			case "number": return 1;
			case "odd": return "GOPHER x:70";
			}
			return "DIRECT";
		}`)
	c, _ := start(t, url)
	for host, test := range map[string]struct {
		want string
		late bool
	}{
		"loop":   {"did not come to an end within 250ms", true},
		"native": {"did not answer, and was killed", true},
		"throw":  {"no", false},
		"number": {"not a text", false},
		"odd":    {`"GOPHER x:70"`, false},
		"grow":   {}, // used up memory, where the time is not up first
		"stack":  {}, // the same
	} {
		_, err := c.Choose(t.Context(), "http://x/", host)
		if err == nil || errors.Is(err, upstream.ErrUnready) ||
			test.want != "" && (errors.Is(err, context.DeadlineExceeded) != test.late || !strings.Contains(err.Error(), test.want)) {
			t.Errorf("Choose(%s) = %v, want %q", host, err, test.want)
		}
		if got, err := c.Choose(t.Context(), "http://x/", "well"); err != nil || !slices.Equal(got, []string{"direct://"}) {
			t.Errorf("Choose = %q, %v after %s", got, err, host)
		}
	}
}

// Many requests at once share the processes; those that a loop holds up end by the
// time that they have.
func TestManyAtOnce(t *testing.T) {
	bridgetest.Leaks(t)
	_, url := write(t, `function FindProxyForURL(url, host) { while (host == "loop") {} return "SOCKS " + host }`)
	var started sync.Map
	c, _ := start(t, url)
	c.Evaluator = func() (*exec.Cmd, error) { started.Store(time.Now(), true); return evaluator() }
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			host := fmt.Sprintf("h%d.test", i)
			if got, err := c.Choose(t.Context(), "http://x/", host); err != nil || !slices.Equal(got, []string{"socks5://" + host + ":1080"}) {
				t.Errorf("Choose(%s) = %q, %v", host, got, err)
			}
		})
	}
	all.Wait()
	n := 0
	started.Range(func(any, any) bool { n++; return true })
	if n > 2 {
		t.Errorf("%d processes were started, want 2 at most", n)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	for range 4 {
		all.Go(func() {
			if _, err := c.Choose(ctx, "http://x/", "loop"); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("Choose(loop) = %v", err)
			}
		})
	}
	all.Wait()
	if !says(t, c, "SOCKS site.test")() {
		t.Error("it does not answer after that")
	}
}

func TestAPageDecides(t *testing.T) {
	bridgetest.Leaks(t)
	var mu sync.Mutex
	script, asked, conditional := returning("SOCKS a.test"), 0, 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if r.URL.Path == "/moved" {
			http.Redirect(w, r, "/x.pac", http.StatusFound)
			return
		}
		asked++
		w.Header().Set("ETag", fmt.Sprintf("%q", script[len(script)-10:]))
		if r.Header.Get("If-None-Match") == w.Header().Get("ETag") {
			conditional++
			w.WriteHeader(http.StatusNotModified)
			return
		}
		w.Write([]byte(script))
	}))
	defer server.Close()
	c, l := start(t, server.URL+"/moved")
	for range 3 {
		if !says(t, c, "SOCKS a.test")() {
			t.Fatal("it does not say a.test")
		}
	}
	if asked != 1 {
		t.Errorf("the server was asked %d times, want once", asked)
	}
	later := func(want string) func() bool { // a look that is under way may be of before
		return func() bool { chooser.Age(c); return says(t, c, want)() }
	}
	bridgetest.Eventually(t, "a look", func() bool { later("")(); mu.Lock(); defer mu.Unlock(); return conditional > 0 })
	mu.Lock()
	script = returning("SOCKS b.test")
	mu.Unlock()
	bridgetest.Eventually(t, "the changed script", later("SOCKS b.test"))
	server.Close()
	bridgetest.Eventually(t, "the log of a lost page", func() bool { later("")(); return strings.Contains(l.String(), "onnection refused") })
	if !says(t, c, "SOCKS b.test")() {
		t.Error("the last good script does not hold")
	}
}

func TestWithoutAnEvaluator(t *testing.T) {
	bridgetest.Leaks(t)
	_, url := write(t, returning("DIRECT"))
	c, _ := start(t, url)
	c.Evaluator = nil
	t.Setenv("PATH", t.TempDir())
	if _, err := c.Choose(t.Context(), "http://x/", "x"); !errors.Is(err, exec.ErrNotFound) || !errors.Is(err, upstream.ErrUnready) {
		t.Errorf("Choose = %v", err)
	}
	c.Close()
	if _, err := c.Choose(t.Context(), "http://x/", "x"); err == nil {
		t.Error("Choose succeeded after Close")
	}
}
