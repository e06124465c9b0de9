package app_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// The installer shows its last page when the newer version runs already, and cannot be removed until that is closed.
func TestUpdateInstallerThatStillRuns(t *testing.T) {
	f := newShelf(t, "1.3.0")
	f.follow()
	f.do(app.CheckUpdate)
	f.settles("1.3.0 is found", found("1.3.0"))
	f.do(app.DownloadUpdate)
	f.settles("it is downloaded", ready)
	f.do(app.OpenUpdate)
	f.settles("it is ready still", ready)
	f.end()
	running, err := os.Open(filepath.Join(f.dir, f.left()[0].Name(), "drawbridge.tar.gz"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { running.Close() })
	f.c.Process.Version = "1.3.0"
	f.follow()
	f.settles("nothing is newer", func(u app.Update) bool { return u.Stage == "" && !u.Checked.IsZero() })
	if _, err := os.Stat(running.Name()); err != nil {
		t.Fatalf("it is removed while it runs: %v", err)
	}
	running.Close()
	bridgetest.Eventually(t, "it is removed afterwards", func() bool { return len(f.left()) == 0 })
}
