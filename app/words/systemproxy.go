package words

import (
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
)

// Changed names what another program has changed of the system's proxy, inside a sentence: "the address, the bypass list".
// A key that is none of ours goes by its own name.
func (l *Language) Changed(keys []string) string {
	var names []string
	for _, key := range keys {
		name := key
		if part := systemproxy.PartOf(key); part != "" {
			name = l.Say("part." + string(part))
		}
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return strings.Join(names, l.Say("unsaid.comma"))
}

// Unsupported says why the system's proxy cannot be set, and what to do instead.
func (l *Language) Unsupported(p app.SystemProxy) string {
	if p.WhyCode == "" && p.Why != "" && p.Why != app.ErrNoSystemProxy.Error() {
		return p.Why
	}
	return l.unsupported("unsupported.", p, "window.no_system_proxy")
}

// UnsupportedItem is the title of the menu item that then cannot be clicked.
func (l *Language) UnsupportedItem(p app.SystemProxy) string {
	why := l.unsupported("unsupported_brief.", p, "")
	if why == "" {
		return l.Say("tray.no_system_proxy")
	}
	return l.Say("tray.no_system_proxy_why", "why", why)
}

// unsupported says the sentence of p's code, or another one where the code has none.
func (l *Language) unsupported(table string, p app.SystemProxy, otherwise string) string {
	key := table + p.WhyCode
	if _, ok := english().sentences[key]; !ok {
		key = otherwise
	}
	return l.Say(key, "desktop", p.WhyDesktop)
}
