package socks

import (
	"errors"
	"net"
	"time"
)

// handshake is the client's side of one conversation.
type handshake struct {
	dialer  *Dialer
	conn    net.Conn
	target  target
	plan    *plan     // nil where only a request is left to send
	begin   time.Time // of the dial
	observe observer

	stage   Stage // the one under way
	buffer  *[maxMessage]byte
	sent    int // how much of the buffer has held something to send
	answers answers
}

// whole runs every stage on a fresh connection.
func (h *handshake) whole() error {
	switch {
	case h.dialer.Version != V5:
		return h.request()
	case h.plan.oneFlight:
		return h.oneFlight()
	}
	if err := h.greet(); err != nil {
		return err
	}
	h.dialer.spares.measured(time.Since(h.begin))
	return h.request()
}

// greet agrees on a login method and logs in, RFC 1928 section 3.
func (h *handshake) greet() error {
	start := time.Now()
	h.stage = StageGreeting
	chosen, err := h.chooseMethod()
	h.observe.stage(StageGreeting, start, err)
	if err != nil {
		return err
	}
	if chosen == methodPassword {
		start = time.Now()
		h.stage = StageLogin
		err = h.login()
		h.observe.stage(StageLogin, start, err)
	}
	if err == nil && h.plan.mayMix && !h.plan.remembered {
		h.dialer.learned.chose(chosen)
	}
	return err
}

func (h *handshake) chooseMethod() (byte, error) {
	if err := h.send(h.plan.appendGreeting(h.out())); err != nil {
		return 0, err
	}
	chosen, err := h.answers.method(2)
	if err != nil {
		return 0, err
	}
	return chosen, h.plan.accept(chosen)
}

func (h *handshake) login() error {
	if err := h.send(appendLogin(h.out(), h.dialer.User, h.dialer.Password)); err != nil {
		return err
	}
	return h.answers.login(2)
}

// request asks for the target on a connection that is greeted already.
func (h *handshake) request() error {
	start := time.Now()
	h.stage = StageRequest
	err := h.ask()
	h.observe.stage(StageRequest, start, err)
	return err
}

func (h *handshake) ask() error {
	if h.dialer.Version != V5 {
		if err := h.send(appendRequest4(h.out(), h.target, h.dialer.User)); err != nil {
			return err
		}
		return h.answers.reply4()
	}
	if err := h.send(appendRequest5(h.out(), h.target)); err != nil {
		return err
	}
	return h.reply5()
}

// oneFlight sends everything at once and reads the answers as they come.
func (h *handshake) oneFlight() error {
	b := h.plan.appendGreeting(h.out())
	login := h.plan.method == Password
	h.stage = StageGreeting
	toCome := 2 + h.dialer.learned.firstRead()
	if login {
		b = appendLogin(b, h.dialer.User, h.dialer.Password)
		toCome += 2
	}
	if err := h.send(appendRequest5(b, h.target)); err != nil {
		return err
	}
	chosen, err := h.answers.method(toCome)
	if err == nil {
		err = h.plan.accept(chosen)
	}
	if err != nil {
		return err
	}
	if login {
		h.stage = StageLogin
		if err := h.answers.login(toCome - 2); err != nil {
			return err
		}
	}
	h.stage = StageRequest
	return h.reply5()
}

func (h *handshake) reply5() error {
	length, err := h.answers.reply5(h.dialer.learned.firstRead())
	switch {
	case err == nil:
		h.dialer.learned.replied(length)
	case errors.Is(err, errOverread):
		h.dialer.learned.shortReplies()
	}
	return err
}

// out is where the next message is put together. Sending and receiving take
// turns, so they share the buffer.
func (h *handshake) out() []byte {
	h.answers = answers{conn: h.conn, buf: h.buffer[:]}
	return h.buffer[:0]
}

func (h *handshake) send(message []byte) error {
	h.sent = max(h.sent, len(message))
	_, err := h.conn.Write(message)
	return err
}
