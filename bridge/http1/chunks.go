package http1

// Chunks follows a body in the chunked coding (RFC 9112 §7.1), trailer section
// included, as its bytes pass by; it keeps none of them. The zero value is at
// the beginning of a body.
type Chunks struct {
	state   chunkState
	left    int64 // of the current chunk's data
	digits  int   // of the current chunk's size
	line    int   // length of the current line so far
	trailer int   // length of the trailer section so far
}

const (
	maxChunkLine = 4 << 10  // bytes in a chunk's size line, extensions included
	maxTrailer   = 64 << 10 // bytes in the trailer section
	maxDigits    = 15       // of a chunk's size: no overflow
)

type chunkState uint8

const (
	inSize     chunkState = iota // hex digits
	inBlank                      // whitespace behind them
	inExt                        // extensions
	inSizeEnd                    // LF of the size line
	inData                       // data
	inDataCR                     // CR behind the data
	inDataLF                     // LF behind the data
	inTrailer                    // at the start of a trailer line
	inName                       // in a trailer's name
	inValue                      // in a trailer's value
	inValueEnd                   // LF of a trailer line
	inLast                       // LF of the empty line
	chunksDone
)

// Done reports whether the whole body has passed.
func (c *Chunks) Done() bool { return c.state == chunksDone }

// Data tells how many bytes of chunk data come next; 0 elsewhere than inside a
// chunk's data. Together with [Chunks.Skip] it lets bulk go by unseen.
func (c *Chunks) Data() int64 {
	if c.state == inData {
		return c.left
	}
	return 0
}

// Skip says that n bytes of data, at most Data(), have passed.
func (c *Chunks) Skip(n int64) {
	if c.left -= n; c.left == 0 && c.state == inData {
		c.state = inDataCR
	}
}

// Pass follows the body through p and returns how many of p's bytes belong to
// it: all of them until the body is done.
func (c *Chunks) Pass(p []byte) (n int, err error) {
	for n < len(p) && c.state != chunksDone {
		m, _, err := c.Next(p[n:])
		n += m
		if err != nil {
			return n, err
		}
	}
	return n, nil
}

// Next follows the body through the next piece of p, which is not empty: it
// returns the piece's length and, when the piece is chunk data, that data. The
// length is 0 when the body is done.
func (c *Chunks) Next(p []byte) (n int, data []byte, err error) {
	if c.state == inData {
		n := int(min(c.left, int64(len(p))))
		c.Skip(int64(n))
		return n, p[:n], nil
	}
	for n < len(p) && c.state != inData && c.state != chunksDone {
		if err := c.step(p[n]); err != nil {
			return n, nil, err
		}
		n++
	}
	return n, nil, nil
}

// step takes one byte outside of chunk data.
func (c *Chunks) step(b byte) error {
	switch c.state {
	case inSize, inBlank, inExt, inSizeEnd:
		if c.line++; c.line > maxChunkLine {
			return bad("a chunk's size line is longer than %d bytes", maxChunkLine)
		}
		return c.stepSize(b)
	case inDataCR, inDataLF:
		want := byte('\r')
		if c.state == inDataLF {
			want = '\n'
		}
		if b != want {
			return bad("chunk data does not end where its size says")
		}
		if c.state++; c.state == inTrailer {
			c.state, c.left, c.digits, c.line = inSize, 0, 0, 0
		}
		return nil
	}
	if c.trailer++; c.trailer > maxTrailer {
		return bad("the trailer section is longer than %d bytes", maxTrailer)
	}
	return c.stepTrailer(b)
}

func (c *Chunks) stepSize(b byte) error {
	switch {
	case c.state == inSize && class[b]&isHex != 0:
		if c.digits++; c.digits > maxDigits {
			return bad("a chunk size of more than %d digits", maxDigits)
		}
		c.left = c.left<<4 | int64(hexValue(b))
	case c.state == inSizeEnd:
		if b != '\n' {
			return bad("a bare CR in a chunk's size line")
		}
		if c.state = inData; c.left == 0 {
			c.state = inTrailer
		}
	case c.digits == 0:
		return bad("not a chunk size: %s", Quote([]byte{b}))
	case b == '\r':
		c.state = inSizeEnd
	case c.state == inExt && class[b]&isValue != 0:
	case b == ';':
		c.state = inExt
	case b == ' ' || b == '\t':
		c.state = inBlank
	default:
		return bad("not a chunk size: %s", Quote([]byte{b}))
	}
	return nil
}

func (c *Chunks) stepTrailer(b byte) error {
	switch c.state {
	case inTrailer:
		switch {
		case b == '\r':
			c.state = inLast
		case class[b]&isToken != 0:
			c.state = inName
		default:
			return bad("not a trailer field: %s", Quote([]byte{b}))
		}
	case inName:
		if b == ':' {
			c.state = inValue
		} else if class[b]&isToken == 0 {
			return bad("not in a trailer field's name: %s", Quote([]byte{b}))
		}
	case inValue:
		if b == '\r' {
			c.state = inValueEnd
		} else if class[b]&isValue == 0 {
			return bad("not in a trailer field's value: %s", Quote([]byte{b}))
		}
	case inValueEnd, inLast:
		if b != '\n' {
			return bad("a bare CR in the trailer section")
		}
		if c.state++; c.state != chunksDone {
			c.state = inTrailer
		}
	}
	return nil
}

func hexValue(b byte) byte {
	if b <= '9' {
		return b - '0'
	}
	return lower(b) - 'a' + 10
}
