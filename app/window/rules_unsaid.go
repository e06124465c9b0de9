package window

import (
	"slices"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// A hearsay is what others than the bridge cannot be told of a bypass list, in words. It is worked out anew only for
// another list: states come every second.
type hearsay struct {
	words  *words.Language
	system string // a GOOS

	of    []string
	lines map[string]string // by pattern; none for what all can be told
}

// about returns a line for each pattern of a list that some cannot be told. The list has no wrong patterns in it.
func (h *hearsay) about(bypass []string) map[string]string {
	if h.lines != nil && slices.Equal(bypass, h.of) {
		return h.lines
	}
	by := make(map[string][]app.Unsaid)
	for _, u := range app.UnsaidOn(h.system, bypass) {
		by[u.Pattern] = append(by[u.Pattern], u)
	}
	h.of, h.lines = bypass, make(map[string]string)
	for pattern, us := range by {
		h.lines[pattern] = unsaid(h.words, us)
	}
	return h.lines
}

// unsaid says in one line who cannot be told a pattern, and why not: of those who can be told a part of it that only
// where there is nobody else, lest the line get long.
func unsaid(l *words.Language, us []app.Unsaid) string {
	var not, partly []app.Unsaid
	for _, u := range us {
		if u.Partly {
			partly = append(partly, u)
		} else {
			not = append(not, u)
		}
	}
	switch {
	case len(not) == 0:
		return l.Say("unsaid.partly", "where", unsaidWhere(l, partly), "why", unsaidWhy(l, partly))
	case len(partly) == 0:
		return l.Say("unsaid.not", "where", unsaidWhere(l, not), "why", unsaidWhy(l, not))
	}
	return l.Say("unsaid.not_and_partly", "where", unsaidWhere(l, not), "why", unsaidWhy(l, not), "others", unsaidWhere(l, partly))
}

// unsaidWhere lists those who cannot be told, each once.
func unsaidWhere(l *words.Language, us []app.Unsaid) string {
	var names []string
	for _, u := range us {
		if name := l.Say("unsaid." + u.Dialect); !slices.Contains(names, name) { // a pattern may be in the list twice
			names = append(names, name)
		}
	}
	return strings.Join(names, l.Say("unsaid.comma"))
}

// unsaidWhy says why they cannot be told their pattern, where that is the same for all.
func unsaidWhy(l *words.Language, us []app.Unsaid) string {
	reason, name := us[0].Reason, strings.TrimLeft(us[0].Pattern, "*.")
	switch {
	case slices.ContainsFunc(us, func(u app.Unsaid) bool { return u.Reason != reason }):
		return l.Say("unsaid.various")
	case us[0].Partly && (reason == "ports" || reason == "networks"): // where some of the programs can
		return l.Say("unsaid." + reason + "_partly")
	}
	return l.Say("unsaid."+reason, "name", name)
}
