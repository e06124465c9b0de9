package main

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/png"
	"os"
	"testing"
)

// The icon that is committed holds, in each of its parts, the picture of that
// size.
func TestIconOfMacOS(t *testing.T) {
	data, err := os.ReadFile("../app/drawbridge.icns")
	if err != nil {
		t.Fatal(err)
	}
	if string(data[:4]) != "icns" || int(binary.BigEndian.Uint32(data[4:])) != len(data) {
		t.Fatalf("it begins with %q, and is %d bytes", data[:8], len(data))
	}
	parts := make(map[string][]byte)
	var order []string
	for rest := data[8:]; len(rest) > 0; {
		kind, size := string(rest[:4]), binary.BigEndian.Uint32(rest[4:])
		parts[kind] = rest[8:size]
		order = append(order, kind)
		rest = rest[size:]
	}
	for kind, side := range map[string]int{
		"ic07": 128, "ic08": 256, "ic09": 512, "ic10": 1024, "ic11": 32, "ic12": 64, "ic13": 256, "ic14": 512,
	} {
		picture, err := png.DecodeConfig(bytes.NewReader(parts[kind]))
		if err != nil || picture.Width != side || picture.Height != side {
			t.Errorf("%s is %d × %d, %v, want %d", kind, picture.Width, picture.Height, err, side)
		}
	}
	for _, old := range []struct {
		colours, mask, same string
		side                int
	}{{"is32", "s8mk", "../app/16.png", 16}, {"il32", "l8mk", "../app/32.png", 32}} {
		sameAsOld(t, unpacked(t, parts[old.colours]), parts[old.mask], old.same, old.side)
	}
	if len(order) != 12 || len(parts) != 12 {
		t.Errorf("it has %v", order)
	}
}

// sameAsOld compares colours and mask of the old format with a PNG.
func sameAsOld(t *testing.T, colours, mask []byte, file string, side int) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	all := side * side
	if len(colours) != 3*all || len(mask) != all {
		t.Fatalf("%s: %d bytes of colours, %d of the mask", file, len(colours), len(mask))
	}
	for i := range all {
		got := color.NRGBA{R: colours[i], G: colours[all+i], B: colours[2*all+i], A: mask[i]}
		if want := color.NRGBAModel.Convert(img.At(i%side, i/side)); got != want {
			t.Fatalf("%s: pixel %d is %v, want %v", file, i, got, want)
		}
	}
}

// unpacked reads all of the format, also what we never write: a byte from 128
// on is followed by one that stands for that many less 125.
func unpacked(t *testing.T, data []byte) []byte {
	t.Helper()
	var b []byte
	for len(data) > 1 {
		n := int(data[0])
		if n >= 128 {
			b = append(b, bytes.Repeat(data[1:2], n-125)...)
			data = data[2:]
			continue
		}
		if len(data) < n+2 {
			break
		}
		b = append(b, data[1:n+2]...)
		data = data[n+2:]
	}
	if len(data) > 0 {
		t.Errorf("%d bytes are left", len(data))
	}
	return b
}
