package socks

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"

	"github.com/drawbridge-app/drawbridge/bridge/relay"
)

// Request is what a client asked for.
type Request struct {
	Version Version
	Command byte   // 1, CONNECT: the only one that Accept lets through
	Target  string // host:port; a name stays a name
	User    string // who logged in, or the user name of SOCKS 4; may be empty
}

// Accept reads one client's handshake up to its request and not a byte further,
// answering what has to be answered on the way. The first byte tells SOCKS 5
// from 4 and 4a. On success the caller owes the client a [Request.Reply]. On an
// error the client has been told, as far as the protocol allows, and the caller
// closes.
//
// With an auth, SOCKS 5 clients must log in by user name and password (RFC 1929)
// and SOCKS 4 clients, which have no password, are refused. A nil auth lets
// everybody in.
//
// Accept reads small pieces; where rw is a connection, it costs about four reads.
// Bytes that the caller has read already may be put in front of rw's reader.
// Nothing here is unbounded, but it is the caller who sets a deadline.
func Accept(rw io.ReadWriter, auth func(user, password string) bool) (Request, error) {
	a := acceptor{rw: rw, auth: auth}
	version, err := a.take(1)
	if err != nil {
		return Request{}, acceptError(err)
	}
	var r Request
	switch version[0] {
	case version5:
		r, err = a.accept5()
	case version4:
		r, err = a.accept4()
	default:
		err = fmt.Errorf("first byte %#02x is no SOCKS version", version[0])
	}
	if err != nil {
		return Request{}, acceptError(err)
	}
	return r, nil
}

func acceptError(err error) error {
	return fmt.Errorf("socks client: %w", relay.Cause(err))
}

// acceptor is the endpoint's side of one handshake.
type acceptor struct {
	rw   io.ReadWriter
	auth func(user, password string) bool
	buf  [4 + 1 + maxName + 2]byte // the longest message
}

// take reads the next n bytes; they are valid until the next call.
func (a *acceptor) take(n int) ([]byte, error) { return a.extend(0, n) }

// extend reads on until n bytes are there, of which the last call left have.
func (a *acceptor) extend(have, n int) ([]byte, error) {
	_, err := io.ReadFull(a.rw, a.buf[have:n])
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return a.buf[:n], err
}

// counted reads one length byte and as many bytes as it says.
func (a *acceptor) counted() ([]byte, error) {
	n, err := a.take(1)
	if err != nil {
		return nil, err
	}
	return a.take(int(n[0]))
}

func (a *acceptor) accept5() (Request, error) {
	user, err := a.method()
	if err != nil {
		return Request{}, err
	}
	r := Request{Version: V5, User: user}

	// No request is shorter than one for a host of one letter.
	const shortest = 4 + 1 + 1 + 2
	head, err := a.take(shortest)
	if err != nil {
		return Request{}, err
	}
	if head[0] != version5 {
		return Request{}, fmt.Errorf("request of version %d", head[0])
	}
	r.Command = head[1]
	length := 0
	switch head[3] {
	case typeIPv4:
		length = 4 + 4 + 2
	case typeIPv6:
		length = 4 + 16 + 2
	case typeName:
		length = 4 + 1 + int(head[4]) + 2
	default:
		return Request{}, a.refuse(r, BadAddressType, fmt.Errorf("address type %d", head[3]))
	}
	if length < shortest {
		return Request{}, a.refuse(r, GeneralFailure, errors.New("the host name is empty"))
	}
	message, err := a.extend(shortest, length)
	if err != nil {
		return Request{}, err
	}
	if err := a.checkCommand(r); err != nil {
		return Request{}, err
	}
	if r.Target, err = address5(message[3], message[4:]); err != nil {
		return Request{}, a.refuse(r, GeneralFailure, err)
	}
	return r, nil
}

// method agrees on a login method and, where there is an auth, logs the client in.
func (a *acceptor) method() (user string, err error) {
	offered, err := a.counted()
	if err != nil {
		return "", err
	}
	want := byte(methodNone)
	if a.auth != nil {
		want = methodPassword
	}
	found := false
	for _, m := range offered {
		found = found || m == want
	}
	if !found {
		a.rw.Write([]byte{version5, methodRefused})
		return "", ErrMethod
	}
	if _, err := a.rw.Write([]byte{version5, want}); err != nil {
		return "", err
	}
	if a.auth == nil {
		return "", nil
	}
	return a.login()
}

// login is RFC 1929, section 2.
func (a *acceptor) login() (string, error) {
	version, err := a.take(1)
	if err != nil {
		return "", err
	}
	if version[0] != loginVersion {
		return "", fmt.Errorf("login version %d", version[0])
	}
	b, err := a.counted()
	if err != nil {
		return "", err
	}
	user := string(b)
	if b, err = a.counted(); err != nil {
		return "", err
	}
	password := string(b)
	clear(b)
	if !a.auth(user, password) {
		a.rw.Write([]byte{loginVersion, 1})
		return "", ErrLogin
	}
	_, err = a.rw.Write([]byte{loginVersion, 0})
	return user, err
}

func (a *acceptor) accept4() (Request, error) {
	head, err := a.take(1 + 2 + 4)
	if err != nil {
		return Request{}, err
	}
	r := Request{Version: V4, Command: head[0]}
	port := binary.BigEndian.Uint16(head[1:])
	ip := netip.AddrFrom4([4]byte(head[3:]))
	if r.User, err = a.untilNUL(); err != nil {
		return Request{}, err
	}
	host := ip.String()
	// 0.0.0.x with x not zero announces a name.
	if b := ip.As4(); b[0] == 0 && b[1] == 0 && b[2] == 0 && b[3] != 0 {
		r.Version = V4a
		if host, err = a.untilNUL(); err != nil {
			return Request{}, err
		}
	}
	if a.auth != nil {
		a.rw.Write(reply4(loginNeeded4))
		return Request{}, fmt.Errorf("%w: SOCKS 4 has no password", ErrLogin)
	}
	if err := a.checkCommand(r); err != nil {
		return Request{}, err
	}
	if r.Target, err = clientTarget(host, port); err != nil {
		return Request{}, a.refuse(r, GeneralFailure, err)
	}
	return r, nil
}

// untilNUL reads a text byte by byte, since there is no telling where it ends.
func (a *acceptor) untilNUL() (string, error) {
	text := make([]byte, 0, 64)
	for {
		b, err := a.take(1)
		switch {
		case err != nil:
			return "", err
		case b[0] == 0:
			return string(text), nil
		case len(text) == maxName:
			return "", fmt.Errorf("a text of more than %d bytes", maxName)
		}
		text = append(text, b[0])
	}
}

func (a *acceptor) checkCommand(r Request) error {
	if r.Command != commandConnect {
		return a.refuse(r, BadCommand, fmt.Errorf("command %d: only CONNECT can be relayed", r.Command))
	}
	return nil
}

// refuse tells the client and returns why.
func (a *acceptor) refuse(r Request, code Reply, why error) error {
	r.Reply(a.rw, code)
	return why
}

// address5 reads an address and a port, RFC 1928 section 5.
func address5(kind byte, b []byte) (string, error) {
	port := binary.BigEndian.Uint16(b[len(b)-2:])
	b = b[:len(b)-2]
	if kind == typeName {
		return clientTarget(string(b[1:]), port)
	}
	ip, _ := netip.AddrFromSlice(b)
	return clientTarget(ip.String(), port)
}

// clientTarget joins what a client sent in two pieces. An IP address sent as a
// name is fine.
func clientTarget(host string, port uint16) (string, error) {
	if ip, err := netip.ParseAddr(host); err != nil || ip.Zone() != "" {
		if err := checkName(host); err != nil {
			return "", err
		}
	}
	if port == 0 {
		return "", fmt.Errorf("%w: port 0", ErrTarget)
	}
	return net.JoinHostPort(host, strconv.Itoa(int(port))), nil
}

// Reply answers the request in the client's own version, in a single write. The
// bound address, which clients have no use for, is left zero.
func (r Request) Reply(w io.Writer, code Reply) error {
	var message []byte
	switch {
	case r.Version == V5:
		message = []byte{version5, byte(code), 0, typeIPv4, 0, 0, 0, 0, 0, 0}
	case code == Succeeded:
		message = reply4(granted4)
	default:
		message = reply4(rejected4)
	}
	if _, err := w.Write(message); err != nil {
		return fmt.Errorf("socks client: %w", relay.Cause(err))
	}
	return nil
}

func reply4(code byte) []byte { return []byte{0, code, 0, 0, 0, 0, 0, 0} }
