package systemproxy

import (
	"errors"
	"slices"
	"strings"
	"testing"
)

// The program's double prints what the recorded one did.
func TestMacDoublePrintsAsRecorded(t *testing.T) {
	m := newMac(t,
		&macService{name: "Wi-Fi", url: "http://example/x.pac", bypass: []string{"*.local", "169.254/16"}, discovery: true, proxies: [3]macProxy{
			{host: "proxy.example", port: "8080", on: true}, {host: "proxy.example", port: "8080", on: true}, {}}},
		&macService{name: "USB 10/100 LAN"}, &macService{name: "Thunderbolt Bridge", disabled: true})
	run := func(args ...string) string {
		t.Helper()
		out, err := m.run(t.Context(), args...)
		if err != nil {
			t.Error(err)
		}
		return out
	}
	if got, want := run("-listallnetworkservices"), recorded(t, "networksetup-services.txt"); got != want {
		t.Errorf("the services are\n%s\nwant\n%s", got, want)
	}
	var got strings.Builder
	for _, service := range []string{"Wi-Fi", "USB 10/100 LAN"} {
		for _, command := range []string{
			"-getwebproxy", "-getsecurewebproxy", "-getsocksfirewallproxy", "-getautoproxyurl", "-getproxybypassdomains", "-getproxyautodiscovery",
		} {
			typed := service
			if strings.Contains(service, " ") {
				typed = `"` + service + `"`
			}
			got.WriteString("$ networksetup " + command + " " + typed + "\n" + run(command, service))
		}
	}
	if want := recorded(t, "networksetup.txt"); strings.TrimSpace(got.String()) != strings.TrimSpace(want) {
		t.Errorf("it prints\n%s\nwant\n%s", got.String(), want)
	}
}

// Whatever is done with the lease, each service has again what it had, to the letter.
func TestMacGivesBack(t *testing.T) {
	ctx := t.Context()
	for _, ways := range [][]Proxy{{first}, {second}, {byFile}, {first, second}, {second, first}, {second, byFile}, {byFile, second}, {first, first}} {
		for _, exits := range []bool{true, false} {
			m := newMac(t, macServicesOfAnna()...)
			m.exits = exits
			before := m.letter()
			disabled := m.service("Thunderbolt Bridge").letter()
			l := m.start()
			if err := l.Take(ctx, ways[0]); err != nil {
				t.Fatal(err)
			}
			m.led(t, ways[0])
			for _, p := range ways[1:] {
				if err := l.Move(ctx, p); err != nil {
					t.Fatal(err)
				}
				m.led(t, p)
			}
			if got := m.service("Thunderbolt Bridge").letter(); got != disabled {
				t.Errorf("%v: the disabled service has become\n%s", ways, got)
			}
			if s, err := l.Status(ctx); err != nil || !s.Taken || len(s.Changed) > 0 {
				t.Errorf("%v: Status = %+v, %v", ways, s, err)
			}
			if err := l.Return(ctx); err != nil {
				t.Fatal(err)
			}
			m.is(t, before)
			m.clean(t)
		}
	}
}

// At whichever step the process dies, the next one gives all back.
func TestMacDiesAnywhere(t *testing.T) {
	ctx := t.Context()
	for name, do := range map[string]func(l *Lease) error{
		"take":        func(l *Lease) error { return l.Take(ctx, second) },
		"take a file": func(l *Lease) error { return l.Take(ctx, byFile) },
		"move":        func(l *Lease) error { return errors.Join(l.Take(ctx, second), l.Move(ctx, first)) },
		"move to a file": func(l *Lease) error {
			return errors.Join(l.Take(ctx, second), l.Move(ctx, byFile))
		},
		"return":        func(l *Lease) error { return errors.Join(l.Take(ctx, second), l.Return(ctx)) },
		"return a file": func(l *Lease) error { return errors.Join(l.Take(ctx, byFile), l.Return(ctx)) },
	} {
		deaths := 0
		for fuse := 0; ; fuse++ {
			m := newMac(t, macServicesOfAnna()...)
			before := m.letter()
			l := m.start()
			m.fuse = fuse
			var err error
			lives := m.lives(l, func() { err = do(l) })
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if lives {
				l.lock.Close() // dies when all is done
			}
			if _, err := m.start().Heal(ctx); err != nil {
				t.Errorf("%s, dead after %d steps: %v", name, fuse, err)
			}
			if m.is(t, before); t.Failed() {
				t.Fatalf("%s, dead after %d steps", name, fuse)
			}
			m.clean(t)
			if lives {
				break
			}
			deaths++
		}
		if deaths < 10 {
			t.Errorf("%s: died %d times only", name, deaths)
		}
	}
}

// Where nothing may be set, whether it says so or not, all is as before.
func TestMacRefuses(t *testing.T) {
	for _, tt := range []struct {
		refusal string
		exits   bool
		says    string
	}{
		{macUnauthorized, true, "exit status 14: ** Error: Command requires admin privileges."},
		{macUnauthorized, false, "** Error: Command requires admin privileges."},
		{macInvalid, false, "** Error: The parameters were not valid."},
		{"-", true, "did not take"},
	} {
		m := newMac(t, macServicesOfAnna()...)
		before := m.letter()
		m.refusal, m.exits = tt.refusal, tt.exits
		l := m.start()
		if err := l.Take(t.Context(), first); err == nil || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Take = %v, want %q", err, tt.says)
		}
		m.is(t, before)
		m.clean(t)
		m.refusal = ""
		if err := l.Take(t.Context(), first); err != nil {
			t.Errorf("allowed: %v", err)
		}
		m.refusal = tt.refusal
		if err := l.Return(t.Context()); err == nil {
			t.Error("nothing was given back, and Return = nil")
		}
		m.refusal = ""
		if err := l.Return(t.Context()); err != nil {
			t.Error(err)
		}
		m.is(t, before)
	}
}

// Some refuse to take an address away. What was switched off before is switched off then.
func TestMacKeepsAddresses(t *testing.T) {
	for _, p := range []Proxy{second, byFile} {
		m := newMac(t, &macService{name: "Wi-Fi"}, &macService{name: "以太网", proxies: [3]macProxy{{host: "x.example", port: "1", on: true}}})
		m.strict = true
		other := m.service("以太网").proxies[0]
		l := m.start()
		if err := l.Take(t.Context(), p); err != nil {
			t.Fatal(err)
		}
		if err := l.Return(t.Context()); err != nil {
			t.Errorf("%v: Return = %v", p, err)
		}
		m.clean(t)
		for _, s := range m.services {
			if s.urlOn || s.proxies[1].on || s.proxies[2].on {
				t.Errorf("switched on is still\n%s", s.letter())
			}
		}
		if m.services[0].proxies[0].on || m.services[1].proxies[0] != other {
			t.Errorf("the web proxies are %+v and %+v", m.services[0].proxies[0], m.services[1].proxies[0])
		}
	}
}

// A login can't be read, so it can't be given back: such a proxy is left alone.
func TestMacLogin(t *testing.T) {
	ctx := t.Context()
	for kind, name := range []string{macWeb, macSecure, macSOCKS} {
		m := newMac(t, macServicesOfAnna()...)
		m.services[1].proxies[kind] = macProxy{host: "login.example", port: "8080", on: true, login: true}
		before := m.letter()
		l := m.start()
		if err := l.Take(ctx, second); err == nil || !strings.Contains(err.Error(), "USB 10/100/1000 LAN: its "+name+" proxy has a login") {
			t.Errorf("Take = %v", err)
		}
		m.is(t, before)
		m.clean(t)
		if err := l.Take(ctx, byFile); err != nil {
			t.Fatal(err)
		}
		m.led(t, byFile)
		if err := l.Return(ctx); err != nil {
			t.Fatal(err)
		}
		m.is(t, before)
	}

	// One that comes while all else is led to us is the user's.
	m := newMac(t, &macService{name: "Wi-Fi"})
	l := m.start()
	if err := l.Take(ctx, first); err != nil {
		t.Fatal(err)
	}
	vpn := &macService{name: "VPN", proxies: [3]macProxy{{host: "login.example", port: "1", on: true, login: true}}}
	its := vpn.letter()
	m.services = append(m.services, vpn)
	if err := l.Move(ctx, first); err != nil || vpn.letter() != its {
		t.Errorf("Move = %v, and it has\n%s", err, vpn.letter())
	}
	if err := l.Return(ctx); err != nil || vpn.letter() != its {
		t.Errorf("Return = %v, and it has\n%s", err, vpn.letter())
	}
}

// Services come, go, and come back while the system is led to us.
func TestMacServicesComeAndGo(t *testing.T) {
	ctx := t.Context()
	for _, p := range []Proxy{second, byFile} {
		m := newMac(t, macServicesOfAnna()...)
		before := m.letter()
		l := m.start()
		again := func() {
			t.Helper()
			if err := l.Move(ctx, p); err != nil {
				t.Fatal(err)
			}
			if s, err := l.Status(ctx); err != nil || len(s.Changed) > 0 {
				t.Errorf("Status = %+v, %v", s, err)
			}
		}
		if err := l.Take(ctx, p); err != nil {
			t.Fatal(err)
		}
		all := m.services
		m.services = []*macService{all[1], all[4]} // another location, say
		again()
		added := &macService{name: "New (3)", proxies: [3]macProxy{{host: "new.example", port: "1", on: true}}, discovery: true}
		its := added.letter()
		m.services = append([]*macService{added}, m.services...)
		again()
		m.led(t, p)
		m.services = all // and back
		again()
		m.led(t, p)
		all[0].disabled = true
		again()
		all[0].disabled = false
		again()
		m.led(t, p)
		m.services = append(slices.Clone(all), added)
		if err := l.Return(ctx); err != nil {
			t.Fatal(err)
		}
		if added.letter() != its {
			t.Errorf("the new service has\n%s\nwant\n%s", added.letter(), its)
		}
		m.services = all
		m.is(t, before)
		m.clean(t)
	}
}

// What is not there to be given back does not keep the rest from it.
func TestMacServiceVanishes(t *testing.T) {
	m := newMac(t, macServicesOfAnna()...)
	l := m.start()
	if err := l.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	m.services = slices.Delete(m.services, 1, 2)
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	m.clean(t)
	for _, was := range macServicesOfAnna() {
		if is := m.service(was.name); is != nil && is.letter() != was.letter() {
			t.Errorf("got\n%s\nwant\n%s", is.letter(), was.letter())
		}
	}
}

// What networksetup prints and is not known is no empty setting.
func TestMacStrangeOutput(t *testing.T) {
	for _, tt := range []struct{ kind, out string }{
		{macWeb, "Wi-Fi is not a recognized network service.\n"}, {macSOCKS, ""}, {macPAC, "URL: x\n"}, {macDiscovery, "Auto Proxy Discovery: Perhaps\n"},
	} {
		if got, err := macRead(tt.kind, "Wi-Fi", tt.out); err == nil {
			t.Errorf("%q is read as\n%s", tt.out, lines(got))
		}
	}
	const none = "Enabled: No\nServer: (null)\nPort: 0\nAuthenticated Proxy Enabled: 1\n"
	if got, err := macRead(macWeb, "Wi-Fi", none); lines(got) != "web Wi-Fi \nweb-on Wi-Fi No\n" || err != nil {
		t.Errorf("%q is read as\n%s, %v", none, lines(got), err)
	}
}

// What a process that died had not set yet is the user's still, also where a file of ours has come to stand beside it.
func TestMacTakenAnewAfterACrash(t *testing.T) {
	ctx := t.Context()
	for fuse := 0; ; fuse++ {
		m := newMac(t, macServicesOfAnna()...)
		before := m.letter()
		l := m.start()
		m.fuse = fuse
		if m.lives(l, func() { l.Take(ctx, second) }) {
			break
		}
		l = m.start()
		if err := errors.Join(l.Move(ctx, byFile), l.Take(ctx, first), l.Return(ctx)); err != nil {
			t.Fatal(err)
		}
		if m.is(t, before); t.Failed() {
			t.Fatalf("dead after %d steps", fuse)
		}
		m.clean(t)
	}
}
