package main

import (
	"bytes"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// What is committed is what the drawings give: nobody has changed one without
// the other. Bytes may differ by the machine's arithmetic and Go's compression.
func TestPicturesAreThoseOfTheSources(t *testing.T) {
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "source"), os.DirFS("../source")); err != nil {
		t.Fatal(err)
	}
	if err := drawAll(dir); err != nil {
		t.Fatal(err)
	}
	for _, made := range []string{"tray", "window", "app"} {
		now, committed := tree(t, filepath.Join(dir, made)), tree(t, filepath.Join("..", made))
		for name, data := range now {
			if !alike(t, data, committed[name]) {
				t.Errorf("%s/%s is not what its source gives: run make icons", made, name)
			}
			delete(committed, name)
		}
		for name := range committed {
			t.Errorf("%s/%s has no source: run make icons", made, name)
		}
	}
}

// alike says that a and b are there, and show the same if they are PNG.
func alike(t *testing.T, a, b []byte) bool {
	t.Helper()
	if !bytes.HasPrefix(a, []byte("\x89PNG")) {
		return len(a) > 0 && len(b) > 0
	}
	p, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	q, err := png.Decode(bytes.NewReader(b))
	if err != nil || p.Bounds() != q.Bounds() {
		return false
	}
	for y := range p.Bounds().Dy() {
		for x := range p.Bounds().Dx() {
			r1, g1, b1, a1 := p.At(x, y).RGBA()
			r2, g2, b2, a2 := q.At(x, y).RGBA()
			for _, d := range []int{int(r1) - int(r2), int(g1) - int(g2), int(b1) - int(b2), int(a1) - int(a2)} {
				if d < -0x300 || d > 0x300 {
					return false
				}
			}
		}
	}
	return true
}

func tree(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	files := make(map[string][]byte)
	err := fs.WalkDir(os.DirFS(dir), ".", func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		files[path], err = os.ReadFile(filepath.Join(dir, path))
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestReadDrawingRefuses(t *testing.T) {
	frame := func(path string) string {
		return `<svg viewBox="0 0 16 16" fill="none" stroke="currentColor" stroke-width="1.5">` + path + `</svg>`
	}
	for _, test := range []struct{ name, svg, want string }{
		{"no square", `<svg viewBox="0 0 16 8"><path d="M0 0H1"/></svg>`, "viewBox"},
		{"nothing in it", frame(""), "no path"},
		{"a curve", frame(`<path d="M0 0C1 1 2 2 3 3"/>`), `"0C1"`},
		{"a relative line", frame(`<path d="M0 0l1 1"/>`), `"0l1"`},
		{"cut off", frame(`<path d="M0 0H1L5"/>`), `command "L"`},
		{"no beginning", frame(`<path d="H1"/>`), "begin with M"},
		{"a colour by name", frame(`<path stroke="red" d="M0 0H1"/>`), `colour "red"`},
		{"no width", `<svg viewBox="0 0 16 16" stroke="currentColor"><path d="M0 0H1"/></svg>`, "stroke-width"},
	} {
		t.Run(test.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "x.svg")
			if err := os.WriteFile(file, []byte(test.svg), 0o600); err != nil {
				t.Fatal(err)
			}
			if _, err := readDrawing(file); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("readDrawing = %v, want an error with %q", err, test.want)
			}
		})
	}
}
