//go:build linux || darwin || freebsd

package network

import (
	"context"
	"errors"
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// A socket is one that tells of changes.
type socket struct {
	file  *os.File
	tells func(message []byte) bool
}

// newSocket takes over a file descriptor that does not block.
func newSocket(fd int, tells func([]byte) bool) *socket {
	return &socket{os.NewFile(uintptr(fd), "network changes"), tells}
}

func (s *socket) follow(ctx context.Context, tell func()) error {
	defer s.file.Close()
	defer context.AfterFunc(ctx, func() { s.file.Close() })()
	message := make([]byte, 64<<10)
	for {
		n, err := s.file.Read(message)
		switch {
		case ctx.Err() != nil:
			return nil
		case errors.Is(err, unix.ENOBUFS): // there was more than the system keeps
			tell()
		case err != nil:
			return fmt.Errorf("watch the network: %w", err)
		case s.tells(message[:n]):
			tell()
		}
	}
}
