package relay

import (
	"net"
	"syscall"
)

// sight is what a reader of a connection would meet next.
type sight uint8

const (
	nothing sight = iota // the connection is open, and a read would wait
	bytes
	end
	reset
)

// Quiet reports whether conn is open and has nothing to read: what an idle
// connection is that can still be used. It neither reads nor waits, and may be
// called beside a reader.
func Quiet(conn *net.TCPConn) bool { return lookAt(conn) == nothing }

// Look tells, without reading or waiting, whether a reader of conn would meet
// the end of the stream next, or a reset. Both are false while bytes are there
// or while nothing is. It may be called beside a reader.
func Look(conn *net.TCPConn) (ended, wasReset bool) {
	s := lookAt(conn)
	return s == end, s == reset
}

func lookAt(conn *net.TCPConn) sight {
	raw, err := conn.SyscallConn()
	if err != nil {
		return reset
	}
	return lookRaw(raw)
}

func lookRaw(raw syscall.RawConn) sight {
	s := reset
	if raw.Control(func(fd uintptr) { s = look(fd) }) != nil {
		return reset // closed on this side
	}
	return s
}
