package systemproxy

import (
	"os"
	"testing"
)

// This is for machines that nobody uses, such as CI's and Wine: it changes the setting of whoever runs it, and what a
// failure leaves behind stays.
func TestRealWinINet(t *testing.T) {
	if os.Getenv("CI") != "true" && os.Getenv("WINEPREFIX") == "" {
		t.Skip("this would change the proxy of whoever runs the test")
	}
	ctx, w := t.Context(), newWinINet()
	was, err := w.read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.write(t.Context(), was) })
	owns := []connection{{flags: winDirect}, {flags: winDirect | winManual, server: "proxy.example:8080"}}
	proxies := []Proxy{first, {Address: "127.0.0.1:2095"}}
	if os.Getenv("WINEPREFIX") == "" { // Wine 8 keeps no URL of a file, and of several proxies only one
		owns = append(owns, connection{flags: winDirect | winByFile, server: "proxy.example:8080", pac: "http://proxy.example/x.pac"})
		proxies = []Proxy{first, byFile, second}
	}
	for _, users := range owns {
		own := winKept(winEntries([]connection{users}))
		if err := w.write(ctx, own); err != nil {
			t.Fatal(err)
		}
		l := newLease(t.TempDir(), w, nil, func(name string) platform { return platformNamed(name, os.Getenv) })
		for _, p := range proxies {
			if err := l.Take(ctx, p); err != nil {
				t.Fatal(err)
			}
			now, err := w.read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			if e, differs := differing(winKept(w.plan(p, now)), now); differs {
				t.Errorf("%s is not set", e.Key)
			}
		}
		if r, err := readRegistry(); err != nil || r.enable != 1 || r.pac != "" {
			t.Errorf("the registry says %+v, %v", r, err)
		}
		if err := l.Return(ctx); err != nil {
			t.Fatal(err)
		}
		now, err := w.read(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if e, differs := differing(own, now); differs {
			t.Errorf("%+v: %s did not come back:\n%s", users, e.Key, lines(now))
		}
	}
}
