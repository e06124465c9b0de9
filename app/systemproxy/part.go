package systemproxy

import (
	"slices"
	"strings"
)

// A Part is what a key of a system's proxy setting is about, in a user's terms.
type Part string

// The parts. The zero value is that of a key that is none of ours.
const (
	Mode    Part = "mode"    // whether there is a proxy, and of which kind
	Address Part = "address" // of a proxy
	PACFile Part = "pac"     // its URL, or whether one is looked for
	Bypass  Part = "bypass"  // what goes direct
	Login   Part = "login"   // at the proxy
	Others  Part = "others"  // proxies for what is no web page: FTP, SOCKS
)

// PartOf says what a key is about, whichever system's it is.
func PartOf(key string) Part {
	switch key {
	case gnomeMode, kdeType:
		return Mode
	case gnomeHost("http"), gnomePort("http"), gnomeHost("https"), gnomePort("https"), kdeHTTP, kdeHTTPS:
		return Address
	case gnomePAC, kdePAC:
		return PACFile
	case gnomeIgnore, kdeBypass, kdeReversed:
		return Bypass
	case gnomeLogin:
		return Login
	case gnomeHost("ftp"), gnomePort("ftp"), gnomeHost("socks"), gnomePort("socks"), kdeFTP, kdeSOCKS:
		return Others
	}
	// Windows and macOS: behind it may stand the name of a connection, or of a network service.
	switch kind, _, _ := strings.Cut(key, " "); kind {
	case "flags", macOn(macWeb), macOn(macSecure), macOn(macPAC):
		return Mode
	case "server", macWeb, macSecure:
		return Address
	case macPAC, macDiscovery:
		return PACFile
	case macBypass:
		return Bypass
	case macSOCKS, macOn(macSOCKS):
		return Others
	}
	return ""
}

// Decides reports whether one of these keys decides where web pages come from: where another program has changed it, the
// system's programs are not led to the bridge any more, or not all of them.
func Decides(keys []string) bool {
	return slices.ContainsFunc(keys, func(key string) bool {
		switch PartOf(key) {
		case Bypass, Login, Others:
			return false
		}
		return true
	})
}
