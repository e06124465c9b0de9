package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// c is a package that is Objective-C behind Go on macOS.
const c = `package c

/*
#cgo CFLAGS: -x objective-c
#cgo LDFLAGS: -framework Cocoa
#import <Cocoa/Cocoa.h>
*/
import "C"

type Beep int

const Loud Beep = C.LOUD

func Make(times int) Beep { C.NSBeep(C.int(times)); return Loud }
`

func TestWhatIsBehindC(t *testing.T) {
	dir := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("go.mod", "module example.org/x\n\ngo 1.26.0\n")
	write("c/c_darwin.go", c)
	write("c/c_linux.go", "package c\n\nfunc Other() {}\n")

	// What a function and a test say, and what is wrong with it.
	rows := []struct{ name, body, test, want string }{
		{"right", "var b c.Beep = c.Make(3); _ = b", "", ""},
		{"another system's function", "c.Other()", "", "undefined: c.Other"},
		{"another type", `c.Make("3")`, "", `cannot use "3"`},
		{"another result", "var n int = c.Make(3); _ = n", "", "cannot use c.Make(3)"},
		{"in a test", "c.Make(3)", "Call(1)", "too many arguments in call to Call"},
	}
	for i, row := range rows {
		name := fmt.Sprintf("row%d", i)
		write(name+"/x.go", "package x\n\nimport \"example.org/x/c\"\n\nfunc Call() { "+row.body+" }\n")
		write(name+"/x_test.go", "package x\n\nimport \"testing\"\n\nfunc TestCall(t *testing.T) { Call(); "+row.test+" }\n")
		write(name+"/outside_test.go", "package x_test\n\nimport x \"example.org/x/"+name+"\"\n\nvar _ = x.Call\n")
	}

	s := sources{folder: dir, processor: "arm64"}
	packages, err := s.list([]string{"./..."})
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.check(packages)
	if err == nil {
		t.Fatal("nothing is wrong")
	}
	for line := range strings.Lines(err.Error()) {
		if strings.Contains(line, "c_darwin.go") {
			t.Errorf("of what is behind C, check says %q", line)
		}
	}
	for i, row := range rows {
		var said []string
		for line := range strings.Lines(err.Error()) {
			if strings.Contains(line, fmt.Sprintf("%crow%d%c", filepath.Separator, i, filepath.Separator)) {
				said = append(said, line)
			}
		}
		all := strings.Join(said, "")
		if row.want == "" && all != "" || !strings.Contains(all, row.want) {
			t.Errorf("%s: check says %q, want %q", row.name, all, row.want)
		}
	}
}
