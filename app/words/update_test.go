package words

import (
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/update"
)

func TestUpdate(t *testing.T) {
	looked := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	for _, tt := range []struct {
		u    app.Update
		want string
	}{
		{app.Update{}, "Nobody has looked yet."},
		{app.Update{Checked: looked}, "This is the newest version."},
		{app.Update{Checked: looked, Stage: app.UpdateAvailable, Version: "1.3.0"}, "Version 1.3.0 is there"},
		{app.Update{Checked: looked, Stage: app.UpdateReady, Version: "1.3.0"}, "Version 1.3.0 is there"},
		{app.Update{Doing: app.CheckUpdate}, "Looking …"},
		{app.Update{Why: "keys"}, "This program was built without the keys of releases, so it never looks for newer versions."},
		{app.Update{Why: "service"}, "This bridge runs without a desktop, so it never looks for newer versions."},
	} {
		if got := In("en").Update(tt.u); got != tt.want {
			t.Errorf("Update(%+v) = %q, want %q", tt.u, got, tt.want)
		}
	}
}

// Every code of a failure has a sentence of its own.
func TestUndone(t *testing.T) {
	seen := make(map[string]update.Code)
	for _, code := range []update.Code{
		update.Off, update.Down, update.NoBridge, update.NoWay, update.Insecure, update.Redirected, update.Refused, update.Cut, update.TooLarge,
		update.TooSlow, update.Unsigned, update.UnknownKey, update.Malformed, update.Expired, update.Older, update.Tampered, update.Disk,
		update.NotOpened, update.Nothing, update.Other,
	} {
		said := In("en").Undone(app.Update{Failed: code, Detail: "the text"})
		if was, twice := seen[said]; said == "" || twice {
			t.Errorf("Undone of %q = %q, as of %q", code, said, was)
		}
		seen[said] = code
	}
	if got := In("en").Undone(app.Update{Failed: "new", Detail: "the text"}); got != "It did not work: the text" {
		t.Errorf("Undone of a code that is not known = %q", got)
	}
	if got := In("en").Undone(app.Update{}); got != "" {
		t.Errorf("Undone of nothing = %q", got)
	}
}

func TestNotes(t *testing.T) {
	u := app.Update{Notes: map[string]string{"en": "Faster.\n", "zh-Hans": "更快。"}}
	for tag, want := range map[string]string{"en": "Faster.", "zh-Hans": "更快。", "ru": "Faster."} {
		if got := In(tag).Notes(u); got != want {
			t.Errorf("Notes in %s = %q, want %q", tag, got, want)
		}
	}
}
