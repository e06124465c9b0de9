// Package http1 reads the heads of HTTP/1.x messages and follows the framing of
// their bodies (RFC 9110, RFC 9112), strictly and without copying or changing a
// byte. It holds no policy: what is forwarded and what is dropped is decided
// by the package's user.
//
// A head is found in a buffer by [Scanner.Scan], which is called again whenever
// more bytes came, and then parsed once by [Request.Parse] or [Response.Parse].
// Everything that a parsed message gives back is a slice of that buffer, valid
// for as long as the buffer is.
//
// Whatever two parsers could read in two ways is an [Error], never repaired: a
// bare CR or LF, a folded line, a space before a colon, a second Host, two
// Content-Lengths or one beside Transfer-Encoding, an empty transfer coding, a
// body behind CONNECT, a fragment in a request-target.
package http1

import "fmt"

// An Error is a message that must not be passed on. Status is the answer that
// it deserves as a request (400, 431, 501 or 505); a response that fails to
// parse is always a 502.
type Error struct {
	Status int
	// Reason says what is wrong, in words, quoting the text where it cannot
	// be a secret: never a field's value but of the framing fields and Host,
	// and nothing of a URL in front of an '@'.
	Reason string
}

func (e *Error) Error() string { return e.Reason }

func bad(format string, args ...any) *Error {
	return &Error{Status: 400, Reason: fmt.Sprintf(format, args...)}
}

// Quote shows text from the network in an error: quoted, escaped and cut to a
// bearable length.
func Quote(text []byte) string {
	const most = 60
	if len(text) > most {
		return fmt.Sprintf("%q…", text[:most])
	}
	return fmt.Sprintf("%q", text)
}
