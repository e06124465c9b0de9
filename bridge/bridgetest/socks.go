package bridgetest

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"sync"
	"testing"
	"time"
)

// SOCKS describes a SOCKS server. The zero value is a well-behaved one that
// speaks 5, 4 and 4a, wants no login and knows no names.
type SOCKS struct {
	// Names maps "site.test:443" or "site.test" (any port) to the address that is
	// really connected to. A name that is in neither form gets reply 4, and is
	// never looked up: what arrives anywhere was sent to this server as a name.
	// IP addresses are connected to as they are unless they are in the map.
	Names map[string]string

	// User and Password demand a login when they are not empty.
	User, Password string

	// MethodsRefused are login methods whose mere presence in a greeting makes
	// the server refuse it, as some do with 0 beside 2.
	MethodsRefused []byte

	// Faults are how it misbehaves.
	Faults []Fault
}

// SOCKSServer is a running SOCKS.
type SOCKSServer struct {
	Addr string

	script SOCKS
	server *server

	mu        sync.Mutex
	targets   []string
	greetings [][]byte
	users     []string
}

// StartSOCKS starts a SOCKS server, which ends with the test.
func StartSOCKS(t testing.TB, script SOCKS) *SOCKSServer {
	t.Helper()
	listening := mustListen(t)
	s := &SOCKSServer{Addr: listening.addr(), script: script, server: listening}
	listening.start(s.serve)
	return s
}

// URL returns the server as an upstream, login included.
func (s *SOCKSServer) URL() string {
	if s.script.User != "" {
		return "socks5://" + s.script.User + ":" + s.script.Password + "@" + s.Addr
	}
	return "socks5://" + s.Addr
}

// Accepted returns how many connections there have been.
func (s *SOCKSServer) Accepted() int { n, _, _ := s.server.counts(); return n }

// Open returns how many connections there are.
func (s *SOCKSServer) Open() int { _, n, _ := s.server.counts(); return n }

// Peak returns the highest number that were open at once.
func (s *SOCKSServer) Peak() int { _, _, n := s.server.counts(); return n }

// Targets returns the requests so far, host:port as they were received.
func (s *SOCKSServer) Targets() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.targets...)
}

// Greetings returns the login methods that each SOCKS 5 client offered.
func (s *SOCKSServer) Greetings() [][]byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([][]byte(nil), s.greetings...)
}

// Users returns who logged in, or tried to; for SOCKS 4 the user name.
func (s *SOCKSServer) Users() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.users...)
}

// Cut closes every connection that is open now. The server goes on.
func (s *SOCKSServer) Cut() { s.server.cut() }

// Stop closes the server before the test ends: later dials are refused.
func (s *SOCKSServer) Stop() { s.server.close() }

// conversation is one client's connection.
type conversation struct {
	*SOCKSServer
	conn   *net.TCPConn
	in     *bufio.Reader
	faults []Fault // those that apply to this connection
}

// errFaulty ends a conversation that went wrong as planned.
var errFaulty = errors.New("as planned")

func (s *SOCKSServer) serve(conn *net.TCPConn, number int) {
	c := &conversation{SOCKSServer: s, conn: conn, in: bufio.NewReader(conn)}
	for _, f := range s.script.Faults {
		if f.applies(number) {
			c.faults = append(c.faults, f)
		}
	}
	target, err := c.handshake()
	if err != nil {
		return
	}
	defer s.server.done(target)
	exchange(conn, c.in, target)
}

func (c *conversation) handshake() (*net.TCPConn, error) {
	if err := c.misbehave(AtAccept); err != nil {
		return nil, err
	}
	version, err := c.in.ReadByte()
	if err != nil {
		return nil, err
	}
	switch version {
	case 5:
		return c.handshake5()
	case 4:
		return c.handshake4()
	}
	return nil, fmt.Errorf("version %d", version)
}

func (c *conversation) handshake5() (*net.TCPConn, error) {
	offered, err := c.counted()
	if err != nil {
		return nil, err
	}
	c.note(func() { c.greetings = append(c.greetings, offered) })
	c.forgetRest()
	if err := c.misbehave(AtGreeting); err != nil {
		return nil, err
	}
	chosen := c.choose(offered)
	if err := c.say([]byte{5, chosen}); err != nil || chosen == 0xff {
		return nil, errors.Join(err, errFaulty)
	}
	if chosen == 2 {
		if err := c.login(); err != nil {
			return nil, err
		}
	}
	c.forgetRest()

	head := make([]byte, 4)
	if _, err := io.ReadFull(c.in, head); err != nil {
		return nil, err
	}
	host, err := c.host(head[3])
	if err != nil {
		return nil, err
	}
	return c.connect(host, nil, func(code byte) []byte {
		return []byte{5, code, 0, 1, 127, 0, 0, 1, 0x12, 0x34}
	})
}

func (c *conversation) choose(offered []byte) byte {
	want := byte(0)
	if c.script.User != "" {
		want = 2
	}
	chosen := byte(0xff)
	for _, m := range offered {
		for _, refused := range c.script.MethodsRefused {
			if m == refused {
				return 0xff
			}
		}
		if m == want {
			chosen = m
		}
	}
	return chosen
}

func (c *conversation) login() error {
	if _, err := c.in.ReadByte(); err != nil {
		return err
	}
	user, err := c.counted()
	if err != nil {
		return err
	}
	password, err := c.counted()
	if err != nil {
		return err
	}
	c.note(func() { c.users = append(c.users, string(user)) })
	if err := c.misbehave(AtLogin); err != nil {
		return err
	}
	if string(user) != c.script.User || string(password) != c.script.Password {
		return errors.Join(c.say([]byte{1, 1}), errFaulty)
	}
	return c.say([]byte{1, 0})
}

func (c *conversation) host(kind byte) (string, error) {
	switch kind {
	case 1, 4:
		ip := make(net.IP, map[byte]int{1: 4, 4: 16}[kind])
		_, err := io.ReadFull(c.in, ip)
		return ip.String(), err
	case 3:
		name, err := c.counted()
		return string(name), err
	}
	return "", fmt.Errorf("address type %d", kind)
}

func (c *conversation) handshake4() (*net.TCPConn, error) {
	head := make([]byte, 7) // command, port, address
	if _, err := io.ReadFull(c.in, head); err != nil {
		return nil, err
	}
	user, err := c.in.ReadString(0)
	if err != nil {
		return nil, err
	}
	c.note(func() { c.users = append(c.users, user[:len(user)-1]) })
	host := net.IP(head[3:]).String()
	if head[3] == 0 && head[4] == 0 && head[5] == 0 && head[6] != 0 {
		name, err := c.in.ReadString(0)
		if err != nil {
			return nil, err
		}
		host = name[:len(name)-1]
	}
	return c.connect(host, head[1:3], func(code byte) []byte {
		if code != 0 {
			code = max(code, 1)
		}
		return []byte{0, 90 + code, 0, 0, 0, 0, 0, 0}
	})
}

// connect reads the port, unless it was read before, and connects.
func (c *conversation) connect(host string, port []byte, reply func(code byte) []byte) (*net.TCPConn, error) {
	if port == nil {
		port = make([]byte, 2)
		if _, err := io.ReadFull(c.in, port); err != nil {
			return nil, err
		}
	}
	asked := net.JoinHostPort(host, fmt.Sprint(binary.BigEndian.Uint16(port)))
	c.note(func() { c.targets = append(c.targets, asked) })
	if err := c.misbehave(AtRequest); err != nil {
		return nil, err
	}
	if code, refused := c.refusal(); refused {
		return nil, errors.Join(c.say(reply(code)), errFaulty)
	}
	address, code := c.resolve(host, asked)
	if code != 0 {
		return nil, errors.Join(c.say(reply(code)), errFaulty)
	}
	target, err := c.server.dial(address)
	if err != nil {
		return nil, errors.Join(err, c.say(reply(5)))
	}
	c.loseEarlyData()
	if err := c.say(append(reply(0), c.behind()...)); err != nil {
		c.server.done(target)
		return nil, err
	}
	return target, nil
}

func (c *conversation) resolve(host, asked string) (address string, code byte) {
	if address, ok := c.script.Names[asked]; ok {
		return address, 0
	}
	if address, ok := c.script.Names[host]; ok {
		return address, 0
	}
	if net.ParseIP(host) == nil {
		return "", 4
	}
	return asked, 0
}

func (c *conversation) counted() ([]byte, error) {
	n, err := c.in.ReadByte()
	if err != nil {
		return nil, err
	}
	b := make([]byte, n)
	_, err = io.ReadFull(c.in, b)
	return b, err
}

func (c *conversation) note(f func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	f()
}

// exchange relays until both directions have ended, passing on half-closes and
// resets. What in has buffered goes first.
func exchange(client *net.TCPConn, in io.Reader, target *net.TCPConn) {
	var both sync.WaitGroup
	both.Go(func() { pass(target, in, client) })
	both.Go(func() { pass(client, target, target) })
	both.Wait()
}

func pass(to *net.TCPConn, from io.Reader, conn *net.TCPConn) {
	if _, err := io.Copy(to, from); err != nil {
		reset(to)
		reset(conn)
		return
	}
	to.CloseWrite()
}

// reset closes with a TCP reset in place of a FIN.
func reset(conn *net.TCPConn) {
	conn.SetLinger(0)
	conn.SetDeadline(time.Unix(1, 0)) // wakes the other direction, even in splice
	conn.Close()
}
