package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
)

// sources are files as one build takes them.
type sources struct {
	folder    string // where go list runs; empty: here
	processor string // GOARCH
	tags      string
}

// A listed package is what go list says of it, see "go help list". One with tests is there several times, under names such
// as "x [x.test]".
type listed struct {
	ImportPath        string
	Dir               string
	GoFiles, CgoFiles []string
	ImportMap         map[string]string // from what a file says to an ImportPath, where they differ
	ForTest           string
	Module            *struct {
		Main      bool
		GoVersion string
	}
	Error *struct{ Err string }
}

// ours reports whether the package is of this module.
func (p *listed) ours() bool { return p.Module != nil && p.Module.Main }

// made reports whether it is the program that go test makes up, which has no source yet.
func (p *listed) made() bool { return strings.HasSuffix(p.ImportPath, ".test") && p.ForTest == "" }

// list lists packages, their tests and all that they import, each behind what it imports.
func (s sources) list(patterns []string) ([]*listed, error) {
	args := []string{"list", "-e", "-deps", "-test", "-tags", s.tags,
		"-json=ImportPath,Dir,GoFiles,CgoFiles,ImportMap,ForTest,Module,Error", "--"}
	cmd := exec.Command("go", append(args, patterns...)...)
	cmd.Dir = s.folder
	cmd.Env = append(os.Environ(), "GOOS=darwin", "GOARCH="+s.processor, "CGO_ENABLED=1")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []*listed
	var wrong []error
	for decoder := json.NewDecoder(strings.NewReader(string(out))); ; {
		p := new(listed)
		if err := decoder.Decode(p); errors.Is(err, io.EOF) {
			return all, errors.Join(wrong...)
		} else if err != nil {
			return nil, fmt.Errorf("go list: %w", err)
		}
		if p.Error != nil {
			wrong = append(wrong, fmt.Errorf("%s: %s", p.ImportPath, p.Error.Err))
		}
		if !p.made() {
			all = append(all, p)
		}
	}
}
