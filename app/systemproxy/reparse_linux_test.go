package systemproxy

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// KDE hears of it by whichever of the programs that say such things is there.
func TestReparse(t *testing.T) {
	for _, words := range tellers {
		t.Run(words[0], func(t *testing.T) {
			bus := traytest.NewBus(t)
			if err := bus.AddMatchSignal(dbus.WithMatchInterface("org.kde.KIO.Scheduler")); err != nil {
				t.Fatal(err)
			}
			signals := make(chan *dbus.Signal, 9)
			bus.Signal(signals)
			path, err := exec.LookPath(words[0])
			if err != nil {
				if os.Getenv("CI") == "true" {
					t.Fatal(err)
				}
				t.Skip(err)
			}
			alone := t.TempDir()
			if err := os.Symlink(path, filepath.Join(alone, words[0])); err != nil {
				t.Fatal(err)
			}
			t.Setenv("PATH", alone)
			reparse(t.Context(), func(name string) string { return map[string]string{"DBUS_SESSION_BUS_ADDRESS": bus.Address}[name] })
			patience := time.After(traytest.Patience)
			for {
				select {
				case sig := <-signals:
					if sig.Name != "org.kde.KIO.Scheduler.reparseSlaveConfiguration" {
						continue // such as of names on the bus
					}
					if sig.Path != "/KIO/Scheduler" || len(sig.Body) != 1 || sig.Body[0] != "" {
						t.Errorf("the bus has passed on %v", sig)
					}
					return
				case <-patience:
					t.Fatal("the bus has passed on nothing")
				}
			}
		})
	}
}
