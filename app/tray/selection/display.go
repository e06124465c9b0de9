package selection

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// parse reads host:number.screen. An empty host is this machine.
func parse(display string) (host, number string, err error) {
	i := strings.LastIndexByte(display, ':')
	if i < 0 {
		return "", "", errors.New("its name has no colon")
	}
	host = display[:i]
	number, _, _ = strings.Cut(display[i+1:], ".")
	if _, err := strconv.ParseUint(number, 10, 15); err != nil {
		return "", "", errors.New("its name has no number")
	}
	if host == "unix" {
		host = ""
	}
	return host, number, nil
}

// dial connects to the display.
func dial(ctx context.Context, display string) (net.Conn, error) {
	host, number, err := parse(display)
	if err != nil {
		return nil, err
	}
	var d net.Dialer
	if host != "" {
		n, _ := strconv.Atoi(number) // parse has read it
		return d.DialContext(ctx, "tcp", net.JoinHostPort(host, strconv.Itoa(6000+n)))
	}
	path := "/tmp/.X11-unix/X" + number
	conn, err := d.DialContext(ctx, "unix", path)
	if err != nil { // Linux's displays are at an abstract socket, too
		if abstract, abstractErr := d.DialContext(ctx, "unix", "@"+path); abstractErr == nil {
			return abstract, nil
		}
	}
	return conn, err
}

// A screen is what a display says of its first one, and which numbers we may give.
type screen struct{ root, base uint32 }

// greet opens the conversation.
func greet(conn io.ReadWriter, display string) (screen, error) {
	name, data := cookie(display)
	// l for little-endian, and the protocol's version.
	hello := append([]byte{'l', 0}, words16(11, 0, uint16(len(name)), uint16(len(data)), 0)...)
	hello = append(hello, padded([]byte(name))...)
	if _, err := conn.Write(append(hello, padded(data)...)); err != nil {
		return screen{}, err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(conn, head); err != nil {
		return screen{}, err
	}
	rest := make([]byte, 4*int(binary.LittleEndian.Uint16(head[6:])))
	if _, err := io.ReadFull(conn, rest); err != nil {
		return screen{}, err
	}
	if head[0] != 1 {
		return screen{}, fmt.Errorf("it lets nobody in: %q", bytes.TrimRight(rest[:min(int(head[1]), len(rest))], "\n\x00"))
	}
	const fixed = 32
	if len(rest) < fixed {
		return screen{}, io.ErrUnexpectedEOF
	}
	vendor := (int(binary.LittleEndian.Uint16(rest[16:])) + 3) &^ 3
	at := fixed + vendor + 8*int(rest[21]) // over the vendor's name and the formats of pictures
	if len(rest) < at+4 {
		return screen{}, io.ErrUnexpectedEOF
	}
	return screen{root: binary.LittleEndian.Uint32(rest[at:]), base: binary.LittleEndian.Uint32(rest[4:])}, nil
}

// scheme is the one that every display knows.
const scheme = "MIT-MAGIC-COOKIE-1"

// cookie finds the secret for a display in the user's authority file; without one, the display may let us in anyway.
func cookie(display string) (name string, data []byte) {
	path := os.Getenv("XAUTHORITY")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return "", nil
		}
		path = filepath.Join(home, ".Xauthority")
	}
	file, err := os.ReadFile(path)
	if err != nil {
		return "", nil
	}
	host, number, err := parse(display)
	if err != nil {
		return "", nil
	}
	if host == "" {
		host, _ = os.Hostname() // unknown: only entries for any host
	}
	if data := find(file, host, number); data != nil {
		return scheme, data
	}
	return "", nil
}

// find looks through an authority file (Xau(3)): for each entry the kind of address, and four texts with their lengths,
// which are address, display number, scheme and secret.
func find(file []byte, host, number string) []byte {
	const anyHost = 65535
	for len(file) >= 2 {
		kind := binary.BigEndian.Uint16(file)
		file = file[2:]
		var texts [4][]byte
		for i := range texts {
			if len(file) < 2 || len(file)-2 < int(binary.BigEndian.Uint16(file)) {
				return nil
			}
			n := int(binary.BigEndian.Uint16(file))
			texts[i], file = file[2:2+n], file[2+n:]
		}
		if (kind == anyHost || string(texts[0]) == host) && (len(texts[1]) == 0 || string(texts[1]) == number) && string(texts[2]) == scheme {
			return texts[3]
		}
	}
	return nil
}
