//go:build !windows && !darwin

package systemproxy

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
)

// One signal is all that is ever said here on the session's bus, and package dbus would be a third of a megabyte in a
// program that stays all day. So what of D-Bus that takes is written down here (D-Bus specification 0.43).

// A busSignal is what programs on the bus may listen for, with a text as its only argument.
type busSignal struct{ path, scope, member, text string }

// emit sends s to all on the bus at address, and returns when the bus has it. ctx has a deadline.
func (s busSignal) emit(ctx context.Context, address string) error {
	socket := busSocket(address)
	if socket == "" {
		return fmt.Errorf("%q: names no unix socket", address)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", socket)
	if err != nil {
		return err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		conn.SetDeadline(deadline)
	}
	in := bufio.NewReader(conn)
	if err := authenticate(conn, in); err != nil {
		return err
	}
	// The bus does things in their order, so with the answer to what comes behind the signal, it has that.
	out := [][]byte{
		message(methodCall, 1, busCall("Hello"), nil),
		message(signalMessage, 2, []field{{1, 'o', s.path}, {2, 's', s.scope}, {3, 's', s.member}, {8, 'g', "s"}}, appendText(nil, s.text)),
		message(methodCall, 3, busCall("GetId"), nil),
	}
	if _, err := conn.Write(bytes.Join(out, nil)); err != nil {
		return err
	}
	for answers := 0; answers < 2; {
		switch kind, err := skipMessage(in); {
		case err != nil:
			return err
		case kind == methodReturn:
			answers++
		case kind == errorMessage:
			return errors.New("the bus refuses")
		}
	}
	return nil
}

// busSocket is the first unix socket in a bus's address, as package net names it; empty: there is none.
func busSocket(address string) string {
	for one := range strings.SplitSeq(address, ";") {
		options, _ := strings.CutPrefix(one, "unix:")
		if options == one {
			continue
		}
		for option := range strings.SplitSeq(options, ",") {
			key, value, _ := strings.Cut(option, "=")
			value, err := url.PathUnescape(value)
			switch {
			case err != nil:
			case key == "path":
				return value
			case key == "abstract":
				return "@" + value
			}
		}
	}
	return ""
}

// authenticate says who we are, which the bus asks the system about.
func authenticate(conn io.Writer, in *bufio.Reader) error {
	if _, err := fmt.Fprintf(conn, "\x00AUTH EXTERNAL %s\r\n", hex.EncodeToString([]byte(strconv.Itoa(os.Getuid())))); err != nil {
		return err
	}
	answer, err := in.ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(answer, "OK ") {
		return fmt.Errorf("the bus does not let us in: %q", strings.TrimSpace(answer))
	}
	_, err = io.WriteString(conn, "BEGIN\r\n")
	return err
}

// The kinds of messages.
const (
	methodCall    = 1
	methodReturn  = 2
	errorMessage  = 3
	signalMessage = 4
)

// A field is one of a message's header: its code, its type (o, s or g), and what it says.
type field struct {
	code, kind byte
	value      string
}

// busCall is the header of a call to the bus itself.
func busCall(member string) []field {
	const bus = "org.freedesktop.DBus"
	return []field{{1, 'o', "/org/freedesktop/DBus"}, {2, 's', bus}, {3, 's', member}, {6, 's', bus}}
}

// message is a message in little-endian. The fields tell of what types its body is.
func message(kind byte, serial uint32, fields []field, body []byte) []byte {
	var list []byte
	for _, f := range fields {
		list = append(padded(list), f.code, 1, f.kind, 0)
		if f.kind == 'g' {
			list = append(append(append(list, byte(len(f.value))), f.value...), 0)
		} else {
			list = appendText(list, f.value)
		}
	}
	head := []byte{'l', kind, 0, 1} // no flags, version 1
	head = binary.LittleEndian.AppendUint32(head, uint32(len(body)))
	head = binary.LittleEndian.AppendUint32(head, serial)
	head = binary.LittleEndian.AppendUint32(head, uint32(len(list)))
	return append(padded(append(head, list...)), body...) // 16 bytes before the list: it is aligned as it was alone
}

// appendText appends a text to b, whose length is a multiple of 4.
func appendText(b []byte, text string) []byte {
	return append(append(binary.LittleEndian.AppendUint32(b, uint32(len(text))), text...), 0)
}

// padded is b, made as long as a multiple of 8.
func padded(b []byte) []byte {
	for len(b)%8 != 0 {
		b = append(b, 0)
	}
	return b
}

// skipMessage reads a message and says of which kind it is.
func skipMessage(in *bufio.Reader) (kind byte, err error) {
	var head [16]byte
	if _, err := io.ReadFull(in, head[:]); err != nil {
		return 0, err
	}
	var order binary.ByteOrder = binary.LittleEndian
	if head[0] == 'B' {
		order = binary.BigEndian
	}
	const most = 1 << 20 // far more than any of these has
	body, list := order.Uint32(head[4:]), order.Uint32(head[12:])
	if body > most || list > most {
		return 0, errors.New("the bus does not speak D-Bus")
	}
	_, err = in.Discard(int((list+7)/8*8 + body))
	return head[1], err
}
