package systemproxy

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// recorded is what a system's program printed.
func recorded(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return strings.ReplaceAll(string(text), "\r\n", "\n")
}

// past is a bypass list.
func past(t *testing.T, patterns ...string) *route.Bypass {
	t.Helper()
	list, err := route.ParseBypass(patterns)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// lines are entries to compare.
func lines(entries []entry) string {
	var b strings.Builder
	for _, e := range entries {
		if e.Value.Unset {
			b.WriteString(e.Key + " (unset)\n")
			continue
		}
		b.WriteString(e.Key + " " + e.Value.Text + "\n")
	}
	return b.String()
}

func TestGnomeCommands(t *testing.T) {
	now := parseGSettings(recorded(t, "gsettings-fresh.txt"))
	for _, tt := range []struct {
		name string
		p    Proxy
		want string
	}{
		{"all traffic", first, `set org.gnome.system.proxy.http host '127.0.0.1'
set org.gnome.system.proxy.http port 1095
set org.gnome.system.proxy.https host '127.0.0.1'
set org.gnome.system.proxy.https port 1095
set org.gnome.system.proxy.ftp host ''
set org.gnome.system.proxy.ftp port 0
set org.gnome.system.proxy.socks host ''
set org.gnome.system.proxy.socks port 0
set org.gnome.system.proxy.http use-authentication false
set org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1']
set org.gnome.system.proxy mode 'manual'
`},
		{"with SOCKS and a bypass", Proxy{Address: "[::1]:1095", SOCKS: "[::1]:1096", Bypass: past(t, "::1", "*.corp", "corp", "a*.corp.example")}, `set org.gnome.system.proxy.http host '::1'
set org.gnome.system.proxy.http port 1095
set org.gnome.system.proxy.https host '::1'
set org.gnome.system.proxy.https port 1095
set org.gnome.system.proxy.ftp host ''
set org.gnome.system.proxy.ftp port 0
set org.gnome.system.proxy.socks host '::1'
set org.gnome.system.proxy.socks port 1096
set org.gnome.system.proxy.http use-authentication false
set org.gnome.system.proxy ignore-hosts ['localhost', '127.0.0.0/8', '::1', '*.corp', 'corp']
set org.gnome.system.proxy mode 'manual'
`},
		{"a file", byFile, `set org.gnome.system.proxy autoconfig-url 'http://127.0.0.1:1095/x/proxy.pac'
set org.gnome.system.proxy mode 'auto'
`},
	} {
		var got strings.Builder
		for _, e := range (gnome{}).plan(tt.p, now) {
			got.WriteString(strings.Join(gsettingsSet(e, nil), " ") + "\n")
		}
		if got.String() != tt.want {
			t.Errorf("%s:\n%s\nwant\n%s", tt.name, got.String(), tt.want)
		}
	}
}

// What is as it is by default is not set.
func TestGnomeReset(t *testing.T) {
	fresh := parseGSettings(recorded(t, "gsettings-fresh.txt"))
	var got strings.Builder
	for _, e := range []entry{text(gnomeMode, "'none'"), text(gnomeHost("http"), "'x'"), text(gnomePort("http"), "8080")} {
		got.WriteString(strings.Join(gsettingsSet(e, fresh), " ") + "\n")
	}
	const want = `reset org.gnome.system.proxy mode
set org.gnome.system.proxy.http host 'x'
reset org.gnome.system.proxy.http port
`
	if got.String() != want {
		t.Errorf("got\n%s\nwant\n%s", got.String(), want)
	}
}

// There is another default than was expected: what was reset by that is set.
func TestGnomeOtherDefaults(t *testing.T) {
	schema := recorded(t, "gsettings-fresh.txt")
	site := replaced(parseGSettings(schema), gnomeMode, value{Text: "'auto'"})
	now := slices.Clone(site)
	g := gnome{
		defaults: func(context.Context) (string, error) { return schema, nil },
		run: func(_ context.Context, args ...string) (string, error) {
			switch args[0] {
			case "set":
				now = replaced(now, args[1]+" "+args[2], value{Text: args[3]})
			case "reset":
				v, _ := find(site, args[1]+" "+args[2])
				now = replaced(now, args[1]+" "+args[2], v)
			}
			return lines(now), nil
		},
	}
	users := []entry{text(gnomeMode, "'none'"), text(gnomePort("http"), "8080")}
	if err := g.write(t.Context(), users); err != nil {
		t.Fatal(err)
	}
	if e, differs := differing(users, now); differs {
		t.Errorf("%s is not set", e.Key)
	}
}

func TestAdministered(t *testing.T) {
	for _, tt := range []struct {
		profile, dirs, file string
		want                bool
	}{
		{"", "", "", false},
		{"", "", "/etc/dconf/profile/user", true},
		{"", "", "/usr/share/dconf/profile/user", true},
		{"", "/a:/b", "/b/dconf/profile/user", true},
		{"", "/a:/b", "/usr/share/dconf/profile/user", false},
		{"", "", "/etc/dconf/profile/gdm", false},
		{"company", "", "", true},
	} {
		env := map[string]string{"DCONF_PROFILE": tt.profile, "XDG_DATA_DIRS": tt.dirs}
		got := administered(func(name string) string { return env[name] }, func(path string) bool { return path == tt.file })
		if got != tt.want {
			t.Errorf("%+v: %v", tt, got)
		}
	}
}

func TestGnomeWithoutOldKeys(t *testing.T) {
	now := slices.DeleteFunc(parseGSettings(recorded(t, "gsettings-fresh.txt")), func(e entry) bool {
		return strings.Contains(e.Key, "ftp") || e.Key == gnomeLogin
	})
	for _, e := range (gnome{}).plan(first, now) {
		if _, ok := find(now, e.Key); !ok {
			t.Errorf("%s is set, and is not there", e.Key)
		}
	}
}

func TestGnomeUsersOwn(t *testing.T) {
	fresh := parseGSettings(recorded(t, "gsettings-fresh.txt"))
	users := parseGSettings(recorded(t, "gsettings-manual.txt"))
	if got := (gnome{}).user(first, users); !slices.Equal(got, users) {
		t.Errorf("the user's own became\n%s", lines(got))
	}
	for _, p := range []Proxy{first, second, byFile} {
		now := slices.Clone(fresh)
		for _, e := range (gnome{}).plan(p, fresh) {
			now = replaced(now, e.Key, e.Value)
		}
		if got := (gnome{}).user(p, now); !slices.Equal(got, fresh) {
			t.Errorf("what led to %v became\n%s", p, lines(got))
		}
	}
}

func TestGVariant(t *testing.T) {
	for _, tt := range []struct{ s, want string }{
		{"", `''`}, {"127.0.0.1", `'127.0.0.1'`}, {`it's`, `"it's"`}, {`a\b`, `'a\\b'`}, {`"x"`, `'"x"'`}, {`'"`, `"'\""`},
	} {
		if got := gvariant(tt.s); got != tt.want || ungvariant(got) != tt.s {
			t.Errorf("gvariant(%q) = %s, and back %q", tt.s, got, ungvariant(got))
		}
	}
	for _, text := range []string{"", "'", "8080", "@as []", `'x"`} {
		if got := ungvariant(text); got != "" {
			t.Errorf("ungvariant(%s) = %q", text, got)
		}
	}
}

func TestDesktopFamily(t *testing.T) {
	for desktop, want := range map[string]string{
		"GNOME": gnomeName, "ubuntu:GNOME": gnomeName, "X-Cinnamon": gnomeName, "MATE": gnomeName, "XFCE": gnomeName,
		"Budgie:GNOME": gnomeName, "KDE": kdeName, "Unity:Unity7:ubuntu": gnomeName, "LXQt": "", "sway": "", "": "",
	} {
		if got := desktopFamily(desktop); got != want {
			t.Errorf("desktopFamily(%q) = %q, want %q", desktop, got, want)
		}
	}
	for desktop, says := range map[string]string{"LXQt": "the desktop LXQt", "": "no desktop runs here"} {
		if err := unsupported(desktop); !strings.HasPrefix(err.Error(), says) || !strings.Contains(err.Error(), "drawbridge env") {
			t.Errorf("unsupported(%q) = %q", desktop, err)
		}
	}
}
