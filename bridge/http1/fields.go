package http1

// Kind tells the fields that an intermediary must know from all others.
type Kind uint8

// The zero Kind is every field that is none of the intermediary's business.
const (
	Other Kind = iota
	Connection
	ContentLength
	Expect
	Host
	KeepAlive
	MaxForwards
	ProxyAuthenticate
	ProxyAuthenticationInfo
	ProxyAuthorization
	ProxyConnection
	TE
	TransferEncoding
	Upgrade
	Via
)

// A Field is one field line.
type Field struct {
	Line  []byte // with its CRLF, as it came
	Name  []byte
	Value []byte // without the whitespace around it
	Kind  Kind
	// Listed says that a Connection field names this one, which makes it
	// hop-by-hop (RFC 9110 §7.6.1).
	Listed bool
	// Loose says that a response had whitespace between name and colon, which
	// must not be passed on (RFC 9112 §5.1).
	Loose bool
}

// kindOf goes by the length first: most names end there.
func kindOf(name []byte) Kind {
	is := func(word string, k Kind) Kind {
		if Is(name, word) {
			return k
		}
		return Other
	}
	switch len(name) {
	case 2:
		return is("te", TE)
	case 3:
		return is("via", Via)
	case 4:
		return is("host", Host)
	case 6:
		return is("expect", Expect)
	case 7:
		return is("upgrade", Upgrade)
	case 10:
		if lower(name[0]) == 'c' {
			return is("connection", Connection)
		}
		return is("keep-alive", KeepAlive)
	case 12:
		return is("max-forwards", MaxForwards)
	case 14:
		return is("content-length", ContentLength)
	case 16:
		return is("proxy-connection", ProxyConnection)
	case 17:
		return is("transfer-encoding", TransferEncoding)
	case 18:
		return is("proxy-authenticate", ProxyAuthenticate)
	case 19:
		return is("proxy-authorization", ProxyAuthorization)
	case 25:
		return is("proxy-authentication-info", ProxyAuthenticationInfo)
	}
	return Other
}
