//go:build linux

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// hinder puts a gsettings before the real one that runs these lines of sh first. The test's own calls go to the real one.
func (p *place) hinder(lines string) {
	p.t.Helper()
	path, err := exec.LookPath("gsettings")
	if err != nil {
		p.t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\n%s\nexec %s \"$@\"\n", lines, path)
	temp := filepath.Join(p.dir, "gsettings.new")
	if err := os.WriteFile(temp, []byte(script), 0o700); err != nil {
		p.t.Fatal(err)
	}
	if err := os.Rename(temp, filepath.Join(p.dir, "gsettings")); err != nil {
		p.t.Fatal(err)
	}
}

// The system's programs follow the system's proxy before all is set and checked. Who clicks the tick once more as soon as
// they do means the opposite of that, however long the rest takes.
func TestSecondClickOnTheTickGetsLost(t *testing.T) {
	p := newDesktop(t, "GNOME")
	panel := p.bus.NewPanel(t)
	before := p.look()
	p.hinder("sleep 0.2")
	p.start("--hidden")
	icon := p.icon(panel)
	const tick = "Use as system proxy"
	effective := func(mode string) {
		t.Helper()
		traytest.Until(t, "the mode is "+mode, func() bool { return strings.Contains(p.gsettings(), " mode '"+mode+"'\n") })
	}
	icon.Click(tick)
	effective("manual")
	if s := p.state().SystemProxy; s.On {
		t.Fatal("all is done already, so this shows nothing")
	}
	icon.Click(tick)
	effective("none")
	if s := p.state().SystemProxy; !s.On {
		t.Fatal("all is done already, so this shows nothing")
	}
	icon.Click(tick)
	effective("manual")
	icon.Click(tick)
	p.isBack(before)
	traytest.Until(t, "no tick", func() bool { return !icon.Menu().Find(tick).Ticked })
}

// A gsettings that hangs does not keep the program from ending, which says what is left to be given back, and by whom.
func TestHangingGsettingsKeepsTheProgramFromEnding(t *testing.T) {
	heal := buildDrawbridge(t)
	for _, tt := range []struct{ name, when string }{{"at once", "*"}, {"when it sets", "set|reset"}} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			p := newDesktop(t, "GNOME")
			panel := p.bus.NewPanel(t)
			manual().set(p)
			before := p.look()
			x := p.start("--hidden")
			p.lead(p.icon(panel))
			guards := traytest.Guards(x.cmd.Process.Pid)
			p.hinder("case $1 in " + tt.when + ") exec sleep 60;; esac")
			x.cmd.Process.Signal(syscall.SIGTERM)
			code, said := x.exits()
			if code != 0 || strings.Count(said, "the system's proxy is not given back") != 1 || !strings.Contains(said, "drawbridge heal") {
				t.Errorf("exit code %d, and it says %s", code, said)
			}
			for _, guard := range guards { // which tries the same, with the same gsettings
				tries := traytest.Children(guard)
				syscall.Kill(guard, syscall.SIGKILL)
				for _, pid := range tries {
					syscall.Kill(pid, syscall.SIGKILL)
				}
			}
			if _, err := os.Lstat(p.journal()); err != nil {
				t.Errorf("what has to be given back is not known any more: %v", err)
			}
			p.hinder("")
			p.run(heal, "heal")
			p.isBack(before)
		})
	}
}

// A gsettings that is at work when the program is killed sets nothing after the guard has given back.
func TestKilledWhileSettingLeavesSomethingBehind(t *testing.T) {
	p := newDesktop(t, "KDE")
	panel := p.bus.NewPanel(t)
	before := p.look()
	begun, late := filepath.Join(p.dir, "begun"), filepath.Join(p.dir, "late")
	p.hinder(fmt.Sprintf("case \"$*\" in *127.0.0.1*) : > %s; sleep 2; : > %s;; esac", begun, late))
	x := p.start("--hidden")
	p.icon(panel).Click("Use as system proxy")
	traytest.Until(t, "gsettings is at work", func() bool { _, err := os.Lstat(begun); return err == nil })
	x.cmd.Process.Kill()
	p.isBack(before)
	time.Sleep(3 * time.Second) // longer than that gsettings would have taken
	if _, err := os.Lstat(late); err == nil || p.look() != before {
		t.Errorf("it went on, and now it is\n%s", p.look())
	}
}
