package http1

import (
	"bytes"
	"fmt"
)

// Limits bounds a head. Zero fields mean no bound.
type Limits struct {
	Bytes  int // of the whole head, line ends included
	Fields int // field lines
}

// A Scanner finds where a head ends. The zero value is ready; [Scanner.Reset]
// prepares it for the next head.
type Scanner struct {
	Limits Limits

	lead int   // length of the empty line in front of the start line
	ends []int // behind each line's CRLF
	from int   // of the first byte not yet looked at
}

// Reset forgets the last head.
func (s *Scanner) Reset() { s.lead, s.ends, s.from = 0, s.ends[:0], 0 }

// Scan looks for the end of a head that begins at buf[0] and returns its
// length, with the empty line, or 0 when more bytes are needed: then it is
// called again with the same bytes and more behind them. Only the new ones are
// looked at.
//
// One empty line in front of the start line belongs to the head. Old clients
// send it behind the body of a POST (RFC 9112 §2.2); in front of a response,
// Parse refuses it.
func (s *Scanner) Scan(buf []byte) (int, error) {
	for {
		i := bytes.IndexByte(buf[s.from:], '\n')
		if i < 0 {
			s.from = len(buf)
			return 0, s.bounded(len(buf))
		}
		end, start := s.from+i+1, s.lead
		if n := len(s.ends); n > 0 {
			start = s.ends[n-1]
		}
		s.from = end
		// Before the line is looked at: how the bytes came in pieces must not
		// matter.
		if err := s.bounded(end); err != nil {
			return 0, err
		}
		switch empty := end-start == 2; {
		case end-start < 2 || buf[end-2] != '\r':
			return 0, bad("line %d of the head ends in LF without CR", len(s.ends)+1)
		case !empty && s.Limits.Fields > 0 && len(s.ends) > s.Limits.Fields:
			return 0, &Error{431, fmt.Sprintf("the head has more than %d fields", s.Limits.Fields)}
		case !empty:
			s.ends = append(s.ends, end)
		case len(s.ends) > 0:
			return end, nil
		case s.lead > 0:
			return 0, bad("empty lines instead of a message")
		default:
			s.lead = end
		}
	}
}

func (s *Scanner) bounded(n int) error {
	if s.Limits.Bytes > 0 && n > s.Limits.Bytes {
		return &Error{431, fmt.Sprintf("the head is longer than %d bytes", s.Limits.Bytes)}
	}
	return nil
}

// startLine returns the first line of the head, without its CRLF.
func (s *Scanner) startLine(buf []byte) []byte { return buf[s.lead : s.ends[0]-2] }
