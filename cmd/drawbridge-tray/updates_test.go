//go:build linux

package main

import (
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// A publisher is who makes releases: a key, and a server that only a SOCKS endpoint knows the way to.
type publisher struct {
	t       *testing.T
	public  ed25519.PublicKey
	socks   *bridgetest.SOCKSServer
	roots   string // path of the server's certificate
	content string
}

func newPublisher(t *testing.T, version string) *publisher {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	p := &publisher{t: t, public: public, content: strings.Repeat("portable ", 5000)}
	issued := time.Now().Add(-time.Hour)
	manifest, err := json.Marshal(update.Manifest{Format: 1, Issued: issued, Expires: issued.AddDate(0, 1, 0), Release: update.Release{
		Version: version, Date: issued, Page: "https://example.com/" + version, Notes: map[string]string{"en": "Faster."},
		Artifacts: []update.Artifact{{OS: "linux", Arch: runtime.GOARCH, Kind: update.Archive, URL: "https://example.com/drawbridge.tar.gz",
			Size: int64(len(p.content)), SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte(p.content)))}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"/update.json": string(manifest), "/update.json.sig": update.Sign(manifest, private), "/drawbridge.tar.gz": p.content}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, files[r.URL.Path]) }))
	t.Cleanup(server.Close)
	p.socks = bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"example.com": server.Listener.Addr().String()}})
	p.roots = filepath.Join(t.TempDir(), "roots.pem")
	certificate := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})
	if err := os.WriteFile(p.roots, certificate, 0o600); err != nil {
		t.Fatal(err)
	}
	return p
}

// build builds programs into a folder as a release of that version would be, with the publisher's key.
func (p *publisher) build(dir, version string, programs ...string) {
	p.t.Helper()
	flags := fmt.Sprintf("-X main.version=%s -X main.updateKeys=%s -X main.updateURL=https://example.com/update.json",
		version, base64.StdEncoding.EncodeToString(p.public))
	for _, program := range programs {
		cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", dir+"/", "../"+program)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			p.t.Fatalf("go build: %v\n%s", err, out)
		}
	}
}

// asked counts how often the server was asked for.
func (p *publisher) asked() (n int) {
	for _, target := range p.socks.Targets() {
		if target == "example.com:443" {
			n++
		}
	}
	return n
}

// check runs drawbridge version --check, and returns its exit code and what it prints.
func (p *place) check(args ...string) (int, string) {
	p.t.Helper()
	cmd := exec.Command(filepath.Join(p.dir, "bin", "drawbridge"), append([]string{"version", "--check", "--settings", p.file()}, args...)...)
	cmd.Env = p.environ()
	out, err := cmd.CombinedOutput()
	if exit, ok := errors.AsType[*exec.ExitError](err); err != nil && !ok {
		p.t.Fatal(err)
	} else if ok {
		return exit.ExitCode(), string(out)
	}
	return 0, string(out)
}

// Real programs, built as a release is, find a newer one through the endpoint, show it in the menu and fetch it on a
// click; nothing of it goes past the endpoint.
func TestNewerVersion(t *testing.T) {
	released := newPublisher(t, "1.3.0")
	p := newPlace(t)
	p.env = []string{"SSL_CERT_FILE=" + released.roots, "TMPDIR=" + t.TempDir()}
	released.build(filepath.Join(p.dir, "bin"), "1.2.3", "drawbridge", "drawbridge-tray")
	p.program = filepath.Join(p.dir, "bin", "drawbridge-tray")
	p.settle(fmt.Sprintf("use = \"Office\"\n\n[[profile]]\nname = \"Office\"\nurl = \"socks5://%s\"\none_flight = \"no\"\n", released.socks.Addr))

	if code, said := p.check(); code != 1 || !strings.Contains(said, "drawbridge is not running") {
		t.Errorf("without a bridge: %d, %q", code, said)
	}
	panel := p.bus.NewPanel(t)
	x := p.start("--hidden")
	icon := p.icon(panel)
	if code, said := p.check(); code != 1 || !strings.Contains(said, "The bridge is off, so nothing was fetched.") || released.asked() > 0 {
		t.Errorf("while it is off: %d, %q, %d times asked", code, said, released.asked())
	}
	p.do(app.TurnOn)
	code, said := p.check()
	if want := "Version 1.3.0 is there\nhttps://example.com/1.3.0\n\nFaster.\n\nThe window downloads and opens it, under About.\n"; code != 100 || said != want {
		t.Errorf("drawbridge version --check: %d, %q, want %q", code, said, want)
	}
	if released.asked() != 2 { // the manifest, and its signature
		t.Errorf("the server was asked for %d times, want 2", released.asked())
	}
	icon.Click("Version 1.3.0 is there")
	p.opens("SOCKET\n")
	if page := p.state().RaisePage; page != "about" {
		t.Errorf("the window opens on %q", page)
	}
	p.do(app.DownloadUpdate)
	traytest.Until(t, "it is downloaded", func() bool { return p.state().Update.Stage == app.UpdateReady })
	p.do(app.Quit)
	if code, said := x.exits(); code != 0 {
		t.Errorf("exit code %d, %q", code, said)
	}
	if left, _ := filepath.Glob(filepath.Join(strings.TrimPrefix(p.env[1], "TMPDIR="), "drawbridge-update-*")); len(left) > 0 {
		t.Errorf("%q is left", left)
	}

	// A bridge without a desktop never looks. Who asks by hand looks through it.
	headless := exec.Command(filepath.Join(p.dir, "bin", "drawbridge"), "run", "--settings", p.file())
	headless.Env = p.environ()
	if err := headless.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() {
		headless.Process.Signal(os.Interrupt)
		headless.Wait()
	}()
	before := released.asked()
	traytest.Until(t, "it is newer still", func() bool {
		code, said = p.check("--json")
		return code == 100
	})
	var found app.Update
	if err := json.Unmarshal([]byte(said), &found); err != nil || found.Version != "1.3.0" || found.Stage != app.UpdateAvailable || released.asked() != before+2 {
		t.Errorf("%q, %v, %d times asked", said, err, released.asked()-before)
	}
	if why := p.state().Update.Why; why != "service" {
		t.Errorf("a bridge without a desktop looks for newer versions: %q", why)
	}
}
