package systemproxy

import (
	"net"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// What a network service ("Wi-Fi") has, as the journal calls it. A key's name is one of these and the service's.
const (
	macWeb       = "web"       // "host port"
	macSecure    = "secure"    // the same
	macSOCKS     = "socks"     // the same
	macPAC       = "pac"       // a URL
	macBypass    = "bypass"    // one in a line
	macDiscovery = "discovery" // "Yes" or "No"
	macEnabled   = "enabled"   // the service itself; never set
)

// macOn is the switch of what has one, "Yes" or "No".
func macOn(kind string) string { return kind + "-on" }

func macKey(kind, service string) string { return kind + " " + service }

// A macKind has an address and a switch; these are networksetup's words for it.
type macKind struct{ kind, get, set, state string }

var macKinds = [...]macKind{
	{macWeb, "-getwebproxy", "-setwebproxy", "-setwebproxystate"},
	{macSecure, "-getsecurewebproxy", "-setsecurewebproxy", "-setsecurewebproxystate"},
	{macSOCKS, "-getsocksfirewallproxy", "-setsocksfirewallproxy", "-setsocksfirewallproxystate"},
	{macPAC, "-getautoproxyurl", "-setautoproxyurl", "-setautoproxystate"},
}

// macServices reads -listallnetworkservices: after a line for people, one for each, those disabled with an asterisk.
func macServices(out string) []entry {
	var entries []entry
	_, rest, _ := strings.Cut(out, "\n")
	for line := range strings.Lines(rest) {
		name, disabled := strings.CutPrefix(strings.TrimRight(line, "\r\n"), "*")
		if name == "" {
			continue
		}
		on := "Yes"
		if disabled {
			on = "No"
		}
		entries = append(entries, text(macKey(macEnabled, name), on))
	}
	return entries
}

// macRead reads what networksetup prints for one kind of one service.
func macRead(kind, service, out string) []entry {
	field := func(name string) string {
		for line := range strings.Lines(out) {
			if v, ok := strings.CutPrefix(line, name+":"); ok {
				return strings.TrimSpace(v)
			}
		}
		return ""
	}
	at := ""
	switch kind {
	case macBypass:
		if !strings.HasPrefix(out, "There aren't any") {
			at = strings.TrimRight(out, "\r\n")
		}
		return []entry{text(macKey(kind, service), at)}
	case macDiscovery:
		on := "No"
		if field("Auto Proxy Discovery") == "On" {
			on = "Yes"
		}
		return []entry{text(macKey(kind, service), on)}
	case macPAC:
		if at = field("URL"); at == "(null)" {
			at = ""
		}
	default:
		if at = field("Server"); at != "" {
			at += " " + field("Port")
		}
	}
	return []entry{text(macKey(kind, service), at), text(macKey(macOn(kind), service), field("Enabled"))}
}

// macPlan leads every service that is enabled to p. A file, or a search for one, would win over a proxy.
func macPlan(p Proxy, now []entry) []entry {
	var want []entry
	for _, e := range now {
		service, ok := strings.CutPrefix(e.Key, macEnabled+" ")
		if !ok || e.Value.Text != "Yes" {
			continue
		}
		set := func(kind, v string) { want = append(want, text(macKey(kind, service), v)) }
		set(macDiscovery, "No")
		if p.PAC != "" {
			set(macPAC, p.PAC)
			set(macOn(macPAC), "Yes")
			continue
		}
		set(macOn(macPAC), "No")
		set(macBypass, strings.Join(p.bypass(route.MacOS, "localhost", "127/8", "::1"), "\n"))
		if p.SOCKS != "" {
			set(macSOCKS, macAddress(p.SOCKS))
			set(macOn(macSOCKS), "Yes")
		} else {
			set(macOn(macSOCKS), "No")
		}
		for _, kind := range []string{macWeb, macSecure} {
			set(kind, macAddress(p.Address))
			set(macOn(kind), "Yes")
		}
	}
	return want
}

func macAddress(address string) string {
	host, port, _ := net.SplitHostPort(address) // was checked
	return host + " " + port
}

// macUser is now without what leads to p.
func macUser(p Proxy, now []entry) []entry {
	for _, e := range now {
		kind, service, _ := strings.Cut(e.Key, " ")
		leads := false
		switch kind {
		case macPAC:
			leads = p.serves(e.Value.Text)
		case macWeb, macSecure, macSOCKS:
			host, port, _ := strings.Cut(e.Value.Text, " ")
			leads = p.leads(host, port)
		}
		if leads {
			now = replaced(now, e.Key, value{})
			now = replaced(now, macKey(macOn(kind), service), value{Text: "No"})
		}
	}
	return now
}

// macCommands are the arguments of networksetup that set entries. To set an address also switches it on, so the switch
// follows, as it is to be or as it is now.
func macCommands(entries, now []entry) [][]string {
	var commands [][]string
	switched := func(on string) string {
		if on == "Yes" {
			return "on"
		}
		return "off"
	}
	done := make(map[string]bool)
	for _, e := range entries {
		kind, service, _ := strings.Cut(e.Key, " ")
		switch kind {
		case macBypass:
			commands = append(commands, append([]string{"-setproxybypassdomains", service}, macList(e.Value.Text)...))
			continue
		case macDiscovery:
			commands = append(commands, []string{"-setproxyautodiscovery", service, switched(e.Value.Text)})
			continue
		}
		kind = strings.TrimSuffix(kind, "-on")
		i := slices.IndexFunc(macKinds[:], func(k macKind) bool { return k.kind == kind })
		if i < 0 || done[macKey(kind, service)] {
			continue
		}
		done[macKey(kind, service)] = true
		k := macKinds[i]
		if at, ok := find(entries, macKey(kind, service)); ok {
			commands = append(commands, append([]string{k.set, service}, macTarget(kind, at.Text)...))
		}
		on, ok := find(entries, macKey(macOn(kind), service))
		if !ok {
			on, _ = find(now, macKey(macOn(kind), service))
		}
		commands = append(commands, []string{k.state, service, switched(on.Text)})
	}
	return commands
}

// macList is networksetup's way to say a list; "Empty" is its word.
func macList(text string) []string {
	if text == "" {
		return []string{"Empty"}
	}
	return strings.Split(text, "\n")
}

// macTarget is networksetup's way to say where a kind leads.
func macTarget(kind, text string) []string {
	if kind == macPAC {
		return []string{text}
	}
	host, port, _ := strings.Cut(text, " ")
	return []string{host, port}
}

// macKept is what of entries networksetup is sure to keep: where there was no address, an empty one may be refused. It
// is switched off then, and leads nowhere.
func macKept(entries []entry) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
		kind, _, _ := strings.Cut(e.Key, " ")
		return e.Value.Text == "" && (kind == macWeb || kind == macSecure || kind == macSOCKS || kind == macPAC)
	})
}
