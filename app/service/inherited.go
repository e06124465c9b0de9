package service

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"strconv"
)

// Inherited are the sockets that the service manager has opened, and listens on, for this program (sd_listen_fds(3)).
// The zero value has none.
type Inherited struct{ sockets []inherited }

type inherited struct {
	at   netip.AddrPort
	file *os.File
}

// firstInherited is the descriptor that they begin with.
const firstInherited = 3

// Inherit takes what the environment says is there for this process, and for no other: those that it starts do not have
// them. What is no TCP socket that listens is an error; the others are there all the same.
func Inherit() (Inherited, error) {
	pid, _ := strconv.Atoi(os.Getenv("LISTEN_PID"))
	n, _ := strconv.Atoi(os.Getenv("LISTEN_FDS"))
	for _, name := range [...]string{"LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES"} {
		os.Unsetenv(name)
	}
	if pid != os.Getpid() {
		return Inherited{}, nil
	}
	var in Inherited
	var failed error
	for fd := firstInherited; fd < firstInherited+n; fd++ {
		closeOnExec(fd)
		f := os.NewFile(uintptr(fd), "socket "+strconv.Itoa(fd)+" of the service manager")
		if err := in.add(f); err != nil {
			f.Close()
			failed = err
		}
	}
	return in, failed
}

func (in *Inherited) add(f *os.File) error {
	l, err := net.FileListener(f)
	if err != nil {
		return fmt.Errorf("%s: %w", f.Name(), err)
	}
	defer l.Close() // it is a copy
	tcp, ok := l.Addr().(*net.TCPAddr)
	if !ok {
		return fmt.Errorf("%s: listens on %s, which is not TCP", f.Name(), l.Addr().Network())
	}
	at := tcp.AddrPort()
	in.sockets = append(in.sockets, inherited{netip.AddrPortFrom(at.Addr().Unmap(), at.Port()), f})
	return nil
}

// Addresses are where the sockets listen.
func (in Inherited) Addresses() []string {
	var as []string
	for _, s := range in.sockets {
		as = append(as, s.at.String())
	}
	return as
}

// Bind returns the socket of that address, and listens by otherwise where there is none. It can be asked again: what it
// returns is a copy, since the socket is open as long as the service manager has it.
func (in Inherited) Bind(address string, otherwise func(string) (*net.TCPListener, error)) (*net.TCPListener, error) {
	want, err := netip.ParseAddrPort(address)
	if err != nil {
		return otherwise(address)
	}
	want = netip.AddrPortFrom(want.Addr().Unmap(), want.Port())
	for _, s := range in.sockets {
		if s.at != want {
			continue
		}
		l, err := net.FileListener(s.file)
		if err != nil {
			return nil, fmt.Errorf("listen %s: %s: %w", address, s.file.Name(), err)
		}
		return l.(*net.TCPListener), nil
	}
	return otherwise(address)
}
