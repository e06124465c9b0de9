package route

import (
	"slices"
	"strings"
)

// A Dialect is one of the ways in which programs and systems write a list of
// the targets that need no proxy.
type Dialect string

// The dialects.
const (
	WinINet Dialect = "wininet"  // ProxyOverride, as WinINet and Chromium on Windows read it
	MacOS   Dialect = "macos"    // networksetup -setproxybypassdomains
	GNOME   Dialect = "gnome"    // ignore-hosts of org.gnome.system.proxy, as GLib and Chromium read it
	KDE     Dialect = "kde"      // NoProxyFor in kioslaverc, as KIO and Chromium read it
	Curl    Dialect = "curl"     // NO_PROXY, as libcurl 7.86 and later read it
	Go      Dialect = "go"       // NO_PROXY, as golang.org/x/net/http/httpproxy reads it
	Python  Dialect = "python"   // NO_PROXY, as urllib and requests read it
	NoProxy Dialect = "no_proxy" // NO_PROXY for all three
)

// Dialects lists them.
func Dialects() []Dialect {
	return []Dialect{WinINet, MacOS, GNOME, KDE, Curl, Go, Python, NoProxy}
}

// A Reason is a code for why a dialect cannot say a pattern.
type Reason string

// The reasons. The first group lacks something, the second would let more go
// directly than the pattern does.
const (
	Ports      Reason = "ports"       // it has no ports, or not all programs read them
	UsualPorts Reason = "usual-ports" // it sees only ports that a URL writes, and 80 and 443 are left out there
	Stars      Reason = "stars"       // it has no star in this place
	Networks   Reason = "networks"    // it has no networks of this kind, or not all programs read them
	Local      Reason = "local"       // it has no word for names without a dot

	Under     Reason = "under"     // it would take in the names under this one; they are not in the list
	Itself    Reason = "itself"    // it would take in the name that these are under; that is not in the list
	Endings   Reason = "endings"   // it would take in every name that ends so
	Names     Reason = "names"     // it would take in names that look like the beginning of an address
	Addresses Reason = "addresses" // it would take in addresses
	Lookups   Reason = "lookups"   // it would look every name up on this machine
)

// An Unsaid is a pattern that a dialect cannot say.
type Unsaid struct {
	Pattern string `json:"pattern"` // as the user wrote it
	Reason  Reason `json:"reason"`
	Partly  bool   `json:"partly,omitempty"` // some of it is said, or only some programs read it
}

// A Saying is a list in a dialect.
type Saying struct {
	Entries []string // one by one, as networksetup and gsettings take them
	Text    string   // together, as the dialect is stored
	Unsaid  []Unsaid // in the list's order
}

// Say writes the list in a dialect. What it says never lets a target go directly
// that the list does not match, but for what the dialect's readers always do by
// themselves (localhost, for Go and Chromium); so what cannot be said exactly is
// said in part or left out, and the bridge, which then gets those requests,
// decides about them itself.
//
// A dialect in which example.org stands for the names under it as well says it
// only if the list has those too, as *.example.org.
func (b *Bypass) Say(d Dialect) Saying {
	g, list := grammarOf(d), b.plain()
	var s Saying
	if g.every && list.everything() {
		s.Entries = []string{"*"} // it has to stand alone for some
	} else {
		s = g.sayAll(list)
	}
	s.Text = g.join(s.Entries)
	return s
}

func (g *grammar) sayAll(list plainList) (s Saying) {
	var whole, rest plainList
	for i := range list {
		p := &list[i]
		entries, reason, partly := g.say(list, p)
		for _, e := range entries {
			if !slices.Contains(s.Entries, e) {
				s.Entries = append(s.Entries, e)
			}
		}
		if reason == "" {
			whole = append(whole, *p)
		} else {
			rest = append(rest, *p)
			s.Unsaid = append(s.Unsaid, Unsaid{p.text, reason, partly})
		}
	}
	// What lies within another one that is said, is said.
	unsaid := s.Unsaid
	s.Unsaid = nil
	for i := range rest {
		if !whole.hold(&rest[i]) {
			s.Unsaid = append(s.Unsaid, unsaid[i])
		}
	}
	return s
}

func (g *grammar) join(entries []string) string {
	if g.separator != "" {
		return strings.Join(entries, g.separator)
	}
	if len(entries) == 0 {
		return "@as []" // an empty array needs its type
	}
	return "['" + strings.Join(entries, "', '") + "']" // no pattern holds a quotation mark
}
