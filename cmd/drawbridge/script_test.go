package main

import (
	"context"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// The test binary, called by the program's name, is the program: that is how the scripts in testdata/script run it
// without building it. It is no TestMain, since the end-to-end tests have that.
func init() {
	if strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") == "drawbridge" {
		os.Exit(run(context.Background(), os.Args[1:], os.Stdin, os.Stdout, os.Stderr))
	}
}

func TestScripts(t *testing.T) {
	dir := t.TempDir()
	program(t, dir)
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("PATH", dir+string(filepath.ListSeparator)+env.Getenv("PATH"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(env.WorkDir, "config"))
			env.Setenv("SHELL", "/bin/bash")
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits,
		},
	})
}

// program puts the test binary into dir under the program's name.
func program(t *testing.T, dir string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS != "windows" {
		if err := os.Symlink(self, filepath.Join(dir, "drawbridge")); err != nil {
			t.Fatal(err)
		}
		return
	}
	from, err := os.Open(self)
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	to, err := os.OpenFile(filepath.Join(dir, "drawbridge.exe"), os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	defer to.Close()
	if _, err := io.Copy(to, from); err != nil {
		t.Fatal(err)
	}
}

// exits runs a command line in this process and compares its exit code: `exits 2 settings get foo`. Its outputs are
// there for stdout and stderr to look at.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits CODE ARGUMENT…")
	}
	err := ts.Exec("drawbridge", args[1:]...)
	got := "0"
	var code interface{ ExitCode() int }
	if err != nil {
		var ok bool
		if code, ok = err.(interface{ ExitCode() int }); !ok {
			ts.Fatalf("drawbridge %q: %v", args[1:], err)
		}
		got = string(rune('0' + code.ExitCode()))
	}
	if got != args[0] {
		ts.Fatalf("drawbridge %q exits with %s, want %s", args[1:], got, args[0])
	}
}
