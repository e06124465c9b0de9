// Package looktest compares pictures of windows with pictures that somebody has looked at.
//
// Such golden pictures depend on the fonts that are built in, so tests use the build tags ci, migrated_fynedo and no_emoji. After
// a change that is meant, run the tests with -update, look at the pictures, and commit them.
package looktest

import (
	"errors"
	"flag"
	"fmt"
	"image"
	"image/png"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/test"
)

var update = flag.Bool("update", false, "write the golden pictures instead of comparing with them")

// tolerance is the greatest mean difference of a pixel's channel, of 255, that still counts as the same picture.
const tolerance = 0.1

// Golden fails the test if the picture is not like the one in the file at path, a PNG. What was drawn instead is kept
// beside it as path with ".got.png" at its end. With the flag -update it writes the file.
func Golden(t testing.TB, got image.Image, path string) {
	t.Helper()
	if *update {
		if err := write(path, got); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := read(path)
	if err != nil {
		t.Fatal(err)
	}
	difference, err := Difference(got, want)
	if err == nil && difference > tolerance {
		err = fmt.Errorf("mean difference = %.3f, want at most %.2f", difference, tolerance)
	}
	if err == nil {
		return
	}
	t.Errorf("%s: %v", path, err)
	if err := write(path+".got.png", got); err != nil {
		t.Error(err)
	}
}

// Difference returns the mean difference between the channels of two pictures, from 0 to 255. Pictures of different
// sizes are an error.
func Difference(a, b image.Image) (float64, error) {
	size := a.Bounds().Size()
	if other := b.Bounds().Size(); other != size {
		return 0, fmt.Errorf("size = %v, want %v", size, other)
	}
	if size.X == 0 || size.Y == 0 {
		return 0, errors.New("the picture is empty")
	}
	sum := 0.0
	for y := range size.Y {
		for x := range size.X {
			r1, g1, b1, _ := a.At(a.Bounds().Min.X+x, a.Bounds().Min.Y+y).RGBA()
			r2, g2, b2, _ := b.At(b.Bounds().Min.X+x, b.Bounds().Min.Y+y).RGBA()
			sum += apart(r1, r2) + apart(g1, g2) + apart(b1, b2)
		}
	}
	return sum / float64(3*size.X*size.Y), nil
}

func apart(a, b uint32) float64 {
	if a < b {
		a, b = b, a
	}
	return float64(a-b) / 257
}

// Window returns a window in memory at the given size, and calls content for what it shows when the theme is set, which
// is then that of all windows of the test.
func Window(t testing.TB, theme fyne.Theme, size fyne.Size, content func() fyne.CanvasObject) fyne.Window {
	t.Helper()
	settings := fyne.CurrentApp().Settings()
	before := settings.Theme()
	settings.SetTheme(theme)
	t.Cleanup(func() { settings.SetTheme(before) })
	w := test.NewTempWindow(t, content())
	w.SetPadded(false)
	w.Resize(size)
	return w
}

// Picture returns what a window shows, with the given number of pixels for each of Fyne's units.
func Picture(w fyne.Window, scale float32) image.Image {
	c := w.Canvas().(interface {
		fyne.Canvas
		SetScale(float32)
	})
	before := c.Scale()
	defer c.SetScale(before)
	c.SetScale(scale)
	return c.Capture()
}

func read(path string) (image.Image, error) {
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%w; run the test with -update", err)
	}
	if err != nil {
		return nil, err
	}
	defer file.Close()
	picture, err := png.Decode(file)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return picture, nil
}

func write(path string, picture image.Image) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := png.Encode(file, picture); err != nil {
		file.Close()
		return fmt.Errorf("write %s: %w", path, err)
	}
	return file.Close()
}
