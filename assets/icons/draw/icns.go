package main

import (
	"bytes"
	"encoding/binary"
	"image/color"
	"image/png"
)

// icns puts pictures into a macOS icon. The kinds from ic10 on are for a scale
// of 2. The two smallest are in the format of old, colours and mask: those for
// PNG of these sizes, icp4 and icp5, are not shown right for an application.
func icns(pictures map[int]picture) ([]byte, error) {
	var body bytes.Buffer
	part := func(kind string, data []byte) {
		body.WriteString(kind)
		binary.Write(&body, binary.BigEndian, uint32(8+len(data)))
		body.Write(data)
	}
	for _, old := range []struct {
		colours, mask string
		side          int
	}{{"is32", "s8mk", 16}, {"il32", "l8mk", 32}} {
		colours, mask, err := channels(pictures[old.side])
		if err != nil {
			return nil, err
		}
		part(old.colours, colours)
		part(old.mask, mask)
	}
	for _, new := range []struct {
		kind string
		side int
	}{
		{"ic07", 128}, {"ic08", 256}, {"ic09", 512},
		{"ic10", darwinLargest}, {"ic11", 32}, {"ic12", 64}, {"ic13", 256}, {"ic14", 512},
	} {
		part(new.kind, pictures[new.side].png)
	}
	return append(binary.BigEndian.AppendUint32([]byte("icns"), uint32(8+body.Len())), body.Bytes()...), nil
}

// channels takes a picture apart: all red, all green, all blue, each packed,
// and how opaque each pixel is.
func channels(p picture) (colours, mask []byte, err error) {
	img, err := png.Decode(bytes.NewReader(p.png))
	if err != nil {
		return nil, nil, err
	}
	var red, green, blue []byte
	for y := range p.side {
		for x := range p.side {
			c := color.NRGBAModel.Convert(img.At(x, y)).(color.NRGBA)
			red, green, blue, mask = append(red, c.R), append(green, c.G), append(blue, c.B), append(mask, c.A)
		}
	}
	for _, channel := range [][]byte{red, green, blue} {
		colours = append(colours, packed(channel)...)
	}
	return colours, mask, nil
}

// packed says bytes in the form in which runs of the same could be said more
// shortly, which small pictures do not need: a byte below 128 is followed by
// one more than that many bytes.
func packed(channel []byte) []byte {
	const most = 128
	var b []byte
	for len(channel) > 0 {
		n := min(most, len(channel))
		b = append(b, byte(n-1))
		b = append(b, channel[:n]...)
		channel = channel[n:]
	}
	return b
}
