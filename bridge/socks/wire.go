package socks

import (
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"time"
)

// Numbers of RFC 1928 and RFC 1929.
const (
	version4 = 4
	version5 = 5

	commandConnect = 1

	methodNone     = 0x00
	methodPassword = 0x02
	methodRefused  = 0xff

	loginVersion = 1
	maxLogin     = 255 // bytes of a user name or a password
)

// maxMessage holds the longest thing either side sends at once: greeting, login
// and request in one flight.
const maxMessage = 4 + (3 + 2*maxLogin) + (7 + maxName)

func appendLogin(b []byte, user, password string) []byte {
	b = append(b, loginVersion, byte(len(user)))
	b = append(b, user...)
	b = append(b, byte(len(password)))
	return append(b, password...)
}

func appendRequest5(b []byte, t target) []byte {
	return t.append5(append(b, version5, commandConnect, 0))
}

// appendRequest4 writes a SOCKS 4 request; a name makes it 4a, which marks it by
// an impossible address 0.0.0.x.
func appendRequest4(b []byte, t target, user string) []byte {
	b = append(b, version4, commandConnect)
	b = binary.BigEndian.AppendUint16(b, t.port)
	if t.name != "" {
		b = append(b, 0, 0, 0, 1)
	} else {
		ip := t.ip.As4()
		b = append(b, ip[:]...)
	}
	b = append(append(b, user...), 0)
	if t.name != "" {
		b = append(append(b, t.name...), 0)
	}
	return b
}

// answers reads what an endpoint says without ever taking a byte that lies
// behind the handshake: that byte belongs to the target.
type answers struct {
	conn       net.Conn
	buf        []byte
	read, next int // buf[next:read] was received and is not used yet
}

// take returns the next n bytes. Where the caller knows that at least ahead bytes
// belong to the handshake, they are fetched by the same read.
func (a *answers) take(n, ahead int) ([]byte, error) {
	if err := a.fill(n, ahead); err != nil {
		return nil, err
	}
	got := a.buf[a.next : a.next+n]
	a.next += n
	return got, nil
}

func (a *answers) fill(n, ahead int) error {
	have := a.read - a.next
	if have >= n {
		return nil
	}
	end := a.next + max(n, ahead)
	m, err := io.ReadAtLeast(a.conn, a.buf[a.read:end], n-have)
	a.read += m
	return err
}

// rest returns what was received and not used.
func (a *answers) rest() []byte { return a.buf[a.next:a.read] }

// method reads the choice of a login method, RFC 1928 section 3: the first thing
// that an endpoint says.
func (a *answers) method(ahead int) (byte, error) {
	b, err := a.take(2, ahead)
	if a.read > 0 && a.buf[0] != version5 { // a single byte is enough to know
		return 0, a.foreign()
	}
	if err != nil {
		return 0, err
	}
	return b[1], nil
}

// foreign describes an endpoint that does not speak SOCKS by what it said so far
// and what else it has to say, without waiting long for it.
func (a *answers) foreign() error {
	a.conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond))
	n, _ := a.conn.Read(a.buf[a.read:])
	a.read += n
	return notSOCKS(a.buf[:a.read])
}

// login reads the verdict on user and password, RFC 1929 section 2. Some
// endpoints put the version of SOCKS where that of the login belongs.
func (a *answers) login(ahead int) error {
	b, err := a.take(2, ahead)
	if err != nil {
		return err
	}
	if b[0] != loginVersion && b[0] != version5 {
		return malformedError(fmt.Sprintf("login version %d", b[0]))
	}
	if b[1] != 0 {
		return ErrLogin
	}
	return nil
}

// The shortest SOCKS 5 reply names a host of no letters; the shortest that
// endpoints really send has an IPv4 address.
const (
	shortestReply = 4 + 1 + 0 + 2
	usualReply    = 4 + 4 + 2
)

// reply5 reads the answer to a request, RFC 1928 section 6. The first read takes
// up to first bytes. It returns the length of the reply.
func (a *answers) reply5(first int) (length int, err error) {
	err = a.fill(shortestReply, first)
	// A refusal counts even when the endpoint does not bother to finish it.
	if b := a.rest(); len(b) >= 2 && b[0] == version5 && b[1] != byte(Succeeded) {
		return 0, &replyError{reply: Reply(b[1]), code: b[1]}
	}
	if err != nil {
		return 0, err
	}
	b := a.rest()
	if b[0] != version5 {
		return 0, malformedError(fmt.Sprintf("reply of version %d", b[0]))
	}
	switch b[3] {
	case typeIPv4:
		length = 4 + 4 + 2
	case typeIPv6:
		length = 4 + 16 + 2
	case typeName:
		length = 4 + 1 + int(b[4]) + 2
	default:
		return 0, malformedError(fmt.Sprintf("reply with address type %d", b[3]))
	}
	if _, err := a.take(length, length); err != nil {
		return 0, err
	}
	if len(a.rest()) > 0 {
		return length, errOverread
	}
	return length, nil
}

// errOverread: the reply was shorter than this endpoint's replies were so far,
// and bytes of the target came with it.
const errOverread = malformedError("reply with a very short host name")

// reply4 reads the answer to a SOCKS 4 request.
func (a *answers) reply4() error {
	b, err := a.take(8, 8)
	if a.read > 0 && a.buf[0] != 0 && a.buf[0] != version4 {
		return a.foreign()
	}
	if err != nil {
		return err
	}
	reply, known := fromCode4(b[1])
	if !known {
		return malformedError(fmt.Sprintf("SOCKS 4 code %d", b[1]))
	}
	if reply != Succeeded {
		return &replyError{reply: reply, code: b[1]}
	}
	return nil
}
