package relay

// run waits until the connection is readable (a read of zero bytes, which
// holds no memory), and then reads the ordinary way.
func (w *Wire) run(step func(fd uintptr) bool) (*Buffer, int, error) {
	w.n = 0
	if err := w.raw.Read(step); err != nil {
		return nil, 0, err
	}
	return w.receiveBlocking()
}

// ready says false once, so that raw.Read waits, and then true.
func (w *Wire) ready(uintptr) bool {
	w.n++
	return w.n > 1
}

// lost knows nothing that the reader was not told: a reset is told to everyone.
func (w *Wire) lost() error { return nil }

func (w *Wire) call(request []byte) (*Buffer, int, error) {
	if !w.Alive() {
		return nil, 0, ErrStale
	}
	if n, err := w.Conn.Write(request); err != nil {
		if n == 0 && hungUp(err) { // between the look and the write
			return nil, 0, ErrStale
		}
		return nil, 0, err
	}
	return w.Receive()
}

func (w *Wire) write(p []byte) (int, error) { return w.Conn.Write(p) }
