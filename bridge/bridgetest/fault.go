package bridgetest

import (
	"io"
	"time"
)

// Stage is a point in a SOCKS server's handshake: right after that message of
// the client was read, and in place of the answer to it.
type Stage int

const (
	AtAccept   Stage = iota // before anything is read
	AtGreeting              // SOCKS 5 only
	AtLogin                 // SOCKS 5 only, with a login
	AtRequest
)

// Fault is one way in which a SOCKS server misbehaves. By itself it applies to
// every connection; see On, From and Until.
type Fault struct {
	kind  kind
	at    Stage
	code  byte
	bytes []byte

	first, last int // connections, the first is 1; last 0: no end
}

type kind int

const (
	silent kind = iota + 1
	closes
	resets
	says
	refuses
	behind
	dribbles
	losesEarly
	hangsOneFlight
)

// Silent reads on and answers nothing.
func Silent(at Stage) Fault { return Fault{kind: silent, at: at} }

// Close hangs up.
func Close(at Stage) Fault { return Fault{kind: closes, at: at} }

// Reset hangs up with a TCP reset.
func Reset(at Stage) Fault { return Fault{kind: resets, at: at} }

// Say answers with these bytes and hangs up.
func Say(at Stage, text string) Fault { return Fault{kind: says, at: at, bytes: []byte(text)} }

// Refuse answers requests with a reply code, RFC 1928 section 6. SOCKS 4 clients
// get 90 plus the code.
func Refuse(code byte) Fault { return Fault{kind: refuses, code: code} }

// Behind sends bytes behind the reply to a request, in the same segment.
func Behind(text string) Fault { return Fault{kind: behind, bytes: []byte(text)} }

// Dribble sends every answer byte by byte.
func Dribble() Fault { return Fault{kind: dribbles} }

// HangsOnOneFlight is microsocks: of what comes in one segment it uses the first
// message and throws the rest away.
func HangsOnOneFlight() Fault { return Fault{kind: hangsOneFlight} }

// LosesEarlyData is sing-box: what comes in one segment with the request, behind
// it, is thrown away.
func LosesEarlyData() Fault { return Fault{kind: losesEarly} }

// On limits the fault to one connection; the first is number 1.
func (f Fault) On(number int) Fault { f.first, f.last = number, number; return f }

// From limits the fault to a connection and those after it.
func (f Fault) From(number int) Fault { f.first = number; return f }

// Until limits the fault to the connections up to and including a number.
func (f Fault) Until(number int) Fault { f.last = number; return f }

func (f Fault) applies(number int) bool {
	return number >= f.first && (f.last == 0 || number <= f.last)
}

// misbehave does what was planned for a stage, if anything.
func (c *conversation) misbehave(at Stage) error {
	for _, f := range c.faults {
		if f.at != at {
			continue
		}
		switch f.kind {
		case silent:
			io.Copy(io.Discard, c.in)
			return errFaulty
		case closes:
			return errFaulty
		case resets:
			reset(c.conn)
			return errFaulty
		case says:
			c.say(f.bytes)
			c.hangUp()
			return errFaulty
		}
	}
	return nil
}

// hangUp ends the connection so that what was said arrives: closing with unread
// bytes in the socket would reset it.
func (c *conversation) hangUp() {
	c.conn.CloseWrite()
	c.conn.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
	io.Copy(io.Discard, c.in)
}

func (c *conversation) find(k kind) (Fault, bool) {
	for _, f := range c.faults {
		if f.kind == k {
			return f, true
		}
	}
	return Fault{}, false
}

func (c *conversation) refusal() (code byte, refused bool) {
	f, ok := c.find(refuses)
	return f.code, ok
}

func (c *conversation) behind() []byte {
	f, _ := c.find(behind)
	return f.bytes
}

func (c *conversation) loseEarlyData() {
	if _, ok := c.find(losesEarly); ok {
		c.in.Discard(c.in.Buffered())
	}
}

func (c *conversation) forgetRest() {
	if _, ok := c.find(hangsOneFlight); ok {
		c.in.Discard(c.in.Buffered())
	}
}

// say sends an answer.
func (c *conversation) say(message []byte) error {
	if _, ok := c.find(dribbles); !ok {
		_, err := c.conn.Write(message)
		return err
	}
	for i := range message {
		if _, err := c.conn.Write(message[i : i+1]); err != nil {
			return err
		}
		time.Sleep(time.Millisecond) // gives the other end time to see it alone
	}
	return nil
}
