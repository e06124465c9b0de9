package words

import (
	"maps"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// Status says in one sentence what state s is in: "On. Traffic crosses through Office, 12 ms."
func (l *Language) Status(s app.State) string {
	with := []string{"profile", ProfileName(s.Profile)}
	switch {
	case !s.On:
		return l.Say("status.off")
	case s.Direct():
		return l.Say("status.direct")
	case s.Upstream.State == app.Down:
		return l.Say("status.down", append(with, "cause", l.Cause(s.Upstream))...)
	case s.Upstream.Greeting > 0:
		return l.Say("status.on_ms", append(with, "ms", l.Milliseconds(s.Upstream.Greeting))...)
	}
	return l.Say("status.on", with...)
}

// Brief is Status in few words.
func (l *Language) Brief(s app.State) string {
	profile := ProfileName(s.Profile)
	switch {
	case !s.On:
		return l.Say("brief.off")
	case s.Direct():
		return l.Say("brief.direct")
	case s.Upstream.State == app.Down:
		return l.Say("brief.down", "profile", profile)
	}
	return l.Say("brief.on", "profile", profile)
}

// Cause says why an upstream is down, inside a sentence.
func (l *Language) Cause(h app.Health) string {
	return l.coded("cause.", h.Cause, "detail", h.Detail)
}

// coded says the sentence of a code, or of "other" where the code has none.
func (l *Language) coded(table, code string, with ...string) string {
	if _, ok := english().sentences[table+code]; !ok {
		code = "other"
	}
	return l.Say(table+code, with...)
}

// Problem says what broke, and what to do about it; that is empty when it is over.
func (l *Language) Problem(p app.Problem) (what, next string) {
	with := []string{"text", p.Text, "detail", p.Text}
	for name, value := range maps.All(p.With) {
		with = append(with, name, value)
	}
	code, cause, _ := strings.Cut(p.Code, ".")
	switch {
	case code == "upstream":
		what = l.Say("problem.upstream", append(with, "cause", l.coded("cause.", cause, with...))...)
		next = l.coded("next.", cause, with...)
	case code == "listen" && p.With["holder"] != "":
		what, next = l.Say("problem.listen_holder", with...), l.Say("next.listen", with...)
		if p.With["free"] != "" {
			next = l.Say("next.listen_free", with...)
		}
	default:
		what = l.coded("problem.", code, with...)
		switch code {
		case "listen", "settings", "window", "system-proxy", "system-proxy-back":
			next = l.Say("next."+code, with...)
		}
	}
	if p.Over {
		next = ""
	}
	return what, next
}

// Reason says what is wrong with a setting, as it stands beside its field: the offending text and why it cannot be, or why
// alone where there is no text to quote.
func (l *Language) Reason(p settings.Problem) string {
	why := p.Reason
	if _, ok := english().sentences["reason."+p.Code]; ok && p.Code != "quoted" {
		var with []string
		for name, value := range p.With {
			with = append(with, name, value)
		}
		why = l.Say("reason."+p.Code, with...)
	}
	if p.Text != "" {
		return l.Say("reason.quoted", "text", p.Text, "reason", why)
	}
	first, n := utf8.DecodeRuneInString(why)
	return string(unicode.ToUpper(first)) + why[n:]
}

// ProfileName is what a profile is called in a sentence: its name, or its URL where it has none.
func ProfileName(p settings.Profile) string {
	if p.Name == "" {
		return p.URL
	}
	return p.Name
}
