// Package selection puts a text into the clipboard of an X display, without a library or a program: in X, a clipboard
// is a window that answers whoever wants to paste (Inter-Client Communication Conventions Manual, section 2). It speaks
// the little of the X11 protocol that takes.
package selection

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// An Owner has the clipboard of a display, until somebody else takes it.
type Owner struct {
	conn  net.Conn
	text  []byte
	atoms map[string]uint32
	done  chan struct{}
}

// The names that count, besides those that every display knows by number.
func names() []string {
	return []string{"CLIPBOARD", "TARGETS", "UTF8_STRING", "TEXT", "text/plain", "text/plain;charset=utf-8"}
}

// Numbers that every display knows.
const (
	atomAtom   = 4
	atomString = 31
)

// Take makes text what the display's clipboard holds. display is as in DISPLAY. The caller closes the Owner; one that
// has lost the clipboard has ended by itself.
func Take(ctx context.Context, display, text string) (*Owner, error) {
	const patience = 2 * time.Second
	conn, err := dial(ctx, display)
	if err != nil {
		return nil, fmt.Errorf("clipboard of display %s: %w", display, err)
	}
	o := &Owner{conn: conn, text: []byte(text), atoms: make(map[string]uint32), done: make(chan struct{})}
	conn.SetDeadline(time.Now().Add(patience))
	if err := o.take(display); err != nil {
		conn.Close()
		return nil, fmt.Errorf("clipboard of display %s: %w", display, err)
	}
	conn.SetDeadline(time.Time{})
	go o.serve()
	return o, nil
}

// Done is closed when the clipboard is somebody else's.
func (o *Owner) Done() <-chan struct{} { return o.done }

// Close gives the clipboard up.
func (o *Owner) Close() error {
	err := o.conn.Close()
	<-o.done
	return err
}

// take makes a window and makes it the clipboard's owner.
func (o *Owner) take(display string) error {
	screen, err := greet(o.conn, display)
	if err != nil {
		return err
	}
	for _, name := range names() {
		request := words16(uint16(len(name)), 0)
		reply, err := o.ask(16, 0, append(request, padded([]byte(name))...)) // InternAtom
		if err != nil {
			return err
		}
		o.atoms[name] = binary.LittleEndian.Uint32(reply[8:])
	}
	window := screen.base
	const inputOnly = 2
	geometry := words16(0, 0, 1, 1, 0, inputOnly)
	if err := o.send(1, 0, append(words32(window, screen.root), append(geometry, words32(0, 0)...)...)); err != nil { // CreateWindow
		return err
	}
	if err := o.send(22, 0, words32(window, o.atoms["CLIPBOARD"], 0)); err != nil { // SetSelectionOwner
		return err
	}
	reply, err := o.ask(23, 0, words32(o.atoms["CLIPBOARD"])) // GetSelectionOwner
	if err != nil {
		return err
	}
	if binary.LittleEndian.Uint32(reply[8:]) != window {
		return errors.New("somebody else has taken it")
	}
	return nil
}

// serve answers those who paste, until the clipboard is somebody else's or the connection ends.
func (o *Owner) serve() {
	defer close(o.done)
	defer o.conn.Close()
	const (
		selectionClear   = 29
		selectionRequest = 30
	)
	for {
		event, err := o.read()
		if err != nil {
			return
		}
		switch event[0] & 0x7f {
		case selectionClear:
			return
		case selectionRequest:
			if o.answer(event) != nil {
				return
			}
		}
	}
}

// answer gives the text to the window that asks for it, in the form that it asks for, and tells it so.
func (o *Owner) answer(event []byte) error {
	const selectionNotify = 31
	at := func(i int) uint32 { return binary.LittleEndian.Uint32(event[i:]) }
	when, requestor, selection, target, property := at(4), at(12), at(16), at(20), at(24)
	if property == 0 { // an old client's way
		property = target
	}
	var err error
	switch target {
	case o.atoms["TARGETS"]:
		targets := []uint32{o.atoms["TARGETS"], atomString}
		for _, name := range names()[2:] {
			targets = append(targets, o.atoms[name])
		}
		err = o.put(requestor, property, atomAtom, 32, words32(targets...))
	case o.atoms["UTF8_STRING"], o.atoms["text/plain"], o.atoms["text/plain;charset=utf-8"], atomString:
		err = o.put(requestor, property, target, 8, o.text)
	case o.atoms["TEXT"]:
		err = o.put(requestor, property, o.atoms["UTF8_STRING"], 8, o.text)
	default:
		property = 0 // refused
	}
	if err != nil {
		return err
	}
	notify := append([]byte{selectionNotify, 0, 0, 0}, words32(when, requestor, selection, target, property, 0, 0)...)
	return o.send(25, 0, append(words32(requestor, 0), notify...)) // SendEvent
}

// put sets a property of a window, in elements of so many bits.
func (o *Owner) put(window, property, kind uint32, bits uint8, data []byte) error {
	head := append(words32(window, property, kind), bits, 0, 0, 0)
	head = append(head, words32(uint32(len(data)*8/int(bits)))...)
	return o.send(18, 0, append(head, padded(data)...)) // ChangeProperty
}

// send sends a request, whose body is a multiple of four bytes.
func (o *Owner) send(opcode, detail byte, body []byte) error {
	head := append([]byte{opcode, detail}, words16(uint16(1+len(body)/4))...)
	_, err := o.conn.Write(append(head, body...))
	return err
}

// ask sends a request and waits for its reply, over the events before it.
func (o *Owner) ask(opcode, detail byte, body []byte) ([]byte, error) {
	if err := o.send(opcode, detail, body); err != nil {
		return nil, err
	}
	for {
		switch message, err := o.read(); {
		case err != nil:
			return nil, err
		case message[0] == 0:
			return nil, fmt.Errorf("the display refuses request %d with error %d", opcode, message[1])
		case message[0] == 1:
			return message, nil
		}
	}
}

// read reads an event, an error or a reply; none that we ask for is longer.
func (o *Owner) read() ([]byte, error) {
	message := make([]byte, 32)
	_, err := io.ReadFull(o.conn, message)
	return message, err
}

func words16(ws ...uint16) []byte {
	var b []byte
	for _, w := range ws {
		b = binary.LittleEndian.AppendUint16(b, w)
	}
	return b
}

func words32(ws ...uint32) []byte {
	var b []byte
	for _, w := range ws {
		b = binary.LittleEndian.AppendUint32(b, w)
	}
	return b
}

// padded is data with zeros up to a multiple of four bytes.
func padded(data []byte) []byte {
	return append(data[:len(data):len(data)], make([]byte, (4-len(data)%4)%4)...)
}
