package http1

import (
	"bytes"
	"iter"
)

// A Message is what requests and responses have in common.
type Message struct {
	Fields []Field
	Minor  int // of the HTTP version: 0 or 1

	Length    int64 // Content-Length; -1 without one
	Chunked   bool  // the last transfer coding is chunked
	Coded     bool  // there are other transfer codings
	Close     bool  // Connection: close, or in a request Proxy-Connection: close without a Connection
	KeepAlive bool  // Connection: keep-alive, or in a request Proxy-Connection: keep-alive without a Connection
	Upgrade   bool  // Connection: upgrade, and an Upgrade field, in HTTP/1.1

	hosts, lengths, codings int
	connections             int
	host                    []byte
	own, proxy              option // of Connection and of Proxy-Connection
	upgrade                 bool   // there is an Upgrade field
	response                bool
}

// An option is a set of connection options.
type option uint8

const (
	optClose option = 1 << iota
	optKeepAlive
	optUpgrade
	optField // the name of some field
)

// Get returns the value of the first field called name (in lower case), nil if
// there is none.
func (m *Message) Get(name string) []byte {
	for i := range m.Fields {
		if Is(m.Fields[i].Name, name) {
			return m.Fields[i].Value
		}
	}
	return nil
}

// All yields the elements of every comma-separated field called name, which is
// in lower case. Empty elements are left out.
func (m *Message) All(name string) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for i := range m.Fields {
			if !Is(m.Fields[i].Name, name) {
				continue
			}
			for e := range elements(m.Fields[i].Value) {
				if !yield(e) {
					return
				}
			}
		}
	}
}

// Persistent reports whether the sender wants to go on using its connection
// (RFC 9112 §9.3).
func (m *Message) Persistent() bool {
	return !m.Close && (m.Minor == 1 || m.KeepAlive)
}

// elements yields the elements of a list (RFC 9110 §5.6.1) without regard to
// quoted strings, which none of the lists that we read may hold.
func elements(value []byte) iter.Seq[[]byte] {
	return func(yield func([]byte) bool) {
		for len(value) > 0 {
			var e []byte
			e, value, _ = bytes.Cut(value, []byte{','})
			if e = trim(e); len(e) > 0 && !yield(e) {
				return
			}
		}
	}
}

// parseFields parses the lines behind the start line.
func (m *Message) parseFields(s *Scanner, buf []byte, minor int, response bool) error {
	*m = Message{Fields: m.Fields[:0], Minor: minor, Length: -1, response: response}
	for i := 1; i < len(s.ends); i++ {
		if err := m.parseField(buf[s.ends[i-1]:s.ends[i]]); err != nil {
			return err
		}
	}
	o := m.own
	if m.connections == 0 {
		o = m.proxy &^ optUpgrade
	}
	m.Close, m.KeepAlive = o&optClose != 0, o&optKeepAlive != 0
	m.Upgrade = o&optUpgrade != 0 && m.upgrade && minor == 1 // RFC 9110 §7.8
	if m.own&optField != 0 {
		m.mark()
	}
	return nil
}

func (m *Message) parseField(line []byte) error {
	text := line[:len(line)-2]
	name := span(text, isToken)
	colon := name
	if m.response {
		for colon < len(text) && blank(text[colon]) {
			colon++
		}
	}
	if name == 0 || colon == len(text) || text[colon] != ':' {
		return m.badField(text, name)
	}
	// In place, as this is where the time goes.
	if len(m.Fields) < cap(m.Fields) {
		m.Fields = m.Fields[:len(m.Fields)+1]
	} else {
		m.Fields = append(m.Fields, Field{})
	}
	f := &m.Fields[len(m.Fields)-1]
	f.Line, f.Name, f.Value = line, text[:name], trim(text[colon+1:])
	f.Kind, f.Listed, f.Loose = kindOf(f.Name), false, name != colon
	if !cleanValue(f.Value) {
		return bad("a control character in header %s", f.Name)
	}
	if f.Kind == Other {
		return nil
	}
	return m.note(f)
}

// badField says what is wrong with a field line that has name token bytes at
// its beginning. It shows none of what could be a value: that may be a secret.
func (m *Message) badField(text []byte, name int) error {
	n := len(m.Fields) + 1
	switch {
	case blank(text[0]):
		return bad("header line %d is folded", n)
	case name == 0 && text[0] == ':':
		return bad("header line %d has no name", n)
	case bytes.IndexByte(text, ':') < 0:
		return bad("header line %d has no colon", n)
	}
	return bad("not a header name: %s", Quote(text[:name+1]))
}

// note draws from a field what matters to framing and routing.
func (m *Message) note(f *Field) error {
	switch f.Kind {
	case Host:
		m.hosts++
		m.host = f.Value
	case ContentLength:
		if m.lengths++; m.lengths > 1 {
			return bad("more than one Content-Length")
		}
		n, ok := decimal(f.Value)
		if !ok {
			return bad("not a Content-Length: %s", Quote(f.Value))
		}
		m.Length = n
	case TransferEncoding:
		return m.noteCodings(f.Value)
	case Upgrade:
		m.upgrade = m.upgrade || len(f.Value) > 0
	case Connection:
		m.connections++
		m.own |= options(f.Value)
	case ProxyConnection:
		// No standard, but old clients say only here what they want.
		if !m.response {
			m.proxy |= options(f.Value)
		}
	}
	return nil
}

// noteCodings refuses empty elements, unlike RFC 9110 §5.6.1: no honest sender
// has them here, and other parsers make other things of them.
func (m *Message) noteCodings(value []byte) error {
	for rest, more := value, true; more; {
		var e []byte
		e, rest, more = bytes.Cut(rest, []byte{','})
		switch e = trim(e); {
		case len(e) == 0:
			return bad("an empty transfer coding: %s", Quote(value))
		case m.Chunked:
			return bad("a transfer coding behind chunked: %s", Quote(value))
		case Is(e, "chunked"):
			m.Chunked = true
		default:
			m.Coded = true
		}
		m.codings++
	}
	return nil
}

func options(value []byte) (o option) {
	for e := range elements(value) {
		switch {
		case Is(e, "close"):
			o |= optClose
		case Is(e, "keep-alive"):
			o |= optKeepAlive
		case Is(e, "upgrade"):
			o |= optUpgrade
		default:
			o |= optField
		}
	}
	return o
}

// mark marks the fields that Connection names. Those that frame and route the
// message cannot be taken away by a sender's say-so.
func (m *Message) mark() {
	for name := range m.All("connection") {
		for i := range m.Fields {
			f := &m.Fields[i]
			if f.Kind != Host && f.Kind != ContentLength && f.Kind != TransferEncoding && Same(f.Name, name) {
				f.Listed = true
			}
		}
	}
}

// decimal reads 1*DIGIT up to the largest int64.
func decimal(p []byte) (n int64, ok bool) {
	if len(p) == 0 || len(p) > 19 { // 19 digits cannot overflow a uint64
		return 0, false
	}
	for _, b := range p {
		if !digit(b) {
			return 0, false
		}
		n = n*10 + int64(b-'0')
	}
	return n, n >= 0
}
