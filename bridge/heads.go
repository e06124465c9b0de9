package bridge

import (
	"bytes"
	"strconv"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// What is forwarded of a head is every field line as it came, in its place,
// except those that RFC 9110 §7.6.1 reserves for one hop.

// requestEdit says what a request's head gets on its way to the target.
type requestEdit struct {
	authority []byte // the Host, from the request-target
	path      []byte // the new request-target
	upgrade   bool   // the request asks for another protocol: let that through
	hops      int64  // the new Max-Forwards; negative: as it came
	client    string // the client's IP for X-Forwarded-For; empty: none
	via       string // our name in Via; empty: none
}

// appendRequest appends the head of req as the target gets it (RFC 9112 §3.2.1).
func appendRequest(out []byte, req *http1.Request, e *requestEdit) []byte {
	out = append(out, req.Method...)
	out = append(out, ' ')
	out = append(out, e.path...)
	out = append(out, " HTTP/1.1\r\n"...)
	if req.Host == nil { // HTTP/1.0
		out = appendField(out, "Host", e.authority)
	}
	connection := false
	for i := range req.Fields {
		f := &req.Fields[i]
		switch f.Kind {
		case http1.Other, http1.ContentLength, http1.TransferEncoding, http1.Via:
			if f.Listed && !e.upgrade {
				continue
			}
		case http1.Host:
			if !bytes.Equal(f.Value, e.authority) {
				out = appendField(out, f.Name, e.authority)
				continue
			}
		case http1.Connection:
			if e.upgrade && !connection {
				out = appendUpgrade(out, f.Name, &req.Message)
				connection = true
			}
			continue
		case http1.Upgrade:
			if !e.upgrade {
				continue
			}
		case http1.Expect:
			if req.Minor == 0 { // must be ignored there (RFC 9110 §10.1.1)
				continue
			}
		case http1.MaxForwards:
			if e.hops >= 0 {
				out = append(append(out, f.Name...), ": "...)
				out = append(strconv.AppendInt(out, e.hops, 10), "\r\n"...)
				continue
			}
		default:
			continue
		}
		out = append(out, f.Line...)
	}
	if !connection && takesTrailers(req) {
		out = append(out, "Connection: TE\r\nTE: trailers\r\n"...)
	}
	if e.client != "" {
		out = appendField(out, "X-Forwarded-For", []byte(e.client))
		out = appendField(out, "X-Real-IP", []byte(e.client))
	}
	return appendEnd(out, req.Minor, e.via)
}

// takesTrailers reports whether the client says that it reads trailers. We pass
// them on, so the next hop may hear it; any other TE is between client and us.
func takesTrailers(req *http1.Request) bool {
	for i := range req.Fields {
		if req.Fields[i].Kind != http1.TE {
			continue
		}
		for e := range req.All("te") {
			if http1.Is(e, "trailers") {
				return true
			}
		}
		return false
	}
	return false
}

// appendUpgrade appends one Connection field with the elements that belong to
// an upgrade: not those about the connection itself.
func appendUpgrade[S []byte | string](out []byte, name S, m *http1.Message) []byte {
	out = append(out, name...)
	sep := ": "
	for e := range m.All("connection") {
		if http1.Is(e, "close") || http1.Is(e, "keep-alive") || http1.Is(e, "te") || http1.Is(e, "proxy-connection") {
			continue
		}
		out = append(append(out, sep...), e...)
		sep = ", "
	}
	return append(out, "\r\n"...)
}

// responseEdit says what a response's head gets on its way to the client.
type responseEdit struct {
	upgrade   bool // it answers an upgrade: let that through
	decode    bool // the client speaks HTTP/1.0 and cannot read chunks
	close     bool // say that we close
	keepAlive bool // say that we do not: HTTP/1.0 clients must be told
	via       string
}

// appendResponse appends the head of res as the client gets it.
func appendResponse(out []byte, res *http1.Response, e *responseEdit) []byte {
	out = append(out, "HTTP/1.1"...)
	out = append(out, res.Line[len("HTTP/1.1"):]...)
	connection := false
	for i := range res.Fields {
		f := &res.Fields[i]
		if f.Listed && !e.upgrade || !passes(f.Kind, e) {
			continue
		}
		switch {
		case f.Kind == http1.Connection:
			if !connection {
				out = appendUpgrade(out, f.Name, &res.Message)
				connection = true
			}
		case f.Loose:
			out = appendField(out, f.Name, f.Value)
		default:
			out = append(out, f.Line...)
		}
	}
	switch {
	case e.close: // beside a Connection for the upgrade, too: it is a list
		out = append(out, "Connection: close\r\n"...)
	case e.keepAlive:
		out = append(out, "Connection: keep-alive\r\n"...)
	}
	return appendEnd(out, res.Minor, e.via)
}

// passes tells which fields of a response go on to the client.
func passes(k http1.Kind, e *responseEdit) bool {
	switch k {
	case http1.Connection, http1.Upgrade:
		return e.upgrade
	case http1.TransferEncoding:
		return !e.decode
	case http1.KeepAlive, http1.ProxyConnection,
		// A target must not make the client ask its user for our password.
		http1.ProxyAuthenticate, http1.ProxyAuthenticationInfo:
		return false
	}
	return true
}

// unedited reports whether appendResponse would give back the same bytes, so
// that they can be passed on from where they lie.
func unedited(res *http1.Response, e *responseEdit) bool {
	if res.Minor != 1 || e.close || e.keepAlive || e.decode || e.upgrade || e.via != "" {
		return false
	}
	for i := range res.Fields {
		if f := &res.Fields[i]; f.Listed || f.Loose || !passes(f.Kind, e) {
			return false
		}
	}
	return true
}

func appendEnd(out []byte, minor int, via string) []byte {
	if via != "" {
		out = append(append(out, "Via: 1."...), byte('0'+minor), ' ')
		out = append(append(out, via...), "\r\n"...)
	}
	return append(out, "\r\n"...)
}

func appendField[S []byte | string](out []byte, name S, value []byte) []byte {
	out = append(append(out, name...), ": "...)
	return append(append(out, value...), "\r\n"...)
}
