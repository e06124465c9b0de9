package window

import (
	"flag"
	"fmt"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

var pictures = flag.String("pictures", "", "write what the pages look like, in two sizes and two scales, into this `directory`")

// see compares what a page looks like, light and dark, with pictures that somebody has looked at. prepare gets the
// window with the page in front and the state shown. With -pictures it draws small, large and doubled ones too.
func see(t *testing.T, name, page string, o *owner, s app.State, prepare func(*Window)) {
	t.Helper()
	for _, theme := range []string{"light", "dark"} {
		w := newWindow(t, o)
		s.Settings.Desktop.Theme = theme
		w.Show(s)
		w.open(page)
		if prepare != nil {
			prepare(w)
		}
		w.fyne.Resize(fyne.NewSize(960, 640))
		looktest.Golden(t, w.fyne.Canvas().Capture(), filepath.Join("testdata", name+"-"+theme+".png"))
		if *pictures == "" {
			continue
		}
		for _, size := range []fyne.Size{fyne.NewSize(640, 480), fyne.NewSize(960, 640), fyne.NewSize(1400, 900)} {
			for _, scale := range []float32{1, 2} {
				w.fyne.Canvas().(interface{ SetScale(float32) }).SetScale(scale)
				w.fyne.Resize(size)
				draw(t, w, fmt.Sprintf("%s-%s-%.0f@%.0f.png", name, theme, size.Width, scale))
			}
		}
	}
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
