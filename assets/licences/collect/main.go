// Collect writes the licences of all that the programs link, on every system,
// into the folder assets/licences. Run it with `make licences`, after a change
// of go.mod.
package main

import (
	"fmt"
	"io/fs"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// systems are those that the programs are built for; what they link differs.
var systems = [...]string{"linux", "windows", "darwin", "freebsd"}

func main() {
	log.SetFlags(0)
	log.SetPrefix("collect licences: ")
	if len(os.Args) != 2 {
		log.Fatal("usage: collect FOLDER")
	}
	if err := collect(os.Args[1]); err != nil {
		log.Fatal(err)
	}
}

// collect writes the index and the texts into a folder.
func collect(folder string) error {
	modules, err := linked()
	if err != nil {
		return err
	}
	texts := filepath.Join(folder, "texts")
	if err := os.RemoveAll(texts); err != nil {
		return err
	}
	if err := os.MkdirAll(texts, 0o755); err != nil {
		return err
	}
	var index strings.Builder
	for _, m := range modules {
		text, names, err := m.licence()
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(texts, licences.File(m.path)), []byte(text), 0o644); err != nil {
			return err
		}
		fmt.Fprintf(&index, "%s\t%s\n", m.path, names)
	}
	return os.WriteFile(filepath.Join(folder, "index.txt"), []byte(index.String()), 0o644)
}

// A module is something that is linked, and where its files are.
type module struct{ path, folder string }

// linked lists our own module, Go, and all others that the programs link.
func linked() ([]module, error) {
	root, err := run(nil, "go", "env", "GOROOT")
	if err != nil {
		return nil, err
	}
	first := []module{{}, {"go", strings.TrimSpace(root)}}
	found := make(map[string]module)
	for _, system := range systems {
		// With cgo, Fyne's own driver is among them. It is not run for a list.
		out, err := run([]string{"GOOS=" + system, "CGO_ENABLED=1"}, "go", "list", "-e", "-deps", "-tags", "migrated_fynedo,no_emoji",
			"-f", `{{with .Module}}{{.Main}}	{{.Path}}	{{.Dir}}{{end}}`, "github.com/drawbridge-app/drawbridge/cmd/...")
		if err != nil {
			return nil, err
		}
		for line := range strings.Lines(out) {
			parts := strings.Split(strings.TrimSpace(line), "\t")
			switch {
			case len(parts) != 3: // a package of Go itself
			case parts[0] == "true":
				first[0] = module{parts[1], parts[2]}
			default:
				found[parts[1]] = module{parts[1], parts[2]}
			}
		}
	}
	var others []module
	for _, m := range found {
		others = append(others, m)
	}
	slices.SortFunc(others, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return append(first, others...), nil
}

func run(env []string, name string, args ...string) (string, error) {
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return "", fmt.Errorf("%s: %w", strings.Join(cmd.Args, " "), err)
	}
	return string(out), nil
}

// licence reads all licences of a module: its own first, then those of what it
// brings along, such as a font, each behind the name of its file.
func (m module) licence() (text, names string, err error) {
	var all []string
	var known []string
	err = filepath.WalkDir(m.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		below, err := filepath.Rel(m.folder, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if path != m.folder && (m.own() || m.path == "go" || d.Name() == "testdata" || below == "cmd") {
				return filepath.SkipDir // not linked, or an entry of its own
			}
			return nil
		}
		if !d.Type().IsRegular() || !isLicence(d.Name()) {
			return nil
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		body := strings.TrimSpace(strings.ReplaceAll(string(content), "\r\n", "\n")) + "\n"
		if filepath.Dir(below) != "." {
			body = filepath.ToSlash(below) + ":\n\n" + body
		}
		for _, name := range namesIn(body) {
			if !slices.Contains(known, name) {
				known = append(known, name)
			}
		}
		all = append(all, body)
		return nil
	})
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("%s has no licence that could be found in %s", m.path, m.folder)
	}
	return strings.Join(all, "\n"), strings.Join(known, ", "), err
}

// own reports whether the module is ours.
func (m module) own() bool { return strings.HasPrefix(m.path, "github.com/drawbridge-app/") }

func isLicence(file string) bool {
	name := strings.ToUpper(file)
	return !strings.HasSuffix(name, ".GO") &&
		(strings.HasPrefix(name, "LICENSE") || strings.HasPrefix(name, "LICENCE") || strings.HasPrefix(name, "COPYING") || strings.HasPrefix(name, "OFL"))
}

// namesIn returns the SPDX identifiers of the licences that a text has in it.
func namesIn(text string) []string {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	var names []string
	for _, l := range [...]struct{ says, name string }{
		{"permission is hereby granted, free of charge, to any person obtaining a copy of this software", "MIT"},
		{"apache license version 2.0", "Apache-2.0"},
		{"http://www.apache.org/licenses/license-2.0", "Apache-2.0"},
		{"sil open font license", "OFL-1.1"},
		{"mozilla public license", "MPL-2.0"},
		{"permission to use, copy, modify, and/or distribute this software", "ISC"},
		{"permission to use, copy, modify, and distribute this software", "ISC"},
		{"this is free and unencumbered software released into the public domain", "Unlicense"},
		{"altered source versions must be plainly marked as such", "Zlib"},
		{"bitstream vera is a trademark", "Bitstream-Vera"},
	} {
		if strings.Contains(text, l.says) && !slices.Contains(names, l.name) {
			names = append(names, l.name)
		}
	}
	if strings.Contains(text, "redistribution and use in source and binary forms") {
		name := "BSD-2-Clause"
		if strings.Contains(text, "neither the name") || strings.Contains(text, "may be used to endorse or promote") {
			name = "BSD-3-Clause"
		}
		names = append(names, name)
	}
	return names
}
