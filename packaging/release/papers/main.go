// Papers writes what a release says of itself, from the records that Go leaves in each program: the licences of what is
// linked in, and a bill of materials.
//
//	papers licences PROGRAM...
//	papers sbom VERSION PROGRAM...
//
// Both go to standard output. The time in them is $SOURCE_DATE_EPOCH.
package main

import (
	"debug/buildinfo"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"time"
)

func main() {
	log.SetFlags(0)
	log.SetPrefix("papers: ")
	if err := run(os.Args[1:], os.Getenv("SOURCE_DATE_EPOCH"), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(args []string, epoch string, out io.Writer) error {
	if len(args) < 2 {
		return errors.New("usage: papers licences PROGRAMS, papers sbom VERSION PROGRAMS")
	}
	switch args[0] {
	case "licences":
		programs, err := read(args[1:])
		if err != nil {
			return err
		}
		return report(out, programs)
	case "sbom":
		seconds, err := strconv.ParseInt(epoch, 10, 64)
		if err != nil {
			return fmt.Errorf("SOURCE_DATE_EPOCH %q: is no number of seconds", epoch)
		}
		programs, err := read(args[2:])
		if err != nil {
			return err
		}
		b, err := bill(args[1], time.Unix(seconds, 0).UTC(), programs)
		if err != nil {
			return err
		}
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		e.SetEscapeHTML(false)
		return e.Encode(b)
	}
	return fmt.Errorf("unknown paper %q: licences or sbom", args[0])
}

// A program is one that was built.
type program struct {
	path     string
	name     string // of its file, without ".exe"
	platform string // such as linux/arm/7
	info     *debug.BuildInfo
}

// read reads the programs' records.
func read(paths []string) ([]program, error) {
	var programs []program
	for _, path := range paths {
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		p := program{path: path, name: strings.TrimSuffix(filepath.Base(path), ".exe"), info: info}
		p.platform = p.setting("GOOS") + "/" + p.setting("GOARCH")
		if level := p.setting("GOARM"); level != "" {
			p.platform += "/" + level
		}
		programs = append(programs, p)
	}
	return programs, nil
}

func (p program) setting(key string) string {
	for _, s := range p.info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// A module is a part of programs.
type module struct{ path, version string }

// modules are those that are linked into a program, without our own: Go's library, then the others by their paths.
func (p program) modules() []module {
	all := []module{{"go", strings.TrimPrefix(p.info.GoVersion, "go")}}
	for _, m := range p.info.Deps {
		if m.Replace != nil {
			m = m.Replace
		}
		all = append(all, module{m.Path, m.Version})
	}
	slices.SortFunc(all[1:], func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all
}
