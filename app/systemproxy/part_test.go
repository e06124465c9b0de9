package systemproxy

import (
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// Each key that we set, on whichever system and in whichever way, is about something, and the right one decides.
func TestPartOf(t *testing.T) {
	bypass, err := route.ParseBypass(nil)
	if err != nil {
		t.Fatal(err)
	}
	all := Proxy{Address: "127.0.0.1:1095", SOCKS: "127.0.0.1:1095", Bypass: bypass}
	file := Proxy{Address: all.Address, PAC: "http://127.0.0.1:1095/x.pac", Bypass: bypass}
	mac := []entry{text(macKey(macEnabled, "Wi-Fi"), "Yes")}
	win := winEntries([]connection{{}, {name: "Work VPN"}})
	gnomeHas := []entry{text(gnomeLogin, "false"), text(gnomeHost("ftp"), "''"), text(gnomePort("ftp"), "0")}
	want := map[string]Part{
		"org.gnome.system.proxy mode": Mode, "org.gnome.system.proxy autoconfig-url": PACFile, "org.gnome.system.proxy ignore-hosts": Bypass,
		"org.gnome.system.proxy.http host": Address, "org.gnome.system.proxy.http port": Address,
		"org.gnome.system.proxy.https host": Address, "org.gnome.system.proxy.https port": Address,
		"org.gnome.system.proxy.ftp host": Others, "org.gnome.system.proxy.ftp port": Others,
		"org.gnome.system.proxy.socks host": Others, "org.gnome.system.proxy.socks port": Others,
		"org.gnome.system.proxy.http use-authentication": Login,
		"kioslaverc ProxyType":                           Mode, "kioslaverc Proxy Config Script": PACFile, "kioslaverc NoProxyFor": Bypass, "kioslaverc ReversedException": Bypass,
		"kioslaverc httpProxy": Address, "kioslaverc httpsProxy": Address, "kioslaverc ftpProxy": Others, "kioslaverc socksProxy": Others,
		"flags": Mode, "server": Address, "bypass": Bypass, "pac": PACFile,
		"flags Work VPN": Mode, "server Work VPN": Address, "bypass Work VPN": Bypass, "pac Work VPN": PACFile,
		"web Wi-Fi": Address, "web-on Wi-Fi": Mode, "secure Wi-Fi": Address, "secure-on Wi-Fi": Mode, "socks Wi-Fi": Others, "socks-on Wi-Fi": Others,
		"pac Wi-Fi": PACFile, "pac-on Wi-Fi": Mode, "bypass Wi-Fi": Bypass, "discovery Wi-Fi": PACFile,
	}
	seen := make(map[string]bool)
	for _, p := range []Proxy{all, file} {
		for _, plan := range [][]entry{gnome{}.plan(p, gnomeHas), kdePlan(p, nil), winPlan(p, win), macPlan(p, mac)} {
			if len(plan) == 0 {
				t.Fatal("nothing is set")
			}
			for _, e := range plan {
				seen[e.Key] = true
				if got := PartOf(e.Key); got != want[e.Key] || got == "" {
					t.Errorf("PartOf(%q) = %q, want %q", e.Key, got, want[e.Key])
				}
			}
		}
	}
	if len(seen) != len(want) {
		t.Errorf("%d keys are set, want %d", len(seen), len(want))
	}
	for _, key := range []string{"org.gnome.system.proxy", "org.gnome.system.proxy use-same-proxy", "kioslaverc", "kioslaverc AuthMode", "x"} {
		if got := PartOf(key); got != "" {
			t.Errorf("PartOf(%q) = %q, want none", key, got)
		}
	}
}

func TestDecides(t *testing.T) {
	for _, tt := range []struct {
		keys []string
		want bool
	}{
		{nil, false},
		{[]string{gnomeIgnore, gnomeLogin, gnomeHost("socks")}, false},
		{[]string{gnomeIgnore, gnomeMode}, true},
		{[]string{kdeHTTPS}, true},
		{[]string{"bypass Wi-Fi", "discovery Wi-Fi"}, true},
		{[]string{"bypass"}, false},
		{[]string{"flags"}, true},
		{[]string{"what is this"}, true}, // who knows
	} {
		if got := Decides(tt.keys); got != tt.want {
			t.Errorf("Decides(%q) = %v, want %v", tt.keys, got, tt.want)
		}
	}
}
