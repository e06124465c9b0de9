package assets_test

import (
	"bytes"
	"encoding/binary"
	"encoding/xml"
	"fmt"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	imagefont "golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"

	"github.com/drawbridge-app/drawbridge/assets"
	"github.com/drawbridge-app/drawbridge/assets/words"
)

var signs = []assets.Sign{assets.Off, assets.On, assets.System, assets.Down, assets.Error}

// decode gives a PNG whose sides have that many pixels.
func decode(t *testing.T, data []byte, side int) image.Image {
	t.Helper()
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if size := img.Bounds().Size(); size.X != side || size.Y != side {
		t.Errorf("the picture is %v, want %d by %d", size, side, side)
	}
	return img
}

// frames gives the pictures of a Windows icon by their sides.
func frames(t *testing.T, ico []byte) map[int]image.Image {
	t.Helper()
	pictures := make(map[int]image.Image)
	for i := range int(binary.LittleEndian.Uint16(ico[4:])) {
		entry := ico[6+16*i:]
		side := int(entry[0])
		if side == 0 {
			side = 256
		}
		size, offset := binary.LittleEndian.Uint32(entry[8:]), binary.LittleEndian.Uint32(entry[12:])
		pictures[side] = decode(t, ico[offset:offset+size], side)
	}
	return pictures
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(path...))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// alpha is how much of a pixel is inked, 0 to 1.
func alpha(img image.Image, x, y int) float64 {
	_, _, _, a := img.At(x, y).RGBA()
	return float64(a) / 0xffff
}

// difference is the ink that one has and the other has not, as a share of what
// either has.
func difference(a, b image.Image) float64 {
	var differ, either float64
	for y := range a.Bounds().Dy() {
		for x := range a.Bounds().Dx() {
			p, q := alpha(a, x, y), alpha(b, x, y)
			differ += max(p, q) - min(p, q)
			either += max(p, q)
		}
	}
	return differ / either
}

// Who cannot tell colours apart can tell the states apart, in the smallest tray
// too.
func TestSignsDifferByShape(t *testing.T) {
	const least = 0.12 // down's gap
	for _, panel := range []string{"light", "dark"} {
		shapes := make(map[assets.Sign]map[int]image.Image)
		for _, sign := range signs {
			shapes[sign] = frames(t, read(t, "icons/tray/windows", string(sign)+"-"+panel+".ico"))
		}
		for i, sign := range signs {
			for _, other := range signs[i+1:] {
				for _, side := range []int{16, 20, 24, 32, 40, 48, 64} {
					a, b := shapes[sign][side], shapes[other][side]
					if a == nil || b == nil {
						t.Fatalf("%s or %s for a %s panel has no picture of %d pixels", sign, other, panel, side)
					}
					if got := difference(a, b); got < least {
						t.Errorf("%s and %s differ in %.2f of their ink at %d pixels, want at least %.2f",
							sign, other, got, side, least)
					}
				}
			}
		}
	}
}

// On a panel of their own colour nobody would see them.
func TestSignsAreBlackOrWhite(t *testing.T) {
	for _, sign := range signs {
		pictures := map[string]image.Image{
			"light":  decode(t, read(t, "icons/tray/unix", string(sign)+"-light.png"), 44),
			"dark":   decode(t, read(t, "icons/tray/unix", string(sign)+"-dark.png"), 44),
			"darwin": decode(t, read(t, "icons/tray/darwin", string(sign)+".png"), 32),
		}
		for name, img := range pictures {
			inked := 0
			for y := range img.Bounds().Dy() {
				for x := range img.Bounds().Dx() {
					r, g, b, a := img.At(x, y).RGBA()
					want := uint32(0)
					if name == "dark" {
						want = a // white, times its alpha
					}
					if r != want || g != want || b != want {
						t.Fatalf("%s, %s: pixel %d,%d is %v", sign, name, x, y, img.At(x, y))
					}
					if a == 0xffff {
						inked++
					}
				}
			}
			if inked == 0 {
				t.Errorf("%s, %s: no pixel is wholly inked", sign, name)
			}
		}
	}
}

// A level deck and upright towers have no soft edge: they are snapped.
func TestLevelDeckIsSharp(t *testing.T) {
	for side, img := range frames(t, read(t, "icons/tray/windows/on-light.ico")) {
		for y := range side {
			for x := range side {
				if a := alpha(img, x, y); a != 0 && a != 1 {
					t.Fatalf("at %d pixels, pixel %d,%d is inked %.2f", side, x, y, a)
				}
			}
		}
	}
}

// The tray gets what its system's tray library reads.
func TestTray(t *testing.T) {
	for _, sign := range signs {
		for _, dark := range []bool{false, true} {
			picture := assets.Tray(sign, dark)
			switch runtime.GOOS {
			case "windows":
				if small := frames(t, picture)[16]; small == nil {
					t.Errorf("Tray(%s, %v) has no picture of 16 pixels", sign, dark)
				}
			case "darwin":
				decode(t, picture, 32)
			default:
				decode(t, picture, 44)
			}
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Tray of a sign that there is none of gives something")
		}
	}()
	assets.Tray("sideways", false)
}

func TestAppIcon(t *testing.T) {
	for _, side := range []int{16, 20, 22, 24, 32, 40, 48, 64, 128, 256, 512} {
		img := decode(t, read(t, "icons/app", fmt.Sprint(side)+".png"), side)
		if alpha(img, 0, 0) != 0 || alpha(img, side/2, side/8) == 0 {
			t.Errorf("at %d pixels the tile is not there, or not rounded", side)
		}
	}
	for side := range frames(t, read(t, "icons/app/drawbridge.ico")) {
		if side < 16 {
			t.Errorf("the icon for Windows has a picture of %d pixels", side)
		}
	}
	icns := read(t, "icons/app/drawbridge.icns")
	if got := int(binary.BigEndian.Uint32(icns[4:])); string(icns[:4]) != "icns" || got != len(icns) {
		t.Errorf("the icon for macOS begins %q and says it has %d bytes, of %d", icns[:4], got, len(icns))
	}
	if !bytes.Contains(assets.App(), []byte("#0B6E79")) {
		t.Error("App() has not the accent in it")
	}
}

// Fyne's themes replace the colour of fills, keep the attributes they know,
// and leave strokes as they are.
func TestIconsAreFillsAlone(t *testing.T) {
	files, err := filepath.Glob("icons/window/*.svg")
	if err != nil || len(files) == 0 {
		t.Fatalf("no icons: %v", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".svg")
		for d := xml.NewDecoder(bytes.NewReader(assets.Icon(name))); ; {
			token, err := d.Token()
			if token == nil {
				if err.Error() != "EOF" {
					t.Errorf("%s: %v", name, err)
				}
				break
			}
			element, ok := token.(xml.StartElement)
			if !ok {
				continue
			}
			attributes := make(map[string]string)
			for _, a := range element.Attr {
				attributes[a.Name.Local] = a.Value
			}
			switch element.Name.Local {
			case "svg":
				if v := attributes["viewBox"]; v != "0 0 24 24" && v != "0 0 16 16" {
					t.Errorf("%s: viewBox %q", name, v)
				}
			case "path":
				if len(attributes) != 2 || attributes["fill"] != "#000000" || attributes["d"] == "" {
					t.Errorf("%s: a path with %v", name, attributes)
				}
			default:
				t.Errorf("%s: an element %s", name, element.Name.Local)
			}
		}
	}
}

// A character that is missing from the font would be drawn by whatever font
// the machine has, or as a box: `make font` puts it in.
func TestChineseFontHasEveryWord(t *testing.T) {
	text, err := words.Files.ReadFile("zh-Hans.toml")
	if err != nil {
		t.Fatal(err)
	}
	for _, bold := range []bool{false, true} {
		font, err := sfnt.Parse(assets.Chinese(bold))
		if err != nil {
			t.Fatalf("bold %v: %v", bold, err)
		}
		var buffer sfnt.Buffer
		metrics, err := font.Metrics(&buffer, fixed.I(1000), imagefont.HintingNone)
		if err != nil {
			t.Fatal(err)
		}
		if ascent, descent := metrics.Ascent.Round(), metrics.Descent.Round(); ascent != 1069 || descent != 293 {
			t.Errorf("bold %v: ascent %d, descent %d: another baseline than Noto Sans's 1069, 293", bold, ascent, descent)
		}
		missing := make(map[rune]bool)
		chinese := 0
		for _, r := range string(text) {
			glyph, err := font.GlyphIndex(&buffer, r)
			if err != nil {
				t.Fatal(err)
			}
			if r < 0x2e80 {
				if (glyph != 0) != (r == ' ') {
					t.Errorf("bold %v: %q is glyph %d: of all that is not Chinese only a space belongs in here", bold, r, glyph)
				}
				continue
			}
			chinese++
			if glyph == 0 && !missing[r] {
				missing[r] = true
				t.Errorf("bold %v: %q is missing: run make font", bold, r)
			}
		}
		if chinese == 0 {
			t.Error("zh-Hans.toml has no Chinese in it")
		}
	}
	if !strings.Contains(assets.FontLicense(), "SIL OPEN FONT LICENSE Version 1.1") {
		t.Error("the font's licence is not the OFL")
	}
}
