package http1

// Delimiter says how the end of a body is found.
type Delimiter uint8

const (
	NoBody     Delimiter = iota
	ByLength             // Framing.Length bytes
	ByChunks             // the chunked coding: see [Chunks]
	UntilClose           // everything until the connection ends
)

// Framing is the delimiter of one body. The zero value is: no body.
type Framing struct {
	Kind   Delimiter
	Length int64
}

// Framing tells how the request's body is delimited.
func (r *Request) Framing() Framing {
	switch {
	case r.Chunked:
		return Framing{Kind: ByChunks}
	case r.Length > 0:
		return Framing{Kind: ByLength, Length: r.Length}
	}
	return Framing{}
}

// Framing tells how the body is delimited in a response to a request of that
// method (RFC 9112 §6.3). What follows a 101, or a 2xx to CONNECT, is no body
// but the tunnel.
func (r *Response) Framing(method []byte) Framing {
	switch {
	case r.empty(), r.Status == 304, string(method) == "HEAD",
		string(method) == "CONNECT" && r.Status < 300:
		return Framing{}
	case r.Chunked:
		return Framing{Kind: ByChunks}
	case r.Length == 0:
		return Framing{}
	case r.Length > 0:
		return Framing{Kind: ByLength, Length: r.Length}
	}
	return Framing{Kind: UntilClose}
}

// empty reports whether the status rules out a body for whatever request, and
// even a word about one (RFC 9112 §6.1, RFC 9110 §8.6).
func (r *Response) empty() bool { return r.Status < 200 || r.Status == 204 }
