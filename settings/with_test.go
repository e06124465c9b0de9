package settings

import (
	"errors"
	"testing"
)

// What a form shows of a value, a form gives back.
func TestTextIsTakenBack(t *testing.T) {
	want := v1()
	for _, k := range Keys(want) {
		if k.Secret {
			if got := Text(want, k.Name); got != "***" && got != "" {
				t.Errorf("Text(%s) = %q", k.Name, got)
			}
			continue
		}
		got, err := want.With(Change{k.Name, Text(want, k.Name)})
		if err != nil || !got.Equal(want) {
			t.Errorf("With(%s, %q): %v\n%s", k.Name, Text(want, k.Name), err, diff(got, want))
		}
	}
}

func TestWithTellsWhatCannotBeRead(t *testing.T) {
	s := v1()
	got, err := s.With(Change{"timeouts.dial", "soon"}, Change{"listen", "127.0.0.1:7, [::1]:7"}, Change{"pool.idle", "few"})
	problems, _ := errors.AsType[Problems](err)
	if len(problems) != 2 || problems[0].Field != "timeouts.dial" || problems[0].Text != "soon" || problems[1].Field != "pool.idle" {
		t.Errorf("With() = %v, want problems with timeouts.dial and pool.idle", err)
	}
	if len(got.Listen) != 2 || got.Listen[1] != "[::1]:7" || got.Timeouts != s.Timeouts || len(s.Listen) != 3 {
		t.Errorf("With() = %v, want what could be read changed, and %v untouched", got.Listen, s.Listen)
	}
}
