package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// module writes one of two packages: c, which is Objective-C behind Go on macOS, and calls, which has this in a function
// and this in a test.
func module(t *testing.T, body, test string) sources {
	dir := t.TempDir()
	for name, text := range map[string]string{
		"go.mod": "module example.org/x\n\ngo 1.26.0\n",
		"c/c_darwin.go": `package c

/*
#cgo CFLAGS: -x objective-c
#cgo LDFLAGS: -framework Cocoa
#import <Cocoa/Cocoa.h>
*/
import "C"

type Beep int

const Loud Beep = C.LOUD

func Make(times int) Beep { C.NSBeep(C.int(times)); return Loud }
`,
		"c/c_linux.go":          "package c\n\nfunc Other() {}\n",
		"calls/calls.go":        "package calls\n\nimport \"example.org/x/c\"\n\nfunc Call() { " + body + " }\n",
		"calls/calls_test.go":   "package calls\n\nimport \"testing\"\n\nfunc TestCall(t *testing.T) { Call(); " + test + " }\n",
		"calls/outside_test.go": "package calls_test\n\nimport \"example.org/x/calls\"\n\nvar _ = calls.Call\n",
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return sources{folder: dir, processor: "arm64"}
}

func TestWhatIsBehindC(t *testing.T) {
	for _, tt := range []struct{ name, body, test, want string }{
		{"right", "var b c.Beep = c.Make(3); _ = b", "", ""},
		{"a function of another system's", "c.Other()", "", "undefined: c.Other"},
		{"another type", `c.Make("3")`, "", `cannot use "3"`},
		{"another result", "var n int = c.Make(3); _ = n", "", "cannot use c.Make(3)"},
		{"in a test", "c.Make(3)", "Call(1)", "calls_test.go:5"},
	} {
		s := module(t, tt.body, tt.test)
		packages, err := s.list([]string{"./..."})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.check(packages)
		switch {
		case tt.want == "" && err != nil:
			t.Errorf("%s: %v", tt.name, err)
		case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
			t.Errorf("%s: check = %v, want an error with %q", tt.name, err, tt.want)
		}
	}
}
