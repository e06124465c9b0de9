package window

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"
	"testing/synctest"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

var pictures = flag.String("pictures", "", "write what the pages look like, in two sizes and two scales, into this `directory`")

// see compares what a page looks like, light and dark, with pictures that somebody has looked at. prepare gets the
// window with the page in front, the state shown and what the page asked answered. With -pictures it draws small, large
// and doubled ones too. It runs in a bubble of its own, see package synctest, so it must not be called in one.
func see(t *testing.T, name, page string, o *owner, s app.State, prepare func(*Window)) {
	t.Helper()
	if raceDetector {
		t.Skip("under the race detector drawing takes gigabytes; make test compares the pictures without it")
	}
	for _, theme := range []string{"light", "dark"} {
		synctest.Test(t, func(t *testing.T) {
			s.Settings.Desktop.Theme = theme
			w := newWindowWith(t, o, Options{Place: Place{Assisted: true}, State: s})
			w.Show(s)
			w.open(page)
			answers(w)
			if prepare != nil {
				prepare(w)
				answers(w)
			}
			settle(w, fyne.NewSize(960, 640))
			looktest.Golden(t, w.fyne.Canvas().Capture(), filepath.Join("testdata", name+"-"+theme+".png"))
			if *pictures == "" {
				return
			}
			for _, size := range []fyne.Size{fyne.NewSize(640, 480), fyne.NewSize(960, 640), fyne.NewSize(1400, 900)} {
				for _, scale := range []float32{1, 2} {
					w.fyne.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
					settle(w, size)
					draw(t, w, fmt.Sprintf("%s-%s-%.0f@%.0f.png", name, theme, size.Width, scale))
				}
			}
		})
	}
}

// settle gives the window a size, twice: wrapped text knows its height only at a width.
func settle(w *Window, size fyne.Size) {
	w.fyne.Resize(size)
	w.fyne.Content().Refresh()
	w.fyne.Resize(size)
}

func draw(t *testing.T, w *Window, name string) {
	t.Helper()
	f, err := os.Create(filepath.Join(*pictures, name))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, w.fyne.Canvas().Capture()); err != nil {
		t.Fatal(err)
	}
}
