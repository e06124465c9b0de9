package main

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app/update"
)

// A release is a folder of files with their sums, notes, and a key of its own.
type release struct {
	t                     *testing.T
	at, notes             string
	key, public           string
	otherKey, otherPublic string
}

func newRelease(t *testing.T, names ...string) *release {
	t.Helper()
	r := &release{t: t, at: t.TempDir(), notes: t.TempDir()}
	var sums strings.Builder
	for _, name := range names {
		r.write(filepath.Join(r.at, name), "content of "+name)
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256([]byte("content of "+name)), name)
	}
	r.write(filepath.Join(r.at, sumsName), sums.String())
	r.write(filepath.Join(r.notes, "en.txt"), "Faster.\n")
	r.write(filepath.Join(r.notes, "ru.txt"), "Быстрее.\n")
	r.key, r.public = r.newKey("first")
	r.otherKey, r.otherPublic = r.newKey("second")
	return r
}

func (r *release) write(path, text string) {
	r.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		r.t.Fatal(err)
	}
}

func (r *release) newKey(name string) (file, public string) {
	r.t.Helper()
	file = filepath.Join(r.t.TempDir(), name)
	public, _, _ = strings.Cut(r.run("key", file), " ")
	return file, public
}

// run runs a command that has to succeed.
func (r *release) run(args ...string) string {
	r.t.Helper()
	out, err := r.try(args...)
	if err != nil {
		r.t.Fatalf("announce %q: %v", args, err)
	}
	return out
}

func (r *release) try(args ...string) (string, error) {
	var out bytes.Buffer
	err := run(args, &out)
	return out.String(), err
}

func (r *release) makeArgs() []string {
	return []string{"make", "--version", "1.3.0", "--base", "https://example.com/v1.3.0/", "--page", "https://example.com/v1.3.0",
		"--notes", r.notes, "--date", strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10), r.at}
}

func TestAnnounce(t *testing.T) {
	r := newRelease(t,
		"drawbridge-1.3.0-windows-amd64-setup.exe", "drawbridge-1.3.0-windows-arm64.zip", "drawbridge-desktop-1.3.0-linux-amd64.tar.gz",
		"drawbridge-1.3.0-macos-universal.dmg", "drawbridge-1.3.0-macos-universal-unsigned.dmg", "drawbridge-1.3.0-linux-amd64.tar.gz", "drawbridge-desktop-1.3.0-amd64.deb", "drawbridge-desktop-1.2.0-linux-amd64.tar.gz")
	args := r.makeArgs()
	r.run(args...)
	first, err := os.ReadFile(filepath.Join(r.at, manifestName))
	if err != nil {
		t.Fatal(err)
	}
	r.run(args...)
	if again, err := os.ReadFile(filepath.Join(r.at, manifestName)); err != nil || !bytes.Equal(again, first) {
		t.Errorf("the same files made other bytes: %v", err)
	}
	m, err := update.Parse(first)
	if err != nil || m.Release.Notes["ru"] != "Быстрее." || len(m.Release.Artifacts) != 4 {
		t.Fatalf("%+v, %v", m, err)
	}
	for _, want := range []struct {
		os, arch, version string
		kind              update.Kind
	}{
		{"windows", "amd64", "10.0.19045", update.Setup}, {"windows", "arm64", "10.0.22000", update.Archive},
		{"linux", "amd64", "", update.Archive}, {"darwin", "arm64", "14.0", update.Image},
	} {
		if _, ok := m.Release.Fit(want.kind, want.os, want.arch, want.version); !ok {
			t.Errorf("there is no %s for %s/%s", want.kind, want.os, want.arch)
		}
	}
	r.run("sign", "--key", r.key, "--key", r.otherKey, r.at)
	for _, keys := range []string{r.public, r.otherPublic, r.public + "," + r.otherPublic} {
		if said := r.run("verify", "--keys", keys, r.at); !strings.Contains(said, "1.3.0 of ") || strings.Count(said, "\n") != 5 {
			t.Errorf("verify says %q", said)
		}
	}
	if info, err := os.Stat(r.key); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the private key is %v, %v", info.Mode(), err)
	}
	if _, err := r.try("key", r.key); err == nil {
		t.Error("a private key was overwritten")
	}
}

func TestAnnounceRefuses(t *testing.T) {
	const name = "drawbridge-1.3.0-windows-amd64-setup.exe"
	for _, tt := range []struct {
		name string
		do   func(r *release) error
		says string
	}{
		{"a file that is not what the sums say", func(r *release) error {
			r.write(filepath.Join(r.at, name), "other")
			_, err := r.try(r.makeArgs()...)
			return err
		}, "is not what SHA256SUMS says"},
		{"nothing for programs", func(r *release) error {
			r.write(filepath.Join(r.at, sumsName), "")
			_, err := r.try(r.makeArgs()...)
			return err
		}, "nothing in SHA256SUMS"},
		{"no notes in English", func(r *release) error {
			os.Remove(filepath.Join(r.notes, "en.txt"))
			_, err := r.try(r.makeArgs()...)
			return err
		}, "notes.en"},
		{"http", func(r *release) error {
			args := r.makeArgs()
			args[4] = "http://example.com/"
			_, err := r.try(args...)
			return err
		}, "has to be https"},
		{"a file that was changed after it was signed", func(r *release) error {
			r.run(r.makeArgs()...)
			r.run("sign", "--key", r.key, r.at)
			r.write(filepath.Join(r.at, name), "other")
			_, err := r.try("verify", "--keys", r.public, r.at)
			return err
		}, "is not what the manifest says"},
		{"a manifest that was changed after it was signed", func(r *release) error {
			r.run(r.makeArgs()...)
			r.run("sign", "--key", r.key, r.at)
			text, _ := os.ReadFile(filepath.Join(r.at, manifestName))
			r.write(filepath.Join(r.at, manifestName), string(text)+"\n")
			_, err := r.try("verify", "--keys", r.public, r.at)
			return err
		}, "signature"},
		{"another key", func(r *release) error {
			r.run(r.makeArgs()...)
			r.run("sign", "--key", r.key, r.at)
			_, err := r.try("verify", "--keys", r.otherPublic, r.at)
			return err
		}, "none of the keys"},
		{"a key that is none", func(r *release) error {
			r.run(r.makeArgs()...)
			r.write(r.key, "secret")
			_, err := r.try("sign", "--key", r.key, r.at)
			return err
		}, "is no private key"},
		{"no key", func(r *release) error {
			r.run(r.makeArgs()...)
			_, err := r.try("sign", r.at)
			return err
		}, "name a file"},
		{"nothing to do", func(r *release) error { _, err := r.try("publish"); return err }, "has to be key"},
	} {
		err := tt.do(newRelease(t, name))
		if err == nil || !strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
	}
}
