package main

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
)

// socket is where a test's owner is, or would be.
func socket(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "window") // shorter than t.TempDir, as sockets want it
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "control.sock")
	t.Setenv("DRAWBRIDGE_SOCKET", path)
	return path
}

// serve makes an owner until the test ends.
func serve(t *testing.T, path string) *app.Controller {
	t.Helper()
	l, err := control.Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	c := &app.Controller{}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- control.Serve(ctx, l, c) }()
	t.Cleanup(func() {
		cancel()
		if err := <-served; err != nil {
			t.Error(err)
		}
		c.Close()
	})
	return c
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args      []string
		code      int
		out, errs string // what each begins with
	}{
		{[]string{"--version"}, 0, "drawbridge-window ", ""},
		{[]string{"--help"}, 0, "The window of Drawbridge", ""},
		{[]string{"--frobnicate"}, 2, "", "drawbridge-window: flag provided but not defined: -frobnicate"},
		{[]string{"settings"}, 2, "", `drawbridge-window: unknown argument "settings"`},
		{[]string{"--page", "nowhere"}, 2, "", `drawbridge-window: --page "nowhere": has to be one of bridge, upstreams,`},
	} {
		var out, errs bytes.Buffer
		code := run(t.Context(), tt.args, &out, &errs)
		if code != tt.code || !strings.HasPrefix(out.String(), tt.out) || !strings.HasPrefix(errs.String(), tt.errs) {
			t.Errorf("drawbridge-window %v = %d, %q, %q, want %d, %q, %q", tt.args, code, out.String(), errs.String(), tt.code, tt.out, tt.errs)
		}
		if tt.code == 0 && errs.Len() > 0 || tt.code != 0 && out.Len() > 0 {
			t.Errorf("drawbridge-window %v wrote %q to the wrong place", tt.args, out.String()+errs.String())
		}
	}
}

// A second window brings the first to the front, and is not one.
func TestSecondWindow(t *testing.T) {
	path := socket(t)
	release, alone := control.Claim(path, "window")
	if !alone {
		t.Fatal("the first window is not alone")
	}
	if _, alone := control.Claim(path, "window"); alone {
		t.Error("the second window is alone")
	}
	var out, errs bytes.Buffer
	if code := run(t.Context(), nil, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Errorf("a second start, without an owner: %d, %q", code, errs.String())
	}
	c := serve(t, path)
	args := []string{"--page", "settings", "--why", "no-tray"}
	if code := run(t.Context(), args, &out, &errs); code != 0 || errs.Len() > 0 {
		t.Errorf("a second start: %d, %q", code, errs.String())
	}
	if s := c.State(); s.Raise != 1 || s.RaisePage != "settings" || s.RaiseWhy != "no-tray" {
		t.Errorf("after a second start the window was raised %d times, on %q, since %q", s.Raise, s.RaisePage, s.RaiseWhy)
	}
	release()
	if release, alone := control.Claim(path, "window"); !alone {
		t.Error("after the first window there cannot be another")
	} else {
		release()
	}
}

func TestUnseen(t *testing.T) {
	const at = "2026/11/20 12:00:00   At: driver.go:180\n"
	for _, tt := range []struct {
		said, trouble string
		want          error
		cause         string
	}{
		{"2026/11/20 12:00:00 Fyne error:  failed to initialise GLFW\n2026/11/20 12:00:00   Cause: PlatformUnavailable: Failed to detect any supported platform\n" + at,
			"NotInitialized: The GLFW library is not initialized", errNoDisplay, "(PlatformUnavailable: Failed to detect any supported platform)"},
		{"2026/11/20 12:00:00 Fyne error:  window creation error\n2026/11/20 12:00:00   Cause: APIUnavailable: GLX: GLX extension not found\n" + at,
			"", errNoOpenGL, "(APIUnavailable: GLX: GLX extension not found)"},
		{"", "shader: 0:1(10): error", errNoOpenGL, "(shader: 0:1(10): error)"},
		{"", "", errNoOpenGL, "changes it"},
	} {
		err := unseen(tt.said, tt.trouble)
		if !errors.Is(err, tt.want) || !strings.HasSuffix(err.Error(), tt.cause) || strings.Contains(err.Error(), "\n") {
			t.Errorf("unseen(%q, %q) = %v, want %v %s in one line", tt.said, tt.trouble, err, tt.want, tt.cause)
		}
	}
}

// What Fyne panics with becomes an error.
func TestAppearDoesNotPanic(t *testing.T) {
	err := appear(func() fyne.Window { panic("the library is not initialised") })
	if !errors.Is(err, errNoOpenGL) || !strings.Contains(err.Error(), "the library is not initialised") {
		t.Errorf("appear = %v", err)
	}
}

func TestStartTray(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("the trays here are shell scripts")
	}
	const shebang = "#!/bin/sh\n"
	for _, tt := range []struct {
		name, script string // no script: there is no tray
		owned        bool   // somebody answers
		want         string // part of the error; empty: none
	}{
		{"no tray", "", false, "start drawbridge-tray: "},
		{"a tray that fails", shebang + "exit 3\n", false, "start drawbridge-tray: it ended at once: exit status 3"},
		{"a tray that finds another owner", shebang + "exit 0\n", true, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			path, dir := socket(t), t.TempDir()
			t.Setenv("PATH", dir)
			if tt.script != "" {
				if err := os.WriteFile(filepath.Join(dir, "drawbridge-tray"), []byte(tt.script), 0o755); err != nil {
					t.Fatal(err)
				}
			}
			if tt.owned {
				serve(t, path)
			}
			err := tray{control.Dial(path)}.start(t.Context())
			if got := errorText(err); tt.want == "" && got != "" || !strings.Contains(got, tt.want) {
				t.Errorf("start = %q, want %q", got, tt.want)
			}
		})
	}
	t.Run("a tray that does not answer", func(t *testing.T) {
		path, dir := socket(t), t.TempDir()
		t.Setenv("PATH", dir+":/bin:/usr/bin")
		if err := os.WriteFile(filepath.Join(dir, "drawbridge-tray"), []byte(shebang+"exec sleep 1\n"), 0o755); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if err := (tray{control.Dial(path)}).start(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("start = %v, want that the time has passed", err)
		}
	})
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
