package app_test

import (
	"context"
	"crypto/ed25519"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A shelf is a server with releases on it behind a SOCKS endpoint, and an owner whose bridge relays through that. Only
// the endpoint knows where the server is.
type shelf struct {
	t       *testing.T
	c       *app.Controller
	socks   *bridgetest.SOCKSServer
	key     ed25519.PrivateKey
	dir     string // where downloads go
	content string // of the artifact, as it is announced
	source  update.Source
	end     func() // of following

	mu     sync.Mutex
	served string // of the artifact
	files  map[string]string
	opened []string
	really bool               // open what is to be opened, with all that comes before it
	hangs  chan *http.Request // gets each request, which is then answered never; nil: all are answered
}

// newShelf has that version on it, and an owner of 1.2.3, which is on.
func newShelf(t *testing.T, version string, change ...func(*settings.Settings)) *shelf {
	t.Helper()
	bridgetest.Leaks(t)
	base := t.TempDir()
	for _, name := range []string{"XDG_STATE_HOME", "LocalAppData", "HOME"} {
		t.Setenv(name, base)
	}
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	f := &shelf{t: t, key: private, dir: t.TempDir(), content: strings.Repeat("installer ", 10_000), files: make(map[string]string),
		source: update.Source{Kind: update.Portable}}
	f.served = f.content
	server := httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	f.socks = bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"example.com": server.Listener.Addr().String()}})
	f.announce(version, time.Now().Add(-time.Hour))
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	f.c = &app.Controller{
		Process: app.Process{Program: "test", Version: "1.2.3"},
		Updates: app.Updates{
			Feed: update.Feed{URL: "https://example.com/update.json", Keys: update.Keys{public}}, Roots: roots, Dir: f.dir,
			Source: func(context.Context) update.Source { return f.source },
			Open:   f.open, Round: 5 * time.Millisecond,
		},
	}
	s := settings.Default()
	s.Listen = []string{"127.0.0.1:0"}
	p := settings.DefaultProfile()
	p.Name, p.URL, p.OneFlight, p.Spares = "Office", "socks5://"+f.socks.Addr, "no", 0
	s.Profiles = []settings.Profile{p}
	s.Login.User, s.Login.Password = "anna", "secret"
	for _, c := range change {
		c(&s)
	}
	if err := f.c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.c.Close() })
	return f
}

func (f *shelf) serve(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	text, ok := f.files[r.URL.Path]
	hangs := f.hangs
	if r.URL.Path == "/drawbridge.tar.gz" {
		text, ok = f.served, true
	}
	f.mu.Unlock()
	if hangs != nil {
		hangs <- r
		<-r.Context().Done() // until the client has gone
		return
	}
	if !ok {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, text)
}

// offer changes what the artifact is served as.
func (f *shelf) offer(content string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.served = content
}

// announce puts a signed manifest on the shelf.
func (f *shelf) announce(version string, issued time.Time) {
	sum := sha256.Sum256([]byte(f.content))
	text, err := json.Marshal(update.Manifest{Format: 1, Issued: issued, Expires: issued.AddDate(0, 6, 0), Release: update.Release{
		Version: version, Date: issued, Page: "https://example.com/" + version, Notes: map[string]string{"en": "Faster."},
		Artifacts: []update.Artifact{{OS: runtime.GOOS, Arch: runtime.GOARCH, Kind: update.Archive, URL: "https://example.com/drawbridge.tar.gz",
			Size: int64(len(f.content)), SHA256: hex.EncodeToString(sum[:])}},
	}})
	if err != nil {
		f.t.Fatal(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.files["/update.json"], f.files["/update.json.sig"] = string(text), update.Sign(text, f.key)
}

func (f *shelf) open(i *update.Installer) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.really {
		return i.Open()
	}
	text, err := os.ReadFile(i.Path)
	f.opened = append(f.opened, string(text))
	return err
}

// follow follows updates until the test, or end, ends it.
func (f *shelf) follow() {
	ctx, cancel := context.WithCancel(f.t.Context())
	var following sync.WaitGroup
	following.Go(func() { f.c.FollowUpdates(ctx) })
	f.end = func() { cancel(); following.Wait() }
	f.t.Cleanup(f.end)
}

func (f *shelf) do(want app.Verb) {
	f.t.Helper()
	bridgetest.Eventually(f.t, "somebody follows updates", func() bool {
		return !errors.Is(f.c.Do(f.t.Context(), app.Intent{Verb: want}), app.ErrNoUpdates)
	})
}

// settles waits until nothing is done any more and what is said of updates is right.
func (f *shelf) settles(what string, right func(app.Update) bool) app.Update {
	f.t.Helper()
	var u app.Update
	bridgetest.Eventually(f.t, what, func() bool {
		u = f.c.State().Update
		return u.Doing == "" && right(u)
	})
	return u
}

// asked reports whether the endpoint was asked for the server.
func (f *shelf) asked() bool { return slices.Contains(f.socks.Targets(), "example.com:443") }

// left is what stands in the folder for downloads.
func (f *shelf) left() []os.DirEntry {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		f.t.Fatal(err)
	}
	return entries
}

func failedWith(code update.Code) func(app.Update) bool {
	return func(u app.Update) bool { return u.Failed == code }
}

func found(version string) func(app.Update) bool {
	return func(u app.Update) bool { return u.Version == version }
}

func ready(u app.Update) bool { return u.Stage == app.UpdateReady && u.Failed == "" }

func TestUpdateFromFeedToInstaller(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.follow()
	f.do(app.CheckUpdate)
	u := f.settles("1.3.0 is found", found("1.3.0"))
	if u.Stage != app.UpdateAvailable || !u.News || u.Notes["en"] != "Faster." || u.Page != "https://example.com/1.3.0" ||
		u.Size != int64(len(f.content)) || u.Checked.IsZero() || u.Failed != "" || u.Why != "" {
		t.Errorf("Update = %+v", u)
	}
	f.do(app.OpenUpdate)
	f.settles("there is nothing to open yet", failedWith(update.Nothing))
	f.do(app.DownloadUpdate)
	f.settles("it is downloaded", ready)
	if len(f.left()) != 1 {
		t.Errorf("%d downloads, want one", len(f.left()))
	}
	f.do(app.CheckUpdate)
	f.settles("what is the newest still is kept", ready)
	f.do(app.OpenUpdate)
	f.settles("it is ready still", ready)
	if len(f.opened) != 1 || f.opened[0] != f.content {
		t.Errorf("%d installers were opened", len(f.opened))
	}
	for _, target := range f.socks.Targets() {
		if target != "example.com:443" {
			t.Errorf("the endpoint was asked for %s", target)
		}
	}
	f.end()
	if len(f.left()) != 1 {
		t.Error("an installer that runs was removed")
	}

	// The next run, which is the newer version, clears up.
	f.c.Process.Version = "1.3.0"
	f.follow()
	f.settles("nothing is newer", func(u app.Update) bool { return u.Stage == "" && !u.News && !u.Checked.IsZero() })
	bridgetest.Eventually(t, "what was installed is removed", func() bool { return len(f.left()) == 0 })
}

// What was found is known to the next run without asking, and is no news then. Nobody is led back.
func TestUpdateIsRemembered(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.follow()
	f.do(app.CheckUpdate)
	f.settles("1.3.0 is news", func(u app.Update) bool { return u.News })
	f.end()
	before := len(f.socks.Targets())
	f.follow()
	u := f.settles("1.3.0 is known, and no news", func(u app.Update) bool { return u.Version == "1.3.0" && !u.News })
	if u.Stage != app.UpdateAvailable || len(f.socks.Targets()) != before {
		t.Errorf("Update = %+v, and the endpoint was asked for %q", u, f.socks.Targets())
	}
	f.do(app.CheckUpdate)
	if u := f.settles("it is looked for again", func(u app.Update) bool { return len(f.socks.Targets()) == before+2 && u.Failed == "" }); u.News {
		t.Error("1.3.0 is news twice")
	}
	for _, tt := range []struct {
		version string
		issued  time.Time
		want    update.Code
	}{
		{"1.2.9", time.Now(), update.Older},
		{"1.3.0", time.Now().Add(-2 * time.Hour), update.Older},
		{"1.4.0", time.Now().AddDate(-1, 0, 0), update.Expired},
	} {
		f.announce(tt.version, tt.issued)
		f.do(app.CheckUpdate)
		u := f.settles("it is refused: "+string(tt.want), failedWith(tt.want))
		if u.Version != "1.3.0" || u.Stage != app.UpdateAvailable {
			t.Errorf("Update = %+v, want 1.3.0 still", u)
		}
	}
}

func TestUpdateIsRefused(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.follow()
	f.do(app.CheckUpdate)
	f.settles("1.3.0 is found", found("1.3.0"))
	good := f.content
	for _, tt := range []struct {
		served string
		want   update.Code
	}{
		{strings.Replace(good, "installer", "Installer", 1), update.Tampered},
		{good[1:], update.Cut},
		{good + "!", update.TooLarge},
	} {
		f.offer(tt.served)
		f.do(app.DownloadUpdate)
		u := f.settles("it is refused: "+string(tt.want), failedWith(tt.want))
		if u.Stage != app.UpdateAvailable || len(f.left()) != 0 {
			t.Errorf("%s: Update = %+v, and %v is left", tt.want, u, f.left())
		}
	}
	f.offer(good)
	for range 2 {
		f.do(app.DownloadUpdate)
		f.settles("it is downloaded", ready)
		if len(f.left()) != 1 {
			t.Fatalf("%v is left, want one", f.left())
		}
	}
	f.mu.Lock()
	f.really = true
	f.mu.Unlock()
	path := filepath.Join(f.dir, f.left()[0].Name(), "drawbridge.tar.gz")
	if err := os.WriteFile(path, []byte(strings.ToUpper(good)), 0o600); err != nil {
		t.Fatal(err)
	}
	f.do(app.OpenUpdate)
	u := f.settles("what was changed is not opened", failedWith(update.Tampered))
	if u.Stage != app.UpdateAvailable || len(f.left()) != 0 {
		t.Errorf("Update = %+v, and %v is left", u, f.left())
	}
	if err := f.c.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, verb := range []app.Verb{app.DownloadUpdate, app.CheckUpdate} {
		f.do(verb)
		f.settles("nothing is fetched past the bridge", failedWith(update.Off))
	}
	if len(f.opened) > 0 {
		t.Error("something was opened")
	}
}

// A package manager's installation is left to it: nothing is downloaded.
func TestUpdateOfAPackage(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.source = update.Source{Kind: update.Managed, Command: "apt install --only-upgrade drawbridge-desktop"}
	f.follow()
	f.do(app.CheckUpdate)
	u := f.settles("1.3.0 is found", found("1.3.0"))
	if u.Source != f.source || u.Size != 0 {
		t.Errorf("Update = %+v", u)
	}
	f.do(app.DownloadUpdate)
	f.settles("there is nothing to download", failedWith(update.Nothing))
	if len(f.left()) != 0 {
		t.Errorf("%v is left", f.left())
	}
}

// remember says when the last look was planned for, as an earlier run would have.
func remember(t *testing.T, next time.Time) {
	t.Helper()
	if err := memory.Save("updates", map[string]any{"next": next}); err != nil {
		t.Fatal(err)
	}
}

// When it is time, the owner looks by itself, through the upstream.
func TestUpdateIsLookedForWhenItIsTime(t *testing.T) {
	f := newShelf(t, "1.3.0")
	remember(t, time.Now().Add(-time.Hour))
	f.follow()
	f.settles("1.3.0 is found", func(u app.Update) bool { return u.Version == "1.3.0" && u.News })
	if !f.asked() {
		t.Error("it was found, and not through the endpoint")
	}
}

// Whoever does not want it, or has led traffic nowhere, is not looked for anything: there is no connection at all.
func TestUpdateIsNotLookedFor(t *testing.T) {
	for _, tt := range []struct {
		name   string
		change func(*settings.Settings)
		next   time.Duration // from now; zero: nothing is remembered
		then   func(f *shelf)
	}{
		{name: "turned off", next: -time.Hour, change: func(s *settings.Settings) { s.Desktop.Updates = false }},
		{name: "the first day"},
		{name: "within the week", next: time.Hour},
		{name: "the bridge is off", next: -time.Hour, then: func(f *shelf) { f.c.Stop() }},
		{name: "the endpoint is dead", next: -time.Hour, then: func(f *shelf) {
			f.socks.Stop()
			f.c.Stop()
			if err := f.c.Do(f.t.Context(), app.Intent{Verb: app.TurnOn}); err != nil {
				f.t.Fatal(err)
			}
			bridgetest.Eventually(f.t, "that is known", func() bool { return f.c.State().Upstream.State == app.Down })
		}},
		{name: "built without keys", next: -time.Hour, then: func(f *shelf) { f.c.Updates.Feed.Keys = nil }},
		{name: "built without a version", next: -time.Hour, then: func(f *shelf) { f.c.Process.Version = "dev" }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var changes []func(*settings.Settings)
			if tt.change != nil {
				changes = append(changes, tt.change)
			}
			f := newShelf(t, "1.3.0", changes...)
			if tt.next != 0 {
				remember(t, time.Now().Add(tt.next))
			}
			if tt.then != nil {
				tt.then(f)
			}
			f.follow()
			for range 20 { // rounds, in one of which it would be looked for
				time.Sleep(f.c.Updates.Round)
			}
			if u := f.c.State().Update; f.asked() || u.Version != "" || u.Failed != "" {
				t.Errorf("it was looked for: %+v, %q", u, f.socks.Targets())
			}
		})
	}
}

func TestUpdateWhereNobodyLooks(t *testing.T) {
	keys := update.Keys{make(ed25519.PublicKey, ed25519.PublicKeySize)}
	for _, tt := range []struct {
		feed    update.Feed
		version string
		want    string
	}{
		{update.Feed{}, "1.2.3", "service"},
		{update.Feed{URL: update.DefaultURL}, "1.2.3", "keys"},
		{update.Feed{URL: update.DefaultURL, Keys: keys}, "dev", "keys"},
		{update.Feed{URL: update.DefaultURL, Keys: keys}, "1.2.3", ""},
	} {
		c := &app.Controller{Updates: app.Updates{Feed: tt.feed}, Process: app.Process{Version: tt.version}}
		if got := c.State().Update.Why; got != tt.want {
			t.Errorf("%+v of %s: why = %q, want %q", tt.feed, tt.version, got, tt.want)
		}
		if err := c.Do(t.Context(), app.Intent{Verb: app.CheckUpdate}); !errors.Is(err, app.ErrNoUpdates) {
			t.Errorf("Do = %v while nobody follows", err)
		}
	}
}

// A download can be ended, and ends with the owner; nothing is left of it then.
func TestUpdateIsStopped(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.content = strings.Repeat("x", 64<<20)
	f.announce("1.3.0", time.Now())
	f.offer(f.content)
	f.follow()
	f.do(app.CheckUpdate)
	f.settles("1.3.0 is found", found("1.3.0"))
	begin := func() {
		f.do(app.DownloadUpdate)
		bridgetest.Eventually(t, "it is being downloaded", func() bool {
			u := f.c.State().Update
			return u.Doing == app.DownloadUpdate && u.Done > 0 || u.Stage == app.UpdateReady
		})
	}
	begin()
	f.do(app.StopUpdate)
	u := f.settles("it is stopped", func(app.Update) bool { return true })
	if u.Stage != app.UpdateReady && (u.Failed != "" || len(f.left()) != 0) {
		t.Errorf("Update = %+v, and %v is left", u, f.left())
	}
	begin()
	f.end()
	if len(f.left()) != 0 {
		t.Errorf("%v is left", f.left())
	}
	f.follow()
	f.do(app.DownloadUpdate)
	f.settles("it is downloaded", ready)
	f.end()
	if len(f.left()) != 0 {
		t.Errorf("%v is left, which nobody has opened", f.left())
	}
}
