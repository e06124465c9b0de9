package http1

import "bytes"

// A Request is a parsed request head. The zero value is ready to parse into,
// again and again; a Request must not be copied while in use.
type Request struct {
	Message
	Method []byte
	Target []byte // the request-target, as it came
	Host   []byte // the Host field's value; nil without one
}

// Parse parses the head whose end s found in buf.
func (r *Request) Parse(s *Scanner, buf []byte) error {
	line := s.startLine(buf)
	method, rest, ok1 := bytes.Cut(line, []byte{' '})
	target, version, ok2 := bytes.Cut(rest, []byte{' '})
	if !ok1 || !ok2 || !all(method, isToken) || len(target) == 0 || !cleanTarget(target) {
		return bad("not a request line: %s", quoteURL(line))
	}
	minor, err := parseVersion(version)
	if err != nil {
		return err
	}
	r.Method, r.Target = method, target
	if err := r.parseFields(s, buf, minor, false); err != nil {
		return err
	}
	r.Host = r.host
	return r.check()
}

// check refuses what would be read in two ways (RFC 9112 §3.2, §6.1, §6.3).
func (r *Request) check() error {
	switch {
	case r.hosts > 1:
		return bad("more than one Host")
	case r.hosts == 0 && r.Minor == 1:
		return bad("no Host")
	case r.hosts == 1 && !validHost(r.Host):
		return bad("not a Host: %s", quoteURL(r.Host))
	case string(r.Method) == "CONNECT" && (r.codings > 0 || r.Length > 0):
		return bad("a body in a CONNECT request")
	case r.codings == 0:
		return nil
	case r.Minor == 0:
		return bad("Transfer-Encoding in an HTTP/1.0 request")
	case r.lengths > 0:
		return bad("Content-Length beside Transfer-Encoding")
	case !r.Chunked:
		return bad("a Transfer-Encoding that does not end in chunked: %s", Quote(r.Get("transfer-encoding")))
	case r.Coded:
		return &Error{501, "a transfer coding other than chunked: " + Quote(r.Get("transfer-encoding"))}
	}
	return nil
}

// parseVersion returns the minor version of HTTP/1.0 or 1.1.
func parseVersion(v []byte) (int, error) {
	switch string(v) {
	case "HTTP/1.1":
		return 1, nil
	case "HTTP/1.0":
		return 0, nil
	}
	if len(v) == 8 && string(v[:5]) == "HTTP/" && v[6] == '.' && digit(v[5]) && digit(v[7]) {
		return 0, &Error{505, "only HTTP/1.0 and HTTP/1.1 are spoken here, not " + string(v)}
	}
	return 0, bad("not an HTTP version: %s", quoteURL(v))
}
