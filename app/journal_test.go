package app_test

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

func TestJournal(t *testing.T) {
	var out bytes.Buffer
	level := new(slog.LevelVar)
	c := &app.Controller{Journal: app.NewJournal(level, slog.NewTextHandler(&out, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	log := c.Logger()
	log.Debug("too much")
	log.Info("kept", "n", 1)
	log.With("a", 1).WithGroup("g").With("b", true).Warn("passed on", "c", errors.New("broken"), slog.Group("h", "d", "e"))
	level.Set(slog.LevelError)
	log.Warn("passed on only")

	lines, err := c.Log(t.Context(), 0)
	if err != nil || len(lines) != 2 {
		t.Fatalf("Log = %+v, %v, want 2 lines", lines, err)
	}
	if l := lines[0]; l.Number != 1 || l.Level != "info" || l.Text != "kept" || l.Time.IsZero() || !reflect.DeepEqual(l.With, []app.Attr{{Name: "n", Value: "1"}}) {
		t.Errorf("line 1 = %+v", l)
	}
	want := []app.Attr{{Name: "a", Value: "1"}, {Name: "g.b", Value: "true"}, {Name: "g.c", Value: "broken"}, {Name: "g.h.d", Value: "e"}}
	if l := lines[1]; l.Number != 2 || l.Level != "warn" || !reflect.DeepEqual(l.With, want) {
		t.Errorf("line 2 = %+v, want %+v", l, want)
	}
	if text := out.String(); strings.Contains(text, "kept") || strings.Count(text, "passed on") != 2 || !strings.Contains(text, "g.h.d=e") {
		t.Errorf("passed on: %s", text)
	}
	if lines, _ := c.Log(t.Context(), 1); len(lines) != 1 || lines[0].Number != 2 {
		t.Errorf("Log after 1 = %+v, want line 2", lines)
	}
	if lines, _ := c.Log(t.Context(), 9); lines == nil || len(lines) != 0 {
		t.Errorf("Log after 9 = %#v, want none", lines)
	}
}

func TestJournalKeepsTheLastLines(t *testing.T) {
	c := &app.Controller{Journal: app.NewJournal(slog.LevelInfo, nil)}
	for i := range 2100 {
		c.Logger().Info(fmt.Sprint(i + 1))
	}
	lines, _ := c.Log(t.Context(), 0)
	if len(lines) != 2000 || lines[0].Text != "101" || lines[1999].Text != "2100" || lines[1999].Number != 2100 {
		t.Errorf("%d lines, from %+v to %+v", len(lines), lines[0], lines[len(lines)-1])
	}
	if lines, _ := c.Log(t.Context(), 2098); len(lines) != 2 || lines[0].Number != 2099 {
		t.Errorf("Log after 2098 = %+v, want two", lines)
	}
	if lines, err := new(app.Controller).Log(t.Context(), 0); err != nil || lines == nil {
		t.Errorf("Log without a journal = %#v, %v", lines, err)
	}
}

// However a password comes into a line, it does not come out.
func TestJournalShowsNoSecrets(t *testing.T) {
	c := &app.Controller{Journal: app.NewJournal(slog.LevelDebug, nil)}
	s := through("socks5://127.0.0.1:1080")
	s.Profiles[0].User, s.Profiles[0].Password = "anna", "sesame"
	s.Login = settings.Login{User: "bert", Password: "sesame"}
	config := app.Config(s, s.Profiles[0], nil)
	log := c.Logger().With("settings", s)
	log.Info("all", "profile", s.Profiles[0], "pointer", &s, "login", s.Login, "spec", config.Upstream, "bridge", config.Login,
		"group", slog.GroupValue(slog.Any("password", s.Login.Password)))
	lines, _ := c.Log(t.Context(), 0)
	if text := fmt.Sprintf("%+v", lines); len(lines) != 1 || !strings.Contains(text, "anna") || strings.Contains(text, "sesame") {
		t.Errorf("the journal says %s", text)
	}
}
