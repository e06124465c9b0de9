// Typecheck says whether packages, their tests, and all that they import would compile for macOS, on both processors, with
// cgo, without a Mac:
//
//	typecheck PACKAGE...
//
// The programs with an icon and a window are built with Apple's frameworks, for which there is neither a compiler nor
// headers elsewhere. But what our packages call is Go, also where C is behind it: Go's own type checker reads all of it from
// the sources and takes what C is to say on trust. So nothing that is C's is checked, and nothing that a linker would say.
package main

import (
	"flag"
	"fmt"
	"os"
)

// tags are those that the window is built with, and again those that its tests are.
func tags() []string { return []string{"migrated_fynedo,no_emoji", "ci,migrated_fynedo,no_emoji"} }

func main() {
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: typecheck PACKAGE...")
		os.Exit(2)
	}
	if err := run(flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "typecheck:", err)
		os.Exit(1)
	}
}

func run(patterns []string) error {
	for _, processor := range []string{"amd64", "arm64"} {
		for _, tags := range tags() {
			s := sources{processor: processor, tags: tags}
			packages, err := s.list(patterns)
			if err != nil {
				return err
			}
			checked, err := s.check(packages)
			if err != nil {
				return fmt.Errorf("darwin/%s, tags %s:\n%w", processor, tags, err)
			}
			fmt.Printf("darwin/%s, tags %s: %d packages, %d of them ours\n", processor, tags, len(packages), checked)
		}
	}
	return nil
}
