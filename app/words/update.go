package words

import (
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
)

// Update says in one sentence what is known of newer versions.
func (l *Language) Update(u app.Update) string {
	switch {
	case u.Doing == app.CheckUpdate:
		return l.Say("update.looking")
	case u.Stage != "":
		return l.Say("update.is", "version", u.Version)
	case u.Why == "keys":
		return l.Say("update.why_keys")
	case u.Why != "":
		return l.Say("update.why_service")
	case u.Checked.IsZero():
		return l.Say("update.unknown")
	}
	return l.Say("update.newest")
}

// Undone says why the last thing that was tried of a newer version went wrong; empty: it did not.
func (l *Language) Undone(u app.Update) string {
	if u.Failed == "" {
		return ""
	}
	return l.coded("undone.", string(u.Failed), "text", u.Detail)
}

// Notes are what changed in a newer version, in this language or else in English.
func (l *Language) Notes(u app.Update) string {
	if text := u.Notes[l.Tag]; text != "" {
		return strings.TrimSpace(text)
	}
	return strings.TrimSpace(u.Notes[english().Tag])
}

// UpdateBy says by which command a package manager updates; empty: none does.
func (l *Language) UpdateBy(u app.Update) string {
	if u.Source.Command == "" {
		return ""
	}
	return l.Say("update.command", "command", u.Source.Command)
}
