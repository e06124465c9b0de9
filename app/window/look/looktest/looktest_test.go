package looktest_test

import (
	"image"
	"image/color"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

func TestDifference(t *testing.T) {
	black, white := color.NRGBA{A: 0xFF}, color.NRGBA{R: 0xFF, G: 0xFF, B: 0xFF, A: 0xFF}
	square := func(side int, fill color.NRGBA, dots ...image.Point) image.Image {
		picture := image.NewNRGBA(image.Rect(0, 0, side, side))
		for i := range picture.Pix {
			picture.Pix[i] = []uint8{fill.R, fill.G, fill.B, fill.A}[i%4]
		}
		for _, dot := range dots {
			picture.SetNRGBA(dot.X, dot.Y, white)
		}
		return picture
	}
	for _, row := range []struct {
		name string
		a, b image.Image
		want float64 // -1: an error
	}{
		{"the same", square(10, black), square(10, black), 0},
		{"black and white", square(10, black), square(10, white), 255},
		{"one pixel of a hundred", square(10, black), square(10, black, image.Pt(3, 4)), 2.55},
		{"another size", square(10, black), square(11, black), -1},
		{"nothing", square(0, black), square(0, black), -1},
	} {
		got, err := looktest.Difference(row.a, row.b)
		if err != nil {
			got = -1
		}
		if diff := got - row.want; diff > 0.001 || diff < -0.001 {
			t.Errorf("%s: Difference = %v (%v), want %v", row.name, got, err, row.want)
		}
	}
}
