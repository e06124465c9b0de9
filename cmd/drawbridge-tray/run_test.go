//go:build linux

package main

import (
	"os/exec"
	"syscall"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// However "drawbridge run" ends, which has no icon, what the user had comes back to the letter.
func TestDrawbridgeRunGivesBack(t *testing.T) {
	drawbridge := buildDrawbridge(t)
	for _, desktop := range []string{"GNOME", "KDE"} {
		for _, end := range []struct {
			name    string
			signal  syscall.Signal
			guarded bool
		}{
			{"told to end", syscall.SIGTERM, true},
			{"killed", syscall.SIGKILL, true},
			{"killed, and its guard", syscall.SIGKILL, false},
		} {
			t.Run(desktop+"/"+end.name, func(t *testing.T) {
				t.Parallel()
				p := newDesktop(t, desktop)
				manual().set(p)
				before := p.look()
				cmd := exec.Command(drawbridge, "run", "--settings", p.file())
				cmd.Env = p.environ()
				if err := cmd.Start(); err != nil {
					t.Fatal(err)
				}
				t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
				traytest.Until(t, "it answers", func() bool { _, err := control.Dial(p.socket).State(t.Context()); return err == nil })
				p.run(drawbridge, "system-proxy", "on")
				if p.look() == before {
					t.Fatal("nothing was set")
				}
				guards := traytest.Children(cmd.Process.Pid) // it has no others
				if len(guards) != 1 {
					t.Fatalf("its processes are %v, want a guard", guards)
				}
				if !end.guarded {
					syscall.Kill(guards[0], syscall.SIGKILL)
				}
				cmd.Process.Signal(end.signal)
				cmd.Wait()
				if !end.guarded {
					p.run(drawbridge, "heal")
				}
				p.isBack(before)
			})
		}
	}
}
