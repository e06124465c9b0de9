package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// A mac is a machine with the program networksetup, as recorded and as people report of it.
type mac struct {
	*machine
	services []*macService
	exits    bool   // it exits with a code when it fails, as newer ones do; older ones only say so
	strict   bool   // it refuses an empty address
	refusal  string // what it says instead of setting anything; "-": nothing
}

// A macService is a network service.
type macService struct {
	name      string
	disabled  bool
	proxies   [3]macProxy // as in macKinds: web, secure, socks
	url       string
	urlOn     bool
	bypass    []string
	discovery bool
}

type macProxy struct {
	host, port string
	on, login  bool
}

const (
	macInvalid      = "** Error: The parameters were not valid.\n"
	macUnauthorized = "** Error: Command requires admin privileges.\n"
)

func newMac(t testing.TB, services ...*macService) *mac {
	m := &mac{machine: newMachine(t), services: services, exits: true}
	m.as = networkSetup{m.run}
	return m
}

// macServicesOfAnna are what somebody may have: her own settings of each kind, and names of every kind.
func macServicesOfAnna() []*macService {
	return []*macService{
		{name: "Wi-Fi", bypass: []string{"*.local", "169.254/16"}, discovery: true, proxies: [3]macProxy{
			{host: "proxy.example", port: "8080", on: true}, {host: "proxy.example", port: "8443", on: true}, {},
		}},
		{name: "USB 10/100/1000 LAN", url: "http://example/x.pac?a=b&c", urlOn: true, bypass: []string{"*.local"}},
		{name: "Anna & Bob's iPhone (2)", proxies: [3]macProxy{{}, {}, {host: "2001:db8::1", port: "1080", on: true}}},
		{name: "以太网", url: "file:///old.pac", proxies: [3]macProxy{{host: "old.example", port: "3128"}, {}, {}}},
		{name: "Thunderbolt Bridge", disabled: true, proxies: [3]macProxy{{host: "bridge.example", port: "80", on: true}, {}, {}}},
	}
}

// service returns the one of that name, or nil.
func (m *mac) service(name string) *macService {
	for _, s := range m.services {
		if s.name == name {
			return s
		}
	}
	return nil
}

// run is networksetup.
func (m *mac) run(_ context.Context, args ...string) (string, error) {
	if args[0] == "-listallnetworkservices" && len(args) == 1 {
		return m.list(), nil
	}
	if len(args) < 2 {
		return m.fail(macInvalid, 4)
	}
	s := m.service(args[1])
	if s == nil {
		return m.fail(args[1]+" is not a recognized network service.\n"+macInvalid, 4)
	}
	if out, ok := s.get(args[0]); ok {
		return out, nil
	}
	m.step()
	m.writes++
	switch {
	case m.unsunk:
		return "", errors.New("it was set before it was written down")
	case m.refusal == "-":
		return "", nil
	case m.refusal != "":
		return m.fail(m.refusal, 14)
	case !s.set(args[0], args[2:], m.strict):
		return m.fail(macInvalid, 4)
	}
	return "", nil
}

func (m *mac) fail(says string, code int) (string, error) {
	if m.exits {
		return says, fmt.Errorf("exit status %d", code)
	}
	return says, nil
}

func (m *mac) list() string {
	var b strings.Builder
	b.WriteString("An asterisk (*) denotes that a network service is disabled.\n")
	for _, s := range m.services {
		if s.disabled {
			b.WriteByte('*')
		}
		b.WriteString(s.name + "\n")
	}
	return b.String()
}

func yes(on bool) string {
	if on {
		return "Yes"
	}
	return "No"
}

func (s *macService) get(command string) (out string, ok bool) {
	switch command {
	case "-getautoproxyurl":
		url := s.url
		if url == "" {
			url = "(null)"
		}
		return fmt.Sprintf("URL: %s\nEnabled: %s\n", url, yes(s.urlOn)), true
	case "-getproxybypassdomains":
		if len(s.bypass) == 0 {
			return "There aren't any bypass domains set on " + s.name + ".\n", true
		}
		return strings.Join(s.bypass, "\n") + "\n", true
	case "-getproxyautodiscovery":
		return "Auto Proxy Discovery: " + map[bool]string{true: "On", false: "Off"}[s.discovery] + "\n", true
	}
	for i, p := range s.proxies {
		if command == macKinds[i].get {
			login := 0
			if p.login {
				login = 1
			}
			port := p.port
			if port == "" {
				port = "0"
			}
			return fmt.Sprintf("Enabled: %s\nServer: %s\nPort: %s\nAuthenticated Proxy Enabled: %d\n", yes(p.on), p.host, port, login), true
		}
	}
	return "", false
}

func (s *macService) set(command string, args []string, strict bool) bool {
	on := func(is *bool) bool {
		if len(args) != 1 || args[0] != "on" && args[0] != "off" {
			return false
		}
		*is = args[0] == "on"
		return true
	}
	switch command {
	case "-setautoproxyurl":
		if len(args) != 1 || strict && args[0] == "" {
			return false
		}
		s.url, s.urlOn = args[0], true
		return true
	case "-setautoproxystate":
		return on(&s.urlOn)
	case "-setproxyautodiscovery":
		return on(&s.discovery)
	case "-setproxybypassdomains":
		if s.bypass = slices.Clone(args); slices.Equal(args, []string{"Empty"}) {
			s.bypass = nil
		}
		return len(args) > 0
	}
	for i := range s.proxies {
		switch command {
		case macKinds[i].set:
			if len(args) != 2 || strict && args[0] == "" {
				return false
			}
			s.proxies[i] = macProxy{host: args[0], port: args[1], on: true} // no login any more
			return true
		case macKinds[i].state:
			return on(&s.proxies[i].on)
		}
	}
	return false
}

// letter is all that networksetup prints of all services.
func (m *mac) letter() string {
	var b strings.Builder
	b.WriteString(m.list())
	for _, s := range m.services {
		b.WriteString(s.letter())
	}
	return b.String()
}

func (s *macService) letter() string {
	var b strings.Builder
	fmt.Fprintf(&b, "== %s\n", s.name)
	for _, command := range []string{
		"-getwebproxy", "-getsecurewebproxy", "-getsocksfirewallproxy", "-getautoproxyurl", "-getproxybypassdomains", "-getproxyautodiscovery",
	} {
		out, _ := s.get(command)
		b.WriteString(out)
	}
	return b.String()
}

// is fails the test if networksetup prints something else.
func (m *mac) is(t testing.TB, want string) {
	t.Helper()
	if got := m.letter(); got != want {
		t.Errorf("the system holds\n%s\nwant\n%s", got, want)
	}
}

// leads reports whether a service leads to p, as its programs would see it.
func (s *macService) leads(p Proxy) bool {
	if p.PAC != "" {
		return s.urlOn && s.url == p.PAC && !s.discovery
	}
	at := func(i int, address string) bool {
		host, port, _ := strings.Cut(macAddress(address), " ")
		return s.proxies[i] == macProxy{host: host, port: port, on: true}
	}
	socks := !s.proxies[2].on
	if p.SOCKS != "" {
		socks = at(2, p.SOCKS)
	}
	return at(0, p.Address) && at(1, p.Address) && socks && !s.urlOn && !s.discovery
}

// led fails the test if a service that is enabled does not lead to p.
func (m *mac) led(t testing.TB, p Proxy) {
	t.Helper()
	for _, s := range m.services {
		if s.leads(p) == s.disabled {
			t.Errorf("led to %v is %v:\n%s", p, s.leads(p), s.letter())
		}
	}
}
