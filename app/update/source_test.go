package update_test

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/update"
)

func TestSource(t *testing.T) {
	managed := func(command string) update.Source { return update.Source{Kind: update.Managed, Command: command} }
	portable, installed, bundle := update.Source{Kind: update.Portable}, update.Source{Kind: update.Installed}, update.Source{Kind: update.Bundle}
	const tray = "/usr/bin/drawbridge-tray"
	for _, tt := range []struct {
		name, os, at string
		setup        string
		has          []string
		says         map[string]string // what a command line prints; others fail
		env          map[string]string
		want         update.Source
	}{
		{name: "deb", os: "linux", at: tray, has: []string{"/var/lib/dpkg/status", "/usr/bin/rpm"},
			says: map[string]string{"dpkg-query --search " + tray: "drawbridge-desktop: " + tray + "\n"},
			want: managed("apt install --only-upgrade drawbridge-desktop")},
		{name: "deb of another architecture", os: "linux", at: tray, has: []string{"/var/lib/dpkg/status"},
			says: map[string]string{"dpkg-query --search " + tray: "drawbridge-desktop:arm64: " + tray + "\n"},
			want: managed("apt install --only-upgrade drawbridge-desktop")},
		{name: "copied by hand beside dpkg", os: "linux", at: tray, has: []string{"/var/lib/dpkg/status"}, want: portable},
		{name: "dpkg that was diverted", os: "linux", at: tray, has: []string{"/var/lib/dpkg/status"},
			says: map[string]string{"dpkg-query --search " + tray: "diversion by a: from: " + tray + "\n"}, want: portable},
		{name: "rpm", os: "linux", at: tray, has: []string{"/usr/bin/rpm"},
			says: map[string]string{"rpm --query --file --queryformat %{NAME}\n " + tray: "drawbridge-desktop\n"},
			want: managed("dnf upgrade drawbridge-desktop")},
		{name: "rpm of openSUSE", os: "linux", at: tray, has: []string{"/usr/bin/rpm", "/usr/bin/zypper"},
			says: map[string]string{"rpm --query --file --queryformat %{NAME}\n " + tray: "drawbridge-desktop\n"},
			want: managed("zypper update drawbridge-desktop")},
		{name: "apk", os: "linux", at: tray, has: []string{"/lib/apk/db/installed"},
			says: map[string]string{"apk info --quiet --who-owns " + tray: tray + " is owned by drawbridge-desktop-1.2.3-r0\n"},
			want: managed("apk upgrade drawbridge-desktop")},
		{name: "pacman", os: "linux", at: tray, has: []string{"/var/lib/pacman/local"},
			says: map[string]string{"pacman --query --owns --quiet " + tray: "drawbridge-desktop\n"},
			want: managed("pacman -Syu drawbridge-desktop")},
		{name: "FreeBSD", os: "freebsd", at: "/usr/local/bin/drawbridge-tray", has: []string{"/usr/sbin/pkg"},
			says: map[string]string{"pkg which --quiet /usr/local/bin/drawbridge-tray": "drawbridge-1.2.3\n"},
			want: managed("pkg upgrade drawbridge")},
		{name: "/usr/local", os: "linux", at: "/usr/local/bin/drawbridge-tray", has: []string{"/var/lib/dpkg/status"},
			says: map[string]string{"dpkg-query --search /usr/local/bin/drawbridge-tray": "x: y\n"}, want: portable},
		{name: "a home", os: "linux", at: "/home/anna/drawbridge/drawbridge-tray", has: []string{"/var/lib/dpkg/status"}, want: portable},
		{name: "snap", os: "linux", at: "/snap/drawbridge/42/bin/drawbridge-tray", want: managed("snap refresh drawbridge")},
		{name: "flatpak", os: "linux", at: "/app/bin/drawbridge-tray", env: map[string]string{"FLATPAK_ID": "io.github.drawbridge_app.Drawbridge"},
			want: managed("flatpak update io.github.drawbridge_app.Drawbridge")},
		{name: "Homebrew on Linux", os: "linux", at: "/home/linuxbrew/.linuxbrew/Cellar/drawbridge/1.2.3/bin/drawbridge-tray", want: managed("brew upgrade drawbridge")},
		{name: "Homebrew", os: "darwin", at: "/opt/homebrew/Cellar/drawbridge/1.2.3/bin/drawbridge", want: managed("brew upgrade drawbridge")},
		{name: "cask", os: "darwin", at: "/Applications/Drawbridge.app/Contents/MacOS/drawbridge-tray", has: []string{"/opt/homebrew/Caskroom/drawbridge"},
			want: managed("brew upgrade --cask drawbridge")},
		{name: "bundle", os: "darwin", at: "/Applications/Drawbridge.app/Contents/MacOS/drawbridge-tray", want: bundle},
		{name: "bundle elsewhere, beside a cask", os: "darwin", at: "/Users/anna/Drawbridge.app/Contents/MacOS/drawbridge-tray",
			has: []string{"/opt/homebrew/Caskroom/drawbridge"}, want: bundle},
		{name: "a Mac without a bundle", os: "darwin", at: "/Users/anna/drawbridge", want: portable},
		{name: "setup", os: "windows", at: `C:\Users\Anna\AppData\Local\Programs\Drawbridge\drawbridge-tray.exe`,
			setup: `C:\Users\anna\AppData\Local\Programs\Drawbridge\`, want: installed},
		{name: "zip beside a setup", os: "windows", at: `D:\tools\drawbridge-tray.exe`, setup: `C:\Users\Anna\AppData\Local\Programs\Drawbridge`, want: portable},
		{name: "zip", os: "windows", at: `D:\tools\drawbridge-tray.exe`, want: portable},
		{name: "Scoop", os: "windows", at: `C:\Users\anna\scoop\apps\drawbridge\current\drawbridge-tray.exe`, want: managed("scoop update drawbridge")},
		{name: "Chocolatey", os: "windows", at: `C:\ProgramData\chocolatey\lib\drawbridge\tools\drawbridge-tray.exe`, want: managed("choco upgrade drawbridge")},
	} {
		p := update.Place{
			OS: tt.os, Executable: tt.at, Setup: tt.setup,
			Has: func(path string) bool { return slices.Contains(tt.has, path) },
			Run: func(_ context.Context, name string, args ...string) (string, error) {
				if said, ok := tt.says[name+" "+strings.Join(args, " ")]; ok {
					return said, nil
				}
				return "", errors.New("no path found")
			},
			Env: func(name string) string { return tt.env[name] },
		}
		if got := p.Find(t.Context()); got != tt.want {
			t.Errorf("%s: Find = %+v, want %+v", tt.name, got, tt.want)
		}
	}
}

// The package manager of the machine that this runs on says whose its own program is.
func TestSourceAsksTheRealManager(t *testing.T) {
	at, err := exec.LookPath("dpkg-deb")
	if err != nil {
		t.Log("no dpkg here")
		return
	}
	p := update.Place{
		OS: "linux", Executable: at, Env: os.Getenv,
		Has: func(path string) bool { _, err := os.Stat(path); return err == nil },
		Run: func(ctx context.Context, name string, args ...string) (string, error) {
			out, err := exec.CommandContext(ctx, name, args...).Output()
			return string(out), err
		},
	}
	if got, want := p.Find(t.Context()), (update.Source{Kind: update.Managed, Command: "apt install --only-upgrade dpkg"}); got != want {
		t.Errorf("Find(%s) = %+v, want %+v", at, got, want)
	}
	if got := update.Here(t.Context()); got.Kind != update.Portable {
		t.Errorf("Here() = %+v for a test's program", got)
	}
}
