package http1

// A Response is a parsed response head. The zero value is ready to parse into,
// again and again; a Response must not be copied while in use.
type Response struct {
	Message
	Status int
	Line   []byte // the status line, with its CRLF, as it came
}

// Parse parses the head whose end s found in buf.
func (r *Response) Parse(s *Scanner, buf []byte) error {
	line := s.startLine(buf)
	// The space behind the code is required, but some leave it out when there
	// is no reason phrase. That can be read in one way only.
	ok := len(line) == 12 || len(line) > 12 && line[12] == ' '
	ok = ok && line[8] == ' ' && line[9] >= '1' && line[9] <= '9' && digit(line[10]) && digit(line[11])
	if !ok || s.lead > 0 || !cleanValue(line) {
		return bad("not a status line: %s", Quote(line))
	}
	minor, err := parseVersion(line[:8])
	if err != nil {
		return err
	}
	r.Line = line[:len(line)+2]
	r.Status = int(line[9]-'0')*100 + int(line[10]-'0')*10 + int(line[11]-'0')
	if err := r.parseFields(s, buf, minor, true); err != nil {
		return err
	}
	switch {
	case r.codings > 0 && r.lengths > 0:
		return bad("Content-Length beside Transfer-Encoding")
	case r.codings > 0 && r.Minor == 0:
		return bad("Transfer-Encoding in an HTTP/1.0 response")
	}
	return nil
}

// Interim reports whether another response to the same request follows.
func (r *Response) Interim() bool { return r.Status < 200 && r.Status != 101 }

// Persistent reports whether the sender wants to go on using its connection
// (RFC 9112 §9.3) and can be trusted with it: one that announces a body where
// none may be will probably send it, and it would pass for the next response.
func (r *Response) Persistent() bool {
	return r.Message.Persistent() && !(r.empty() && (r.Chunked || r.Coded || r.Length > 0))
}
