package systemproxy

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// gnomeName is also what Cinnamon, MATE, XFCE and Budgie are: they have GNOME's setting.
const gnomeName = "gnome"

// gnome is the setting of GNOME and its family, in GSettings. A key's name is its schema and its own name; a value is
// what the program gsettings prints, GVariant text.
type gnome struct {
	run      func(ctx context.Context, args ...string) (string, error) // runs gsettings
	defaults func(ctx context.Context) (string, error)                 // lists what holds where nothing is set; may be empty
}

const gnomeSchema = "org.gnome.system.proxy"

// Keys of the schema.
const (
	gnomeMode   = gnomeSchema + " mode"
	gnomeIgnore = gnomeSchema + " ignore-hosts"
	gnomePAC    = gnomeSchema + " autoconfig-url"
	gnomeLogin  = gnomeSchema + ".http use-authentication"
)

// The schemas below it, and their ports where nothing is set up.
var gnomeKinds = [...]struct{ name, port string }{{"http", "8080"}, {"https", "0"}, {"ftp", "0"}, {"socks", "0"}}

func gnomeHost(kind string) string { return gnomeSchema + "." + kind + " host" }
func gnomePort(kind string) string { return gnomeSchema + "." + kind + " port" }

func (g gnome) name() string { return gnomeName }

func (g gnome) read(ctx context.Context) ([]entry, error) {
	out, err := g.run(ctx, "list-recursively", gnomeSchema)
	if err != nil {
		return nil, err
	}
	return parseGSettings(out), nil
}

// write resets what is to be as it is by default, so that nothing stays behind in the user's database. It checks what it
// has done: without a session's bus gsettings fails and exits with 0, and there may be other defaults than were expected.
func (g gnome) write(ctx context.Context, entries []entry) error {
	out, err := g.defaults(ctx)
	if err != nil {
		return err
	}
	if err := g.set(ctx, entries, parseGSettings(out)); err != nil {
		return err
	}
	if verify(ctx, g, entries) == nil {
		return nil
	}
	if err := g.set(ctx, entries, nil); err != nil {
		return err
	}
	return verify(ctx, g, entries)
}

func (g gnome) set(ctx context.Context, entries, defaults []entry) error {
	for _, e := range entries {
		if _, err := g.run(ctx, gsettingsSet(e, defaults)...); err != nil {
			return err
		}
	}
	return nil
}

// plan implements platform.
func (g gnome) plan(p Proxy, now []entry) []entry {
	if p.PAC != "" {
		return []entry{text(gnomePAC, gvariant(p.PAC)), text(gnomeMode, "'auto'")}
	}
	var want []entry
	for _, kind := range gnomeKinds {
		address := p.Address
		switch kind.name {
		case "ftp":
			address = ""
		case "socks":
			address = p.SOCKS
		}
		host, port := "", kind.port
		if address != "" {
			host, port, _ = net.SplitHostPort(address) // was checked
		}
		want = append(want, text(gnomeHost(kind.name), gvariant(host)), text(gnomePort(kind.name), port))
	}
	want = append(want,
		text(gnomeLogin, "false"), // the user's is for the user's own proxy
		text(gnomeIgnore, gvariantList(p.bypass(route.GNOME, "localhost", "127.0.0.0/8", "::1"))),
		text(gnomeMode, "'manual'"))
	return existing(want, now, gnomeHost("ftp"), gnomePort("ftp"), gnomeLogin)
}

// user implements platform.
func (g gnome) user(p Proxy, now []entry) []entry {
	mode, _ := find(now, gnomeMode)
	if url, _ := find(now, gnomePAC); p.serves(ungvariant(url.Text)) {
		now = replaced(now, gnomePAC, value{Text: "''"})
		if mode.Text == "'auto'" {
			now = replaced(now, gnomeMode, value{Text: "'none'"})
		}
	}
	for _, kind := range gnomeKinds {
		host, _ := find(now, gnomeHost(kind.name))
		port, _ := find(now, gnomePort(kind.name))
		if !p.leads(ungvariant(host.Text), port.Text) {
			continue
		}
		now = replaced(now, gnomeHost(kind.name), value{Text: "''"})
		now = replaced(now, gnomePort(kind.name), value{Text: kind.port})
		if mode.Text == "'manual'" {
			now = replaced(now, gnomeMode, value{Text: "'none'"})
		}
	}
	return now
}

// administered reports whether dconf may know an administrator's defaults: whether there is a profile (dconf(7)).
func administered(env func(string) string, exists func(path string) bool) bool {
	if env("DCONF_PROFILE") != "" {
		return true
	}
	dirs := env("XDG_DATA_DIRS")
	if dirs == "" {
		dirs = "/usr/local/share:/usr/share"
	}
	return slices.ContainsFunc(append(strings.Split(dirs, ":"), "/etc"), func(dir string) bool { return exists(dir + "/dconf/profile/user") })
}

// gsettingsSet is the command that sets a key, or resets it if that is its default.
func gsettingsSet(e entry, defaults []entry) []string {
	schema, key, _ := strings.Cut(e.Key, " ")
	if v, ok := find(defaults, e.Key); ok && v == e.Value {
		return []string{"reset", schema, key}
	}
	return []string{"set", schema, key, e.Value.Text}
}

// parseGSettings reads what gsettings list-recursively prints: a line for each key, with schema, name and value.
func parseGSettings(out string) []entry {
	var entries []entry
	for line := range strings.Lines(out) {
		schema, rest, _ := strings.Cut(strings.TrimRight(line, "\r\n"), " ")
		key, v, ok := strings.Cut(rest, " ")
		if ok {
			entries = append(entries, text(schema+" "+key, v))
		}
	}
	return entries
}

// gvariant prints a string as GLib does (g_variant_print), so that what is set and what is read are the same text.
func gvariant(s string) string {
	quote := `'`
	if strings.Contains(s, `'`) {
		quote = `"`
	}
	return quote + strings.NewReplacer(`\`, `\\`, quote, `\`+quote).Replace(s) + quote
}

// ungvariant is the way back. What is no string is "".
func ungvariant(text string) string {
	if len(text) < 2 || text[0] != '\'' && text[0] != '"' || text[len(text)-1] != text[0] {
		return ""
	}
	return strings.NewReplacer(`\\`, `\`, `\'`, `'`, `\"`, `"`).Replace(text[1 : len(text)-1])
}

func gvariantList(list []string) string {
	if len(list) == 0 {
		return "@as []" // its type can't be seen
	}
	var items []string
	for _, s := range list {
		items = append(items, gvariant(s))
	}
	return fmt.Sprintf("[%s]", strings.Join(items, ", "))
}

// text is an entry that is there.
func text(key, v string) entry { return entry{key, value{Text: v}} }

// existing is want without those of the optional keys that the system does not have.
func existing(want, now []entry, optional ...string) []entry {
	var there []entry
	for _, e := range want {
		if _, ok := find(now, e.Key); ok || !slices.Contains(optional, e.Key) {
			there = append(there, e)
		}
	}
	return there
}
