package settings

import (
	"reflect"
	"slices"
	"strings"
	"testing"
)

// A value without a line in the schema would be silently lost by every Save.
func TestSchemaHasEveryField(t *testing.T) {
	var s Settings
	var want, got []string
	var walk func(prefix string, v reflect.Value)
	walk = func(prefix string, v reflect.Value) {
		for i := range v.NumField() {
			key := prefix + v.Type().Field(i).Tag.Get("json")
			switch {
			case v.Field(i).Kind() == reflect.Struct:
				walk(key+".", v.Field(i))
			case key != "profile":
				want = append(want, key)
			}
		}
	}
	walk("", reflect.ValueOf(s))
	at := map[any]string{}
	for _, f := range schema() {
		got = append(got, f.key)
		pointer := f.at(&s)
		if other, ok := at[pointer]; ok {
			t.Errorf("%s and %s are one value", f.key, other)
		}
		at[pointer] = f.key
		literal(pointer, false) // panics for a type that it does not know
	}
	if !slices.Equal(got, want) {
		t.Errorf("the schema has %q, Settings has %q", got, want)
	}

	want, got = nil, nil
	walk("", reflect.ValueOf(Profile{}))
	for _, f := range profileSchema() {
		got = append(got, f.key)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the profile schema has %q, Profile has %q", got, want)
	}
}

// Equal and Clone are written by hand, so each value is changed once.
func TestEqualSeesEveryField(t *testing.T) {
	for _, f := range schema() {
		s := v1()
		touch(f.at(&s))
		if s.Equal(v1()) {
			t.Errorf("Equal does not see %s", f.key)
		}
	}
	for _, f := range profileSchema() {
		s := v1()
		touch(f.at(&s.Profiles[1]))
		if s.Equal(v1()) {
			t.Errorf("Equal does not see profile.%s", f.key)
		}
	}
	s := v1()
	c := s.Clone()
	c.Listen[0], c.Profiles[0].Name = "", ""
	if !s.Equal(v1()) {
		t.Error("a clone shares something")
	}
}

func touch(target any) {
	switch target := target.(type) {
	case *bool:
		*target = !*target
	case *int:
		*target++
	case *string:
		*target += "x"
	case *Secret:
		*target += "x"
	case *Duration:
		*target++
	case *[]string:
		*target = append(slices.Clone(*target), "x")
	}
}

func TestGetKnowsEveryKey(t *testing.T) {
	s := v1()
	for _, k := range Keys(s) {
		v, err := Get(s, k.Name)
		if err != nil {
			t.Errorf("Get(%q): %v", k.Name, err)
		}
		if _, secret := v.(Secret); secret != k.Secret {
			t.Errorf("%s: secret %v", k.Name, k.Secret)
		}
		if k.Help == "" || strings.Contains(k.Help, "\n") {
			t.Errorf("%s has the help %q", k.Name, k.Help)
		}
	}
}

func TestGet(t *testing.T) {
	s := v1()
	s.Profiles = append(s.Profiles, Profile{Name: "a.b"}, Profile{Name: "1"}, Profile{})
	tests := []struct {
		key  string
		want any // a string that begins with "error: " is part of one
	}{
		{"via", true},
		{"timeouts.tunnel_idle", s.Timeouts.TunnelIdle},
		{"profile.Tor.url", "socks5://127.0.0.1:9050"},
		{"profile.2.name", "Tor"},
		{"profile.a.b.name", "a.b"},
		{"profile.1.url", ""}, // a name comes before a number
		{"profile.5.name", ""},
		{"pool.idle", 128},
		{"timeouts", "error: is a table; name one of timeouts.dial,"},
		{"timeouts.dail", `error: did you mean "timeouts.dial"?`},
		{"dial", `error: did you mean "timeouts.dial"?`},
		{"lsiten", `error: did you mean "listen"?`},
		{"zebra", "error: zebra: unknown key"},
		{"", "error: unknown key"},
		{"profile", "error: unknown key"},
		{"profile.Tor", "error: names no value of the profile; add one of name, url"},
		{"profile.Tor.ulr", `error: did you mean "url"?`},
		{"profile.Rot.url", `error: there is no profile "Rot"`},
		{"profile.9.url", "error: there is no profile 9"},
		{"profile..url", "error: names no profile"},
	}
	for _, tt := range tests {
		got, err := Get(s, tt.key)
		if want, ok := tt.want.(string); ok && strings.HasPrefix(want, "error: ") {
			if err == nil || !strings.Contains(err.Error(), strings.TrimPrefix(want, "error: ")) {
				t.Errorf("Get(%q) = %v, %v, want %s", tt.key, got, err, want)
			}
		} else if err != nil || got != tt.want {
			t.Errorf("Get(%q) = %v, %v, want %v", tt.key, got, err, tt.want)
		}
	}
}

// The listing is a settings file: what it says is what there is, but for the secrets.
func TestTOMLCanBeReadBack(t *testing.T) {
	for name, want := range map[string]Settings{"default": Default(), "v1": v1()} {
		got, err := Parse("listing", []byte(want.TOML()))
		if err != nil {
			t.Errorf("%s: %v\n%s", name, err, want.TOML())
			continue
		}
		if want.Login.Set() {
			want.Login.Password = "***"
		}
		for i := range want.Profiles {
			if want.Profiles[i].Password != "" {
				want.Profiles[i].Password = "***"
			}
		}
		if d := diff(got, want); d != "" {
			t.Errorf("%s, -want +got:\n%s", name, d)
		}
	}
}
