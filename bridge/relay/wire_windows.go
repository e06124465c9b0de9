package relay

import "syscall"

// CanPeek says that this system can look at an idle connection without
// reading from it or waiting. Windows' overlapped sockets cannot.
const CanPeek = false

type state uint8

const (
	receiving state = iota // wait until there is something to read
	calling                // unused here: see CanPeek
)

// run waits until the connection is readable (a read of zero bytes, which
// holds no memory), and then reads the ordinary way.
func (w *Wire) run(state, []byte) (*Buffer, int, error) {
	w.n = 0
	if err := w.raw.Read(w.step); err != nil {
		return nil, 0, err
	}
	return w.receiveBlocking()
}

// drain is unused here: writing goes through Conn.
func (w *Wire) drain(uintptr) bool { return true }

func alive(syscall.RawConn) bool { return true }

// ready says false once, so that raw.Read waits, and then true.
func (w *Wire) ready(uintptr) bool {
	w.n++
	return w.n > 1
}
