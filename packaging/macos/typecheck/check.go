package main

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
)

// known are the packages that were checked already, by ImportPath.
type known map[string]*types.Package

// check checks packages in their order, and counts ours. Of others' only what can be imported is.
func (s sources) check(packages []*listed) (ours int, err error) {
	done := known{"unsafe": types.Unsafe}
	files := token.NewFileSet()
	var wrong []error
	for _, p := range packages {
		if p.ImportPath == "unsafe" {
			continue
		}
		parsed, err := parse(files, p)
		if err != nil {
			return ours, err
		}
		config := types.Config{
			Importer:         importer{done, p.ImportMap},
			Sizes:            types.SizesFor("gc", s.processor),
			FakeImportC:      len(p.CgoFiles) > 0,
			IgnoreFuncBodies: !p.ours(),
			Error:            func(err error) { wrong = append(wrong, err) },
		}
		if p.Module != nil && p.Module.GoVersion != "" {
			config.GoVersion = "go" + p.Module.GoVersion
		}
		done[p.ImportPath], _ = config.Check(p.ImportPath, files, parsed, nil) // its errors are in wrong
		if p.ours() {
			ours++
		}
		const enough = 20
		if len(wrong) > enough {
			break
		}
	}
	if ours == 0 {
		wrong = append(wrong, errors.New("none of the packages is ours"))
	}
	return ours, errors.Join(wrong...)
}

func parse(files *token.FileSet, p *listed) ([]*ast.File, error) {
	var parsed []*ast.File
	for _, name := range slices.Concat(p.GoFiles, p.CgoFiles) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(p.Dir, name)
		}
		file, err := parser.ParseFile(files, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		parsed = append(parsed, file)
	}
	return parsed, nil
}

// An importer gives one package those that it imports.
type importer struct {
	known known
	names map[string]string // see listed.ImportMap
}

func (i importer) Import(path string) (*types.Package, error) {
	if name, ok := i.names[path]; ok {
		path = name
	}
	if p := i.known[path]; p != nil {
		return p, nil
	}
	return nil, fmt.Errorf("import %s: it is not listed", path)
}
