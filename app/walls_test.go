package app_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/drawbridge-app/drawbridge"

// A listed package is what go list says of it.
type listed struct {
	ImportPath string
	Standard   bool
	CgoFiles   []string
	Imports    []string // by its files that are no tests
	Deps       []string // the same, and theirs
}

// list asks go about every package of the module and what they import.
func list(t *testing.T, env ...string) map[string]listed {
	t.Helper()
	// With the tag ci, Fyne's driver is one without cgo.
	cmd := exec.Command("go", "list", "-tags", "ci", "-deps", "-json=ImportPath,Standard,CgoFiles,Imports,Deps", module+"/...")
	cmd.Env = append(os.Environ(), env...)
	var trouble bytes.Buffer
	cmd.Stderr = &trouble
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list with %v: %v\n%s", env, err, &trouble)
	}
	packages := make(map[string]listed)
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages[p.ImportPath] = p
	}
}

// under reports whether path is one of the rooms, or in one of them.
func under(path string, rooms ...string) bool {
	return slices.ContainsFunc(rooms, func(room string) bool {
		return path == module+"/"+room || strings.HasPrefix(path, module+"/"+room+"/")
	})
}

// The walls of the house: who may lean on whom. Test files may on anybody.
func TestWalls(t *testing.T) {
	packages := list(t, "CGO_ENABLED=0")
	outside := func(p listed, allowed ...string) bool {
		return !p.Standard && !strings.HasPrefix(p.ImportPath, module) &&
			!slices.ContainsFunc(allowed, func(m string) bool { return strings.HasPrefix(p.ImportPath, m+"/") })
	}
	walls := []struct {
		why     string
		whom    func(path string) bool
		forbids func(p listed) bool
	}{
		{"the engine knows no faces and no files",
			func(path string) bool { return under(path, "bridge") },
			func(p listed) bool { return under(p.ImportPath, "app", "settings", "cmd") }},
		{"the engine leans on the standard library, x/net and x/sys alone",
			func(path string) bool { return under(path, "bridge") && !under(path, "bridge/bridgetest") },
			func(p listed) bool { return outside(p, "golang.org/x/net", "golang.org/x/sys") }},
		{"no package for users brings those for tests along",
			func(path string) bool { // Fyne's driver without cgo is one for tests
				return strings.HasPrefix(path, module) && !under(path, "bridge/bridgetest", "app/tray/traytest", "app/window/look/looktest", "cmd/drawbridge-window")
			},
			func(p listed) bool { return under(p.ImportPath, "bridge/bridgetest") || p.ImportPath == "testing" }},
		{"what evaluates scripts has a program of its own",
			func(path string) bool {
				return strings.HasPrefix(path, module) && !under(path, "app/chooser/pac", "cmd/drawbridge-pac")
			},
			func(p listed) bool {
				return strings.HasPrefix(p.ImportPath, "github.com/dop251/goja") || under(p.ImportPath, "app/chooser/pac")
			}},
		{"settings know nothing of who uses them",
			func(path string) bool { return under(path, "settings") },
			func(p listed) bool { return under(p.ImportPath, "app", "cmd") }},
		{"nobody imports a program",
			func(path string) bool { return under(path, "app") },
			func(p listed) bool { return under(p.ImportPath, "cmd") }},
		{"the command line has no face in it",
			func(path string) bool { return under(path, "cmd/drawbridge") },
			func(p listed) bool { return strings.HasPrefix(p.ImportPath, "fyne.io/") }},
		{"the command line has nothing in it that only the desktop's programs need: what stays all day is small",
			func(path string) bool { return under(path, "cmd/drawbridge") },
			func(p listed) bool {
				return strings.HasPrefix(p.ImportPath, "github.com/godbus/") || strings.HasPrefix(p.ImportPath, "golang.org/x/text/")
			}},
		{"the tray weighs nothing",
			func(path string) bool { return under(path, "cmd/drawbridge-tray", "app/tray") },
			func(p listed) bool { return strings.HasPrefix(p.ImportPath, "fyne.io/fyne/") }},
		{"updates and all else do without net/http, which is heavy",
			func(path string) bool { return under(path, "cmd/drawbridge", "cmd/drawbridge-tray") },
			func(p listed) bool { return p.ImportPath == "net/http" }},
		{"the window can be tested without a display",
			func(path string) bool { return under(path, "app") },
			func(p listed) bool { return p.ImportPath == "fyne.io/fyne/v2/app" }},
	}
	for _, wall := range walls {
		used := false
		for path, p := range packages {
			if !wall.whom(path) {
				continue
			}
			used = true
			for _, dep := range p.Deps {
				if wall.forbids(packages[dep]) {
					t.Errorf("%s: %s depends on %s", wall.why, path, dep)
				}
			}
		}
		if !used {
			t.Errorf("%s: no package that this is about", wall.why)
		}
	}
}

// The command line builds for every system without a C compiler.
func TestCommandLineHasNoCgo(t *testing.T) {
	for _, system := range []string{"linux", "windows", "darwin", "freebsd"} {
		packages := list(t, "CGO_ENABLED=1", "GOOS="+system, "GOARCH=amd64")
		command, ok := packages[module+"/cmd/drawbridge"]
		if !ok {
			t.Fatalf("%s: there is no cmd/drawbridge", system)
		}
		for _, dep := range append(command.Deps, command.ImportPath) {
			if p := packages[dep]; !p.Standard && len(p.CgoFiles) > 0 {
				t.Errorf("%s: cmd/drawbridge depends on %s, which uses cgo in %v", system, dep, p.CgoFiles)
			}
		}
	}
}

// Whoever opens the repository sees the rooms, and nothing that lies about.
func TestTopLevel(t *testing.T) {
	rooms := []string{"cmd", "app", "bridge", "settings", "assets", "packaging", "go.mod", "go.sum", "Makefile", "README.md", "LICENSE"}
	gomod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		t.Fatal(err)
	}
	root := filepath.Dir(strings.TrimSpace(string(gomod)))
	if _, err := os.Stat(filepath.Join(root, ".git")); err != nil {
		t.Skip("this is no git checkout")
	}
	files, err := exec.Command("git", "-C", root, "ls-files").Output()
	if err != nil {
		t.Fatalf("git ls-files: %v", err)
	}
	seen := make(map[string]bool)
	for file := range strings.Lines(string(files)) {
		top, _, _ := strings.Cut(strings.TrimSpace(file), "/")
		if !seen[top] && !strings.HasPrefix(top, ".") && !slices.Contains(rooms, top) {
			t.Errorf("%s is at the top of the repository", top)
		}
		seen[top] = true
	}
	if !seen["go.mod"] {
		t.Errorf("git ls-files names no go.mod, only %d entries", len(seen))
	}
}
