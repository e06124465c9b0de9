package systemproxy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// The options of a connection of WinINet, the LAN or one that is dialled: INTERNET_PER_CONN_… in wininet.h.
const (
	winFlags  = 1
	winServer = 2
	winBypass = 3
	winPAC    = 4
)

// What flags say, PROXY_TYPE_… there.
const (
	winDirect = 1 << iota
	winManual
	winByFile
)

// A connection is one with its setting. The LAN's name is "".
type connection struct {
	name                string
	flags               uint32
	server, bypass, pac string
}

// winKey is what the journal calls an option. Names of connections may have spaces.
func winKey(option, connection string) string {
	if connection == "" {
		return option
	}
	return option + " " + connection
}

func winEntries(connections []connection) []entry {
	var entries []entry
	for _, c := range connections {
		entries = append(entries,
			text(winKey("pac", c.name), c.pac),
			text(winKey("server", c.name), c.server),
			text(winKey("bypass", c.name), c.bypass),
			// Windows says always that direct connections are possible; Wine only where there is no proxy.
			text(winKey("flags", c.name), strconv.FormatUint(uint64(c.flags|winDirect), 10)))
	}
	return entries
}

// winConnections are those that entries are of.
func winConnections(entries []entry) []string {
	var names []string
	for _, e := range entries {
		_, name, _ := strings.Cut(e.Key, " ")
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// A winOption is one to set: text, or number for flags.
type winOption struct {
	option uint32
	text   string
	number uint32
}

// winOptions is what to set for one connection.
func winOptions(entries []entry, connection string) ([]winOption, error) {
	var options []winOption
	for _, e := range entries {
		option, name, _ := strings.Cut(e.Key, " ")
		if name != connection {
			continue
		}
		switch option {
		case "pac":
			options = append(options, winOption{option: winPAC, text: e.Value.Text})
		case "server":
			options = append(options, winOption{option: winServer, text: e.Value.Text})
		case "bypass":
			options = append(options, winOption{option: winBypass, text: e.Value.Text})
		case "flags":
			flags, err := strconv.ParseUint(e.Value.Text, 10, 32)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", e.Key, err)
			}
			options = append(options, winOption{option: winFlags, number: uint32(flags)})
		}
	}
	return options, nil
}

// winPlan leads every connection there is now to p. A file's URL goes where a proxy is set: some programs would read it
// in spite of the flags. SOCKS is left out: Windows speaks version 4, for which clients look names up themselves.
func winPlan(p Proxy, now []entry) []entry {
	var want []entry
	for _, name := range winConnections(now) {
		if p.PAC != "" {
			want = append(want, text(winKey("pac", name), p.PAC), text(winKey("flags", name), strconv.Itoa(winDirect|winByFile)))
			continue
		}
		want = append(want,
			text(winKey("pac", name), ""),
			text(winKey("server", name), p.Address), // for all protocols; many programs understand no other form
			text(winKey("bypass", name), strings.Join(p.bypass(route.WinINet, "localhost", "127.*", "[::1]"), ";")),
			text(winKey("flags", name), strconv.Itoa(winDirect|winManual)))
	}
	return want
}

// winUser is now without what leads to p.
func winUser(p Proxy, now []entry) []entry {
	for _, name := range winConnections(now) {
		drop := func(option string, flag uint64) {
			now = replaced(now, winKey(option, name), value{})
			is, _ := find(now, winKey("flags", name))
			if flags, err := strconv.ParseUint(is.Text, 10, 32); err == nil {
				now = replaced(now, winKey("flags", name), value{Text: strconv.FormatUint(flags&^flag|winDirect, 10)})
			}
		}
		if pac, _ := find(now, winKey("pac", name)); p.serves(pac.Text) {
			drop("pac", winByFile)
		}
		server, _ := find(now, winKey("server", name))
		for part := range strings.FieldsFuncSeq(server.Text, func(r rune) bool { return r == ';' || r == ' ' }) {
			if kind, address, ok := strings.Cut(part, "="); part == p.Address || ok && kind != "socks" && address == p.Address {
				drop("server", winManual)
				break
			}
		}
	}
	return now
}

// winKept is what of entries Windows is sure to keep: Wine's WinINet forgets the bypass list.
func winKept(entries []entry) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool { return strings.HasPrefix(e.Key, "bypass") })
}

// A registryState is what the registry says of the LAN, in Internet Settings of the current user.
type registryState struct {
	enable      uint64 // ProxyEnable
	server, pac string // ProxyServer, AutoConfigURL
}

// check says in what the registry differs from what was set for the LAN, as it does where a policy forbids it.
func (r registryState) check(entries []entry) error {
	set, _ := find(entries, "flags")
	flags, _ := strconv.ParseUint(set.Text, 10, 32) // 0 if they are not among them
	byFile := flags&winByFile != 0
	for _, e := range entries {
		var is string
		switch e.Key {
		case "server":
			is = r.server
		case "pac":
			if is = r.pac; is == "" && !byFile {
				continue // where no file is used, Windows may keep its URL elsewhere
			}
		case "flags":
			flags, err := strconv.ParseUint(e.Value.Text, 10, 32)
			if on := flags&winManual != 0; err != nil || on == (r.enable != 0) {
				continue
			}
			return fmt.Errorf("flags: the registry has %d as ProxyEnable", r.enable)
		default:
			continue
		}
		if is != e.Value.Text {
			return fmt.Errorf("%s: the registry has %q, not %q", e.Key, is, e.Value.Text)
		}
	}
	return nil
}
