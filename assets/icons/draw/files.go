package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"image/color"
	"strconv"
)

// What each system's tray asks for.
const (
	// linuxSide: D-Bus hands over one picture, which the panel scales to its
	// own size. That is 22 on most, and 44 where the scale is 2.
	linuxSide = 44

	// darwinSide: the tray shows 16 points, which are 32 pixels on a Retina
	// display.
	darwinSide = 32

	// darwinLargest is what the Finder shows of an application on a Retina
	// display.
	darwinLargest = 1024
)

// windowsSides: the tray loads the size of a large icon, 32 at a scale of
// 100 %, 40 at 125 %, and Windows shows it at half of that.
var windowsSides = []int{16, 20, 24, 32, 40, 48, 64}

// panels: black strokes for light ones, white for dark ones. Other colours
// would not survive: systray hands a half transparent pixel on with the low
// byte of its 16-bit colour, which is right for these two only.
var panels = []struct {
	name string
	ink  color.NRGBA
}{
	{"light", color.NRGBA{A: 255}},
	{"dark", color.NRGBA{R: 255, G: 255, B: 255, A: 255}},
}

// drawSign writes the tray's pictures of one state.
func drawSign(out folder, state string, d *drawing) error {
	for _, panel := range panels {
		linux, err := trayPNG(d, linuxSide, panel.ink)
		if err != nil {
			return err
		}
		if err := out.write(linux, "tray", "unix", state+"-"+panel.name+".png"); err != nil {
			return err
		}
		var sizes []picture
		for _, side := range windowsSides {
			png, err := trayPNG(d, side, panel.ink)
			if err != nil {
				return err
			}
			sizes = append(sizes, picture{side, png})
		}
		if err := out.write(ico(sizes), "tray", "windows", state+"-"+panel.name+".ico"); err != nil {
			return err
		}
	}
	template, err := trayPNG(d, darwinSide, panels[0].ink)
	if err != nil {
		return err
	}
	return out.write(template, "tray", "darwin", state+".png")
}

// trayPNG snaps large pictures to the pixels of half their size, because that
// is how most are shown; they are then as sharp in full.
func trayPNG(d *drawing, side int, ink color.Color) ([]byte, error) {
	if side < 32 {
		return encodePNG(d.snapped(side).image(ink))
	}
	return encodePNG(d.snapped(side / 2).scaled(2).image(ink))
}

// appSides are those of the freedesktop icon theme, and what Windows and
// macOS want beside them, but for macOS's largest.
var appSides = []int{16, 20, 22, 24, 32, 40, 48, 64, 128, 256, 512}

// drawApp writes the application's icon. Up to 32 pixels it is drawn from
// small, which has less in it.
func drawApp(out folder, large, small *drawing) error {
	if large == nil || small == nil {
		return errors.New("app.svg and app-small.svg are both needed")
	}
	draw := func(side int) (picture, error) {
		d := large.scaled(float64(side) / large.side)
		if side <= 32 {
			d = small.snapped(side)
		}
		png, err := encodePNG(d.image(nil))
		return picture{side, png}, err
	}
	pictures := make(map[int]picture)
	for _, side := range appSides {
		p, err := draw(side)
		if err != nil {
			return err
		}
		if err := out.write(p.png, "app", strconv.Itoa(side)+".png"); err != nil {
			return err
		}
		pictures[side] = p
	}
	var windows []picture
	for _, side := range []int{16, 20, 24, 32, 40, 48, 64, 256} {
		windows = append(windows, pictures[side])
	}
	if err := out.write(ico(windows), "app", "drawbridge.ico"); err != nil {
		return err
	}
	largest, err := draw(darwinLargest)
	if err != nil {
		return err
	}
	pictures[darwinLargest] = largest
	icon, err := icns(pictures)
	if err != nil {
		return err
	}
	return out.write(icon, "app", "drawbridge.icns")
}

// A picture is a PNG and how many pixels its sides have.
type picture struct {
	side int
	png  []byte
}

// ico puts pictures into a Windows icon, as PNG, which Windows has read since
// Vista.
func ico(pictures []picture) []byte {
	var head, body bytes.Buffer
	write := func(v any) { binary.Write(&head, binary.LittleEndian, v) }
	write([]uint16{0, 1, uint16(len(pictures))})
	offset := 6 + 16*len(pictures)
	for _, p := range pictures {
		write([]uint8{uint8(p.side), uint8(p.side), 0, 0}) // 256 is written 0
		write([]uint16{1, 32})
		write([]uint32{uint32(len(p.png)), uint32(offset + body.Len())})
		body.Write(p.png)
	}
	return append(head.Bytes(), body.Bytes()...)
}
