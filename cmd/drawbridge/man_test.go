package main

import (
	"bytes"
	"os/exec"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func TestRoff(t *testing.T) {
	for in, want := range map[string]string{
		"plain":            "plain",
		".hidden":          `\&.hidden`,
		"'quoted'":         `\(aqquoted\(aq`,
		`C:\x --flag`:      `C:\ex \-\-flag`,
		"~/.config ^ `x`":  `\(ti/.config \(ha \(gax\(ga`,
		"socks5://[::1]:1": "socks5://[::1]:1",
	} {
		if got := roff(in); got != want {
			t.Errorf("roff(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestManDate(t *testing.T) {
	for epoch, want := range map[string]string{"": "", "0": "1970-01-01", "1795189597": "2026-11-20"} {
		if got, err := manDate(epoch); got != want || err != nil {
			t.Errorf("manDate(%q) = %q, %v, want %q", epoch, got, err, want)
		}
	}
	if got, err := manDate("today"); exitCode(err) != exitUsage {
		t.Errorf("manDate(today) = %q, %v", got, err)
	}
}

// Every command that --help shows has a page, or is spoken of in another program's, and every flag is in it.
func TestManPages(t *testing.T) {
	root := newRootCommand()
	pages := manPages(root, "1.2.3", "2026-11-20")
	for _, c := range root.Commands() {
		name := "drawbridge-" + c.Name()
		page, ok := pages[name]
		if want := c.IsAvailableCommand() && c.Name() != "window"; ok != want {
			t.Errorf("page %s: %v, want %v", name, ok, want)
		}
		if !ok {
			continue
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if has := strings.Contains(page, roff("--"+f.Name)); has == f.Hidden {
				t.Errorf("%s: flag --%s in it: %v", name, f.Name, has)
			}
		})
		for _, below := range c.Commands() {
			if below.IsAvailableCommand() && !strings.Contains(page, `.SS "`+roff(below.CommandPath())+`"`) {
				t.Errorf("%s says nothing of %s", name, below.Name())
			}
		}
		if !strings.Contains(pages["drawbridge"], roff(name+"(1)")) {
			t.Errorf("drawbridge(1) does not lead to %s(1)", name)
		}
	}
	if head, _, _ := strings.Cut(pages["drawbridge-run"], "\n"); head != `.TH "DRAWBRIDGE\-RUN" "1" "2026\-11\-20" "Drawbridge 1.2.3" "Drawbridge"` {
		t.Errorf("drawbridge-run begins with %s", head)
	}
}

// The program that shows pages complains of none, where it is installed.
func TestManPagesAreShown(t *testing.T) {
	groff, err := exec.LookPath("groff")
	if err != nil {
		t.Skip("there is no groff")
	}
	for name, page := range manPages(newRootCommand(), "1.2.3", "2026-11-20") {
		cmd := exec.Command(groff, "-man", "-Tutf8", "-ww", "-z")
		cmd.Stdin = strings.NewReader(page)
		var trouble bytes.Buffer
		cmd.Stderr = &trouble
		if err := cmd.Run(); err != nil || trouble.Len() > 0 {
			t.Errorf("groff %s: %v\n%s", name, err, &trouble)
		}
	}
}
