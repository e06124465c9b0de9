//go:build linux

package main

import (
	"encoding/binary"
	"io"
	"net"
	"syscall"
	"time"
)

// Bulk data travels in chunks: eight bytes of length, then so many bytes; length 0 is the end. So either side can send
// for a certain time, and every byte is counted, without an end of stream.
const chunkSize = 1 << 20

// filler is the constant data that everything sends.
var filler = func() []byte {
	b := make([]byte, 8+chunkSize)
	for i := range b {
		b[i] = byte('a' + i%26)
	}
	binary.BigEndian.PutUint64(b, chunkSize)
	return b
}()

// sendFor writes chunks for about d, then the end. It returns the bytes written.
func sendFor(w io.Writer, d time.Duration) (int64, error) {
	var total int64
	for end := time.Now().Add(d); time.Now().Before(end); {
		n, err := w.Write(filler)
		total += int64(n)
		if err != nil {
			return total, err
		}
	}
	n, err := w.Write(make([]byte, 8))
	return total + int64(n), err
}

// sendN writes n bytes of filler.
func sendN(w io.Writer, n int64) error {
	for n > 0 {
		m, err := w.Write(filler[8:][:min(n, chunkSize)])
		n -= int64(m)
		if err != nil {
			return err
		}
	}
	return nil
}

// receive reads chunks up to the end and returns the bytes read. The first of them are in early.
func receive(c *net.TCPConn, early []byte) (int64, error) {
	var total int64
	for {
		var head [8]byte
		k := copy(head[:], early)
		early = early[k:]
		if _, err := io.ReadFull(c, head[k:]); err != nil {
			return total, err
		}
		size := int64(binary.BigEndian.Uint64(head[:]))
		total += 8 + size
		if size == 0 {
			return total, nil
		}
		k = int(min(size, int64(len(early))))
		early = early[k:]
		if err := discard(c, size-int64(k)); err != nil {
			return total, err
		}
	}
}

// discard reads n bytes and drops them inside the kernel: MSG_TRUNC on a TCP socket does not copy (tcp(7)). The
// machine's time is for what is under test.
func discard(c *net.TCPConn, n int64) error {
	rc, err := c.SyscallConn()
	if err != nil {
		return err
	}
	for n > 0 {
		var got uintptr
		var errno syscall.Errno
		err := rc.Read(func(fd uintptr) bool {
			for {
				got, _, errno = syscall.RawSyscall6(syscall.SYS_RECVFROM, fd, 0, uintptr(min(n, 1<<20)), syscall.MSG_TRUNC, 0, 0)
				if errno != syscall.EINTR {
					return errno != syscall.EAGAIN
				}
			}
		})
		switch {
		case err != nil:
			return err
		case errno != 0:
			return errno
		case got == 0:
			return io.ErrUnexpectedEOF
		}
		n -= int64(got)
	}
	return nil
}
