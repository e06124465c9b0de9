// Package licences holds the licences of all that is linked into the programs:
// of Go, of each module, and of the fonts and C code that come with them. The
// files are made by `make licences`.
package licences

import (
	"embed"
	"strings"
)

//go:embed index.txt texts
var files embed.FS

// A Licence says under what somebody's work is given on.
type Licence struct {
	Module string // its path, as in go.mod; "go" for Go itself
	Names  string // SPDX identifiers, with commas between several
}

// All lists the licences: our own, that of Go, and then the modules by path.
func All() []Licence {
	index, err := files.ReadFile("index.txt")
	if err != nil {
		panic(err) // the file is part of the program
	}
	var all []Licence
	for line := range strings.Lines(string(index)) {
		module, names, _ := strings.Cut(strings.TrimSpace(line), "\t")
		all = append(all, Licence{module, names})
	}
	return all
}

// File is the name of the file with a module's licence, in the folder texts.
func File(module string) string { return strings.ReplaceAll(module, "/", "_") + ".txt" }

// Text returns the licence in full.
func (l Licence) Text() string {
	text, err := files.ReadFile("texts/" + File(l.Module))
	if err != nil {
		panic(err)
	}
	return string(text)
}
