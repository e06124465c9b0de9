package settings_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drawbridge-app/drawbridge/settings"
)

// profiles makes settings of profile names. Each has a URL and a password of its own.
func profiles(names ...string) settings.Settings {
	s := settings.Default()
	for _, name := range names {
		p := settings.DefaultProfile()
		p.Name, p.URL, p.User, p.Password = name, "socks5://"+name+".test:1080", "anna", settings.Secret("secret of "+name)
		s.Profiles = append(s.Profiles, p)
	}
	return s
}

// shown is s as it comes out of JSON.
func shown(s settings.Settings) settings.Settings {
	s = s.Clone()
	for i := range s.Profiles {
		s.Profiles[i].Password = settings.Secret(s.Profiles[i].Password.String())
	}
	s.Login.Password = settings.Secret(s.Login.Password.String())
	return s
}

func TestMerge(t *testing.T) {
	login := func(s *settings.Settings) { s.Login = settings.Login{User: "anna", Password: "secret"} }
	tests := []struct {
		name      string
		have      settings.Settings
		edit      func(*settings.Settings) // what the form does
		origins   map[string]string
		meanwhile func(*settings.Settings) // what somebody else does
		want      func() settings.Settings
	}{
		{"nothing", profiles("a", "b"), func(*settings.Settings) {}, nil,
			func(s *settings.Settings) { s.Via, s.Profiles[1].URL = true, "direct://" },
			func() settings.Settings {
				s := profiles("a", "b")
				s.Via, s.Profiles[1].URL = true, "direct://"
				return s
			}},
		{"single values", profiles("a"), func(s *settings.Settings) { s.Listen, s.Profiles[0].Spares = []string{"127.0.0.1:1"}, 7 }, nil,
			func(s *settings.Settings) { s.Via, s.Profiles[0].URL = true, "direct://" },
			func() settings.Settings {
				s := profiles("a")
				s.Via, s.Profiles[0].URL, s.Listen, s.Profiles[0].Spares = true, "direct://", []string{"127.0.0.1:1"}, 7
				return s
			}},
		{"secrets that were not touched", profiles("a"), func(s *settings.Settings) { s.Profiles[0].User = "bert" }, nil, login,
			func() settings.Settings { s := profiles("a"); s.Profiles[0].User = "bert"; login(&s); return s }},
		{"secrets that are new", profiles("a"), func(s *settings.Settings) { s.Profiles[0].Password = "new"; login(s) }, nil, nil,
			func() settings.Settings { s := profiles("a"); s.Profiles[0].Password = "new"; login(&s); return s }},
		{"a secret taken out", profiles("a"), func(s *settings.Settings) { s.Profiles[0].User, s.Profiles[0].Password = "", "" }, nil, nil,
			func() settings.Settings {
				s := profiles("a")
				s.Profiles[0].User, s.Profiles[0].Password = "", ""
				return s
			}},
		{"renamed in its place", profiles("a", "b"), func(s *settings.Settings) { s.Profiles[1].Name = "c" }, nil,
			func(s *settings.Settings) { s.Use, s.Profiles[1].Spares = "b", 9 },
			func() settings.Settings {
				s := profiles("a", "b")
				s.Use, s.Profiles[1].Name, s.Profiles[1].Spares = "c", "c", 9
				return s
			}},
		{"renamed beside a deleted one", profiles("a", "b"), func(s *settings.Settings) {
			s.Profiles = s.Profiles[1:]
			s.Profiles[0].Name = "c"
		}, map[string]string{"c": "b"}, func(s *settings.Settings) { s.Use = "b" },
			func() settings.Settings { s := profiles("b"); s.Use, s.Profiles[0].Name = "c", "c"; return s }},
		{"two that change names", profiles("a", "b"), func(s *settings.Settings) {
			s.Profiles[0].Name, s.Profiles[1].Name = "b", "a"
		}, map[string]string{"b": "a", "a": "b"}, nil,
			func() settings.Settings {
				s := profiles("a", "b")
				s.Profiles[0].Name, s.Profiles[1].Name = "b", "a"
				return s
			}},
		{"duplicated", profiles("a", "b"), func(s *settings.Settings) {
			copied := s.Profiles[0]
			copied.Name = "a 2"
			s.Profiles = []settings.Profile{s.Profiles[0], copied, s.Profiles[1]}
		}, map[string]string{"a 2": "a"}, nil,
			func() settings.Settings {
				s := profiles("a", "a", "b")
				s.Profiles[1].Name = "a 2"
				return s
			}},
		{"deleted while in use", profiles("a", "b"), func(s *settings.Settings) { s.Profiles = s.Profiles[1:] }, nil,
			func(s *settings.Settings) { s.Use = "a" },
			func() settings.Settings { return profiles("b") }},
		{"added on both sides", profiles("a"), func(s *settings.Settings) { s.Profiles = append(s.Profiles, profiles("b").Profiles...) }, nil,
			func(s *settings.Settings) { s.Profiles = append(s.Profiles, profiles("c").Profiles...) },
			func() settings.Settings { return profiles("a", "b", "c") }},
		{"moved", profiles("a", "b"), func(s *settings.Settings) {
			s.Profiles[0], s.Profiles[1] = s.Profiles[1], s.Profiles[0]
		}, nil, func(s *settings.Settings) { s.Profiles[0].Spares = 9 },
			func() settings.Settings { s := profiles("b", "a"); s.Profiles[1].Spares = 9; return s }},
		{"edited while somebody moved them", profiles("a", "b"), func(s *settings.Settings) { s.Profiles[0].Spares = 9 }, nil,
			func(s *settings.Settings) { s.Profiles[0], s.Profiles[1] = s.Profiles[1], s.Profiles[0] },
			func() settings.Settings { s := profiles("b", "a"); s.Profiles[1].Spares = 9; return s }},
		{"deleted by somebody", profiles("a", "b"), func(s *settings.Settings) { s.Via = true }, nil,
			func(s *settings.Settings) { s.Profiles = s.Profiles[:1] },
			func() settings.Settings { s := profiles("a"); s.Via = true; return s }},
		{"deleted by somebody and edited here", profiles("a", "b"), func(s *settings.Settings) { s.Profiles[1].User, s.Profiles[1].Password = "", "" }, nil,
			func(s *settings.Settings) { s.Profiles = s.Profiles[:1] },
			func() settings.Settings {
				s := profiles("a", "b")
				s.Profiles[1].User, s.Profiles[1].Password = "", ""
				return s
			}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			from, current := shown(test.have), test.have.Clone()
			to := from.Clone()
			test.edit(&to)
			if test.meanwhile != nil {
				test.meanwhile(&current)
			}
			before := current.Clone()
			got := settings.Merge(current, from, to, test.origins)
			if want := test.want(); !got.Equal(want) {
				t.Errorf("Merge: %s", cmp.Diff(plain(want), plain(got)))
			}
			if err := settings.Validate(got); err != nil {
				t.Errorf("Merge gives settings that are wrong: %v", err)
			}
			if !current.Equal(before) {
				t.Errorf("Merge changed what it was given: %+v", current)
			}
		})
	}
}

// plain shows secrets, so that a difference between two is seen.
func plain(s settings.Settings) (lines []string) {
	for _, p := range s.Profiles {
		lines = append(lines, fmt.Sprintf("%s %s %s %s %d", p.Name, p.URL, p.User, p.Password.Reveal(), p.Spares))
	}
	return append(lines, s.Use, s.Login.User, s.Login.Password.Reveal(), fmt.Sprint(s.Listen, s.Via))
}

func TestUpdate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "new", "settings.toml")
	add := func(s *settings.Settings) error {
		s.Profiles = append(s.Profiles, profiles("a").Profiles...)
		return nil
	}
	if err := settings.Update(path, add); err != nil {
		t.Fatalf("Update: %v", err)
	}
	if got, err := settings.Load(path); err != nil || !got.Equal(profiles("a")) {
		t.Errorf("Load = %+v, %v, want one profile", got, err)
	}
	before, _ := os.ReadFile(path)
	refused := errors.New("not now")
	err := settings.Update(path, func(s *settings.Settings) error { s.Via = true; return refused })
	if err != refused {
		t.Errorf("Update = %v, want the edit's own error", err)
	}
	if err := settings.Update(path, func(s *settings.Settings) error { s.Use = "b"; return nil }); err == nil {
		t.Error("Update to settings that are wrong = nil, want an error")
	}
	if after, _ := os.ReadFile(path); string(after) != string(before) {
		t.Errorf("the file was changed to %s", after)
	}
	if err := os.WriteFile(path, []byte("vai = true\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	err = settings.Update(path, func(*settings.Settings) error { t.Error("edit was called"); return nil })
	var wrong settings.Problems
	if !errors.As(err, &wrong) {
		t.Errorf("Update of a wrong file = %v, want Problems", err)
	}
}

// Two programs that change different keys in the same moment both get their way.
func TestChangesInTheSameMoment(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a directory cannot be locked on Windows")
	}
	path := filepath.Join(t.TempDir(), "settings.toml")
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			if err := settings.Set(path, settings.Change{Key: fmt.Sprintf("profile.p%d.url", i), Value: "direct://"}); err != nil {
				t.Errorf("Set: %v", err)
			}
		})
	}
	all.Wait()
	if got, err := settings.Load(path); err != nil || len(got.Profiles) != 20 {
		t.Errorf("%d profiles are left, %v; want 20", len(got.Profiles), err)
	}
}
