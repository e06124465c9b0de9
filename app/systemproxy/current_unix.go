//go:build !windows && !darwin

package systemproxy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// current returns the platform of the desktop that runs, or why there is none.
func current(env func(string) string) (platform, error) {
	desktop := env("XDG_CURRENT_DESKTOP")
	name := desktopFamily(desktop)
	if name == "" {
		return nil, unsupported(desktop)
	}
	if name == gnomeName {
		if _, err := exec.LookPath("gsettings"); err != nil {
			return nil, &Unsupported{Code: NoGSettings, Desktop: desktop}
		}
	}
	return platformNamed(name, env), nil
}

func platformNamed(name string, env func(string) string) platform {
	g := gnome{run: runGSettings, defaults: gsettingsDefaults}
	switch name {
	case gnomeName:
		return g
	case kdeName:
		k := kde{file: filepath.Join(configHome(env), "kioslaverc"), notify: func(ctx context.Context) { reparse(ctx, env) }}
		if hasGSettings() {
			k.gnome = &g
		}
		return k
	}
	return nil
}

func configHome(env func(string) string) string {
	if dir := env("XDG_CONFIG_HOME"); filepath.IsAbs(dir) {
		return dir
	}
	return filepath.Join(env("HOME"), ".config")
}

// busPatience is how long programs may take that wait for a session's bus, or for a service on it.
const busPatience = 5 * time.Second

// runGSettings runs gsettings and returns what it prints.
func runGSettings(ctx context.Context, args ...string) (string, error) {
	return gsettings(ctx, nil, args...)
}

// gsettingsDefaults asks for what holds in a database in which nothing is. Where an administrator may have other
// defaults, it says nothing: who dies after a reset would leave those behind, in place of what the user has chosen.
func gsettingsDefaults(ctx context.Context) (string, error) {
	if administered(os.Getenv, func(path string) bool { _, err := os.Stat(path); return err == nil }) {
		return "", nil
	}
	return gsettings(ctx, []string{"GSETTINGS_BACKEND=memory"}, "list-recursively", gnomeSchema)
}

func gsettings(ctx context.Context, env []string, args ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, busPatience)
	defer cancel()
	cmd := exec.CommandContext(ctx, "gsettings", args...)
	cmd.Env = append(os.Environ(), env...)
	var out, trouble bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &trouble
	cmd.WaitDelay = time.Second
	if err := runMortal(cmd); err != nil {
		said, _, _ := strings.Cut(strings.TrimSpace(trouble.String()), "\n")
		return "", fmt.Errorf("gsettings %s: %w", args[0], errors.Join(err, saying(said)))
	}
	return out.String(), nil
}

// saying is what a program said, as an error; nil if that is nothing.
func saying(text string) error {
	if text == "" {
		return nil
	}
	return errors.New(text)
}

// hasGSettings reports whether there is GNOME's setting too. That does not depend on the session.
func hasGSettings() bool {
	return exec.Command("gsettings", "list-keys", gnomeSchema).Run() == nil
}

// tellers are the programs that send a signal on the session's bus, each with its way to be told which. Systems with KDE
// have one of them at least. A package that does it in here would be a third of a megabyte of what stays all day.
var tellers = [...][]string{
	{"dbus-send", "--session", "--type=signal", "/KIO/Scheduler", "org.kde.KIO.Scheduler.reparseSlaveConfiguration", "string:"},
	{"gdbus", "emit", "--session", "--object-path", "/KIO/Scheduler", "--signal", "org.kde.KIO.Scheduler.reparseSlaveConfiguration", "''"},
}

// reparse tells KDE's programs that run that the file has changed. Where there is no bus, nobody would hear it.
func reparse(ctx context.Context, env func(string) string) {
	address := env("DBUS_SESSION_BUS_ADDRESS")
	if address == "" && env("XDG_RUNTIME_DIR") != "" {
		address = "unix:path=" + filepath.Join(env("XDG_RUNTIME_DIR"), "bus")
	}
	if address == "" {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, busPatience)
	defer cancel()
	for _, words := range tellers {
		cmd := exec.CommandContext(ctx, words[0], words[1:]...)
		cmd.Env = append(os.Environ(), "DBUS_SESSION_BUS_ADDRESS="+address)
		if runMortal(cmd) == nil {
			return
		}
	}
}
