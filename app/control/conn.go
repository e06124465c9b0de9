package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// A conn is one end of a connection.
type conn interface {
	io.ReadWriteCloser
	CloseWrite() error
	SetDeadline(time.Time) error
	SetReadDeadline(time.Time) error
	SetWriteDeadline(time.Time) error
}

// checkPeer returns [ErrPeer] if another user is at the other end.
func checkPeer(c conn) error {
	unixConn, ok := c.(*net.UnixConn)
	if !ok {
		return nil // a pipe, which looks for itself
	}
	raw, err := unixConn.SyscallConn()
	if err != nil {
		return err
	}
	uid, failed := 0, error(nil)
	if err := raw.Control(func(fd uintptr) { uid, failed = peerOf(int(fd)) }); err != nil {
		return err
	}
	if failed != nil {
		return fmt.Errorf("who is at the other end: %w", failed)
	}
	if !mayTalk(uid, os.Getuid()) {
		return ErrPeer
	}
	return nil
}

// mostHead bounds the head of a message, in bytes.
const mostHead = 8 << 10

// readHead reads up to the end of a message's head. What was read of its body is
// in rest.
func readHead(conn io.Reader) (scan http1.Scanner, head, rest []byte, err error) {
	scan.Limits = http1.Limits{Bytes: mostHead, Fields: 64}
	buf := make([]byte, 0, 1<<10)
	for {
		if len(buf) == cap(buf) {
			buf = append(buf, make([]byte, len(buf))...)[:len(buf)]
		}
		n, err := conn.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		end, wrong := scan.Scan(buf)
		switch {
		case wrong != nil:
			return scan, nil, nil, wrong
		case end > 0:
			return scan, buf[:end], buf[end:], nil
		case err == io.EOF && len(buf) > 0:
			return scan, nil, nil, io.ErrUnexpectedEOF
		case err != nil:
			return scan, nil, nil, err
		}
	}
}

// errLine is a line longer than a message can be.
var errLine = errors.New("the line is too long")

// readLine reads a line of at most most bytes, without its end.
func readLine(r *bufio.Reader, most int) ([]byte, error) {
	var line []byte
	for {
		piece, err := r.ReadSlice('\n')
		if len(line)+len(piece) > most {
			return nil, errLine
		}
		line = append(line, piece...)
		if err == nil {
			return line[:len(line)-1], nil
		}
		if err != bufio.ErrBufferFull {
			return nil, err
		}
	}
}
