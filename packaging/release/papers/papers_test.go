package main

import (
	"bytes"
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// made is a program with two modules, of which one was replaced. Its file is the test's own.
func made(t *testing.T, name, platform string) program {
	t.Helper()
	path, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	programs, err := read([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	p := programs[0]
	p.name, p.platform = name, platform
	p.info.GoVersion, p.info.Deps = "go1.26.8", nil
	err = json.Unmarshal([]byte(`[{"Path":"golang.org/x/sys","Version":"v0.49.0"},
		{"Path":"example.org/x","Version":"v1.0.0","Replace":{"Path":"github.com/go-sourcemap/sourcemap","Version":"v2.1.3+incompatible"}}]`), &p.info.Deps)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// What tools ask of such a file: https://cyclonedx.org/docs/1.5/json/.
func TestBill(t *testing.T) {
	at := time.Date(2026, 11, 20, 15, 46, 37, 0, time.UTC)
	programs := []program{made(t, "drawbridge", "linux/amd64"), made(t, "drawbridge-pac", "linux/amd64"), made(t, "drawbridge", "linux/amd64")}
	b, err := bill("1.2.3", at, programs)
	if err != nil {
		t.Fatal(err)
	}
	if b.Format != "CycloneDX" || b.Spec != "1.5" || b.Version != 1 || b.Metadata.Timestamp != "2026-11-20T15:46:37Z" {
		t.Errorf("head: %+v", b)
	}
	if !regexp.MustCompile(`^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(b.Serial) {
		t.Errorf("serial number %s", b.Serial)
	}
	refs := []string{b.Metadata.Component.Ref}
	var purls []string
	for _, c := range b.Components {
		if slices.Contains(refs, c.Ref) {
			t.Errorf("%s is there twice", c.Ref)
		}
		refs = append(refs, c.Ref)
		if c.Name == "" || c.Version == "" || len(c.Licences) != 1 {
			t.Errorf("component %+v", c)
		}
		if c.Type == "library" {
			purls = append(purls, c.PURL)
		} else if len(c.Hashes) != 1 || len(c.Hashes[0].Content) != 64 {
			t.Errorf("component %+v", c)
		}
	}
	want := []string{"pkg:golang/github.com/go-sourcemap/sourcemap@v2.1.3%2Bincompatible", "pkg:golang/golang.org/x/sys@v0.49.0", "pkg:golang/std@1.26.8"}
	if !slices.Equal(purls, want) {
		t.Errorf("libraries %q, want %q", purls, want)
	}
	for _, d := range b.Dependencies {
		for _, ref := range append(d.On, d.Ref) {
			if !slices.Contains(refs, ref) {
				t.Errorf("%s depends on %s, which is not there", d.Ref, ref)
			}
		}
	}
	if len(b.Dependencies) != 3 || len(b.Dependencies[0].On) != 2 || len(b.Dependencies[1].On) != 3 {
		t.Errorf("dependencies %+v", b.Dependencies)
	}
	again, err := bill("1.2.3", at, programs)
	if err != nil || again.Serial != b.Serial {
		t.Errorf("again: serial number %s, %v", again.Serial, err)
	}
	if other, _ := bill("1.2.4", at, programs); other.Serial == b.Serial {
		t.Error("another release has the same serial number")
	}
}

func TestExpression(t *testing.T) {
	for in, want := range map[string]string{
		"MIT":                     "MIT",
		"MIT, ISC":                "MIT AND ISC",
		"OFL-1.1, Bitstream-Vera": "OFL-1.1 AND LicenseRef-Bitstream-Vera",
	} {
		if got := expressionOf(in); got != want {
			t.Errorf("expressionOf(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestReport(t *testing.T) {
	var out bytes.Buffer
	if err := report(&out, []program{made(t, "drawbridge-pac", "linux/amd64"), made(t, "drawbridge", "linux/amd64")}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"What is linked into drawbridge, drawbridge-pac, and",
		"github.com/drawbridge-app/drawbridge\tMIT\n",
		"go 1.26.8\tBSD-3-Clause\n",
		"golang.org/x/sys v0.49.0\tBSD-3-Clause\n",
		"The Drawbridge authors",
		"Copyright 2009 The Go Authors",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("the report does not say %q", want)
		}
	}
	if strings.Contains(out.String(), "fyne") {
		t.Error("the report speaks of what is not linked in")
	}
	p := made(t, "x", "linux/amd64")
	p.info.Deps[0].Path = "example.org/unknown"
	if err := report(&out, []program{p}); err == nil || !strings.Contains(err.Error(), "example.org/unknown") {
		t.Errorf("a module without a licence: %v", err)
	}
}

func TestRunRefuses(t *testing.T) {
	for _, tt := range []struct {
		args  []string
		epoch string
		want  string
	}{
		{nil, "0", "usage"},
		{[]string{"poem", "x"}, "0", `unknown paper "poem"`},
		{[]string{"sbom", "1.2.3"}, "", `SOURCE_DATE_EPOCH ""`},
		{[]string{"licences", "/nonexistent"}, "0", "/nonexistent"},
	} {
		if err := run(tt.args, tt.epoch, new(bytes.Buffer)); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("run(%q) = %v, want %s", tt.args, err, tt.want)
		}
	}
}
