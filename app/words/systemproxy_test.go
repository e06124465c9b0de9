package words

import (
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

func TestChanged(t *testing.T) {
	for _, tt := range []struct {
		tag  string
		keys []string
		want string
	}{
		{"en", []string{"org.gnome.system.proxy mode"}, "the kind of proxy"},
		{"en", []string{"org.gnome.system.proxy.http host", "org.gnome.system.proxy.http port", "org.gnome.system.proxy ignore-hosts"}, "the address, the bypass list"},
		{"en", []string{"kioslaverc ProxyType", "org.gnome.system.proxy mode"}, "the kind of proxy"},
		{"en", []string{"server Wi-Fi", "flags", "pac", "discovery Wi-Fi"}, "the address, the kind of proxy, the PAC file"},
		{"en", []string{"socks Wi-Fi", "org.gnome.system.proxy.http use-authentication"}, "the proxy for SOCKS or FTP, the login"},
		{"en", []string{"a key of tomorrow", "bypass"}, "a key of tomorrow, the bypass list"},
		{"zh-Hans", []string{"flags", "server"}, "代理方式、地址"},
		{"ru", []string{"flags", "server"}, "вид прокси, адрес"},
	} {
		if got := In(tt.tag).Changed(tt.keys); got != tt.want {
			t.Errorf("%s: Changed(%q) = %q, want %q", tt.tag, tt.keys, got, tt.want)
		}
	}
	for _, part := range []systemproxy.Part{systemproxy.Mode, systemproxy.Address, systemproxy.PACFile, systemproxy.Bypass, systemproxy.Login, systemproxy.Others} {
		if key := "part." + string(part); In("en").Say(key) == key {
			t.Errorf("nobody says %s", key)
		}
	}
}

func TestUnsupported(t *testing.T) {
	lxqt := app.SystemProxy{Why: "the desktop LXQt has …", WhyCode: systemproxy.UnknownDesktop, WhyDesktop: "LXQt"}
	for _, tt := range []struct {
		tag        string
		proxy      app.SystemProxy
		says, item string
	}{
		{"en", lxqt, "Drawbridge knows no proxy setting of the desktop LXQt. Programs in a terminal can use the bridge all the same, see below.", "Use as system proxy (not known on LXQt)"},
		{"zh-Hans", lxqt, "Drawbridge 不了解桌面 LXQt 的代理设置。终端中的程序仍可使用吊桥，见下方。", "设为系统代理（不了解 LXQt 的设置）"},
		{"en", app.SystemProxy{WhyCode: systemproxy.NoDesktop}, "No desktop runs here whose proxy could be set. Programs in a terminal can use the bridge all the same, see below.", "Use as system proxy (no desktop here)"},
		{"ru", app.SystemProxy{WhyCode: systemproxy.NoGSettings, WhyDesktop: "GNOME"},
			"Программа gsettings, которая задаёт прокси этого рабочего стола, не установлена. Установите её и запустите Drawbridge снова.",
			"Использовать как системный прокси (gsettings не установлена)"},
		{"en", app.SystemProxy{Why: "the moon is full"}, "the moon is full", "Use as system proxy (not supported here)"},
		{"en", app.SystemProxy{Why: "the moon is full", WhyCode: "moon"}, "Setting the system's proxy is not supported here.", "Use as system proxy (not supported here)"},
		{"en", app.SystemProxy{Why: app.ErrNoSystemProxy.Error()}, "Setting the system's proxy is not supported here.", "Use as system proxy (not supported here)"},
		{"en", app.SystemProxy{}, "Setting the system's proxy is not supported here.", "Use as system proxy (not supported here)"},
	} {
		l := In(tt.tag)
		if says, item := l.Unsupported(tt.proxy), l.UnsupportedItem(tt.proxy); says != tt.says || item != tt.item {
			t.Errorf("%s: %+v: %q, %q, want %q, %q", tt.tag, tt.proxy, says, item, tt.says, tt.item)
		}
	}
}

func TestSystemProxyProblems(t *testing.T) {
	with := map[string]string{"cause": "no session bus"}
	for code, want := range map[string][2]string{
		"system-proxy":      {"The system's proxy could not be set to the bridge: no session bus", "Programs may go past"},
		"system-proxy-back": {"The system's own proxy setting could not be given back: no session bus", "Untick it once more"},
	} {
		what, next := In("en").Problem(app.Problem{Code: code, With: with, Text: "set the system's proxy: no session bus"})
		if what != want[0] || !strings.HasPrefix(next, want[1]) {
			t.Errorf("%s: %q, %q, want %q", code, what, next, want)
		}
	}
}
