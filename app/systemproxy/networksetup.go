package systemproxy

import (
	"fmt"
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

// macLogin is there, and never set, where a proxy of the user's wants a login.
func macLogin(kind string) string { return kind + "-login" }

// macNothing is how networksetup says of some addresses that there is none.
const macNothing = "(null)"

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

// macRead reads what networksetup prints for one kind of one service. What it does not know is an error: taken for an
// empty setting, it would come back as one.
func macRead(kind, service, out string) ([]entry, error) {
	strange := func() ([]entry, error) { return nil, fmt.Errorf("what it prints is not understood: %q", out) }
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
		return []entry{text(macKey(kind, service), at)}, nil
	case macDiscovery:
		switch field("Auto Proxy Discovery") {
		case "On":
			return []entry{text(macKey(kind, service), "Yes")}, nil
		case "Off":
			return []entry{text(macKey(kind, service), "No")}, nil
		}
		return strange()
	case macPAC:
		at = field("URL")
	default:
		at = field("Server")
	}
	if at == macNothing {
		at = ""
	}
	if at != "" && kind != macPAC {
		at += " " + field("Port")
	}
	on := field("Enabled")
	if on != "Yes" && on != "No" {
		return strange()
	}
	entries := []entry{text(macKey(kind, service), at), text(macKey(macOn(kind), service), on)}
	if login := field("Authenticated Proxy Enabled"); at != "" && (login == "1" || login == "Yes") {
		entries = append(entries, text(macKey(macLogin(kind), service), "Yes"))
	}
	return entries, nil
}

// macLoses returns the kind of proxy with a login that a service has, if leading it to p would lose that login, which
// networksetup does not tell. A file leaves proxies alone.
func macLoses(p Proxy, now []entry, service string) string {
	if p.PAC != "" {
		return ""
	}
	for _, k := range macKinds {
		_, login := find(now, macKey(macLogin(k.kind), service))
		at, _ := find(now, macKey(k.kind, service))
		host, port, _ := strings.Cut(at.Text, " ")
		if login && at.Text != "" && !p.leads(host, port) && (k.kind != macSOCKS || p.SOCKS != "") {
			return k.kind
		}
	}
	return ""
}

// macRefuse says why the system is not led to p.
func macRefuse(p Proxy, now []entry) error {
	for _, e := range now {
		service, ok := strings.CutPrefix(e.Key, macEnabled+" ")
		if !ok || e.Value.Text != "Yes" {
			continue
		}
		if kind := macLoses(p, now, service); kind != "" {
			return fmt.Errorf("%s: its %s proxy has a login, which could not be given back; a PAC file leaves it alone (drawbridge system-proxy pac)", service, kind)
		}
	}
	return nil
}

// macPlan leads every service that is enabled to p, but those whose login that would lose. A file, or a search for one, would win over a proxy.
func macPlan(p Proxy, now []entry) []entry {
	var want []entry
	for _, e := range now {
		service, ok := strings.CutPrefix(e.Key, macEnabled+" ")
		if !ok || e.Value.Text != "Yes" || macLoses(p, now, service) != "" {
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

// macClears reports whether a command clears where a kind leads, which may be refused. That is then switched off, and
// leads nowhere.
func macClears(args []string) bool {
	return len(args) > 2 && args[2] == "" && slices.ContainsFunc(macKinds[:], func(k macKind) bool { return k.set == args[0] })
}

// macKept is what of entries networksetup is sure to keep: where there was no address, an empty one may be refused. It
// is switched off then, and leads nowhere.
func macKept(entries []entry) []entry {
	return slices.DeleteFunc(slices.Clone(entries), func(e entry) bool {
		kind, _, _ := strings.Cut(e.Key, " ")
		return e.Value.Text == "" && (kind == macWeb || kind == macSecure || kind == macSOCKS || kind == macPAC)
	})
}
