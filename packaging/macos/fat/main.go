// Fat joins programs for several processors into one universal Mach-O file, as Apple's lipo does, on any system:
//
//	fat OUT IN...
//	fat -check VERSION FILE...
//
// The second form reads universal files back: both processors, each with a program of ours that was built for it, that has
// the version in it if it tells one, and that macOS will start. The same inputs give the same bytes.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
)

func main() {
	version := flag.String("check", "", "read universal files back, which have this version")
	flag.Parse()
	if err := run(*version, flag.Args()); err != nil {
		fmt.Fprintln(os.Stderr, "fat:", err)
		os.Exit(1)
	}
}

func run(version string, files []string) error {
	if version != "" {
		for _, file := range files {
			if err := check(file, version); err != nil {
				return fmt.Errorf("%s: %w", file, err)
			}
		}
		return nil
	}
	if len(files) < 2 {
		return errors.New("usage: fat OUT IN... or fat -check VERSION FILE")
	}
	var programs [][]byte
	for _, file := range files[1:] {
		program, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		programs = append(programs, program)
	}
	joined, err := join(programs)
	if err != nil {
		return err
	}
	return os.WriteFile(files[0], joined, 0o755)
}
