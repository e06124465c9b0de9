package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/assets/licences"
)

// own is the path of our own module.
const own = "github.com/drawbridge-app/drawbridge"

// report writes which licences hold for programs, in a list, and then each in full.
func report(out io.Writer, programs []program) error {
	var modules []module
	var names []string
	for _, p := range programs {
		names = append(names, p.name)
		for _, m := range p.modules() {
			if !slices.Contains(modules, m) {
				modules = append(modules, m)
			}
		}
	}
	texts := make(map[string]licences.Licence)
	for _, l := range licences.All() {
		texts[l.Module] = l
	}
	slices.SortFunc(modules[1:], func(a, b module) int { return strings.Compare(a.path+"@"+a.version, b.path+"@"+b.version) })
	slices.Sort(names)
	modules = append([]module{{own, ""}}, modules...)

	var b strings.Builder
	fmt.Fprintf(&b, "What is linked into %s, and under which licences.\n\n", strings.Join(slices.Compact(names), ", "))
	for _, m := range modules {
		l, ok := texts[m.path]
		if !ok {
			return fmt.Errorf("licence of %s: there is none in assets/licences; run: make licences", m.path)
		}
		fmt.Fprintf(&b, "%s\t%s\n", m, l.Names)
	}
	for _, m := range modules {
		fmt.Fprintf(&b, "\n%s\n%s\n\n%s\n", strings.Repeat("=", 80), m, strings.TrimSpace(texts[m.path].Text()))
	}
	_, err := io.WriteString(out, b.String())
	return err
}

func (m module) String() string { return strings.TrimSpace(m.path + " " + m.version) }
