package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Key is one value that Get, Set and Unset can address.
type Key struct {
	Name    string   // "timeouts.dial", "profile.Office.url"
	Help    string   // one line, lower case
	Choices []string // what the value may be; nil: free
	Secret  bool     // the value is not to be shown
}

// Keys lists the keys of s, in the order of the file. A profile without a name of its own goes by its number, from 1.
func Keys(s Settings) []Key {
	var keys []Key
	for _, f := range schema() {
		if f.key != "version" {
			keys = append(keys, f.describe(&s, f.key))
		}
		if f.key == "use" {
			for i := range s.Profiles {
				keys[len(keys)-1].Choices = append(keys[len(keys)-1].Choices, s.Profiles[i].Name)
			}
		}
	}
	for i := range s.Profiles {
		for _, f := range profileSchema() {
			keys = append(keys, f.describe(&s.Profiles[i], s.label(profilePath(i, f.key))))
		}
	}
	return keys
}

// describe returns the Key of that name for a field.
func (f field[T]) describe(of *T, name string) Key {
	key := Key{Name: name, Help: f.help, Choices: slices.Clone(f.choices)}
	switch f.at(of).(type) {
	case *bool:
		key.Choices = []string{"true", "false"}
	case *Secret:
		key.Secret = true
	}
	return key
}

// Get returns the value of a key, as a bool, int, string, []string, Duration or Secret. Printed, a Secret shows "***".
// An unknown key is Problems.
func Get(s Settings, key string) (any, error) {
	s = s.Clone()
	at, err := locate(s, key)
	if err != nil {
		return nil, err
	}
	if at.target == nil {
		return nil, Problems{{Field: key, Reason: "there is no profile " + strconv.Quote(at.profile)}}
	}
	return value(at.target(&s)), nil
}

// location is where a key leads.
type location struct {
	path    path
	target  func(*Settings) any // nil: the profile is not there yet
	index   int                 // of the profile; -1: none
	profile string              // its name or number, as the key has it
	field   string              // within the profile; empty: the profile itself
}

// locate finds a key in s. It takes profiles that are not there for new ones, but not numbers of such.
func locate(s Settings, key string) (location, error) {
	if rest, ok := strings.CutPrefix(key, "profile."); ok {
		return locateProfile(s, key, rest)
	}
	f, ok := find(schema(), key)
	if !ok {
		return location{}, unknown(s, key)
	}
	return location{path: strings.Split(key, "."), target: f.at, index: -1}, nil
}

// locateProfile finds what follows "profile." in s: a name, which may have dots in it, or a number, and a field.
func locateProfile(s Settings, key, rest string) (location, error) {
	dot := strings.LastIndexByte(rest, '.')
	if dot < 0 {
		return location{}, Problems{{Field: key, Reason: "names no value of the profile; " +
			"add one of " + strings.Join(fieldKeys(profileSchema()), ", ")}}
	}
	at := location{index: -1, profile: rest[:dot], field: rest[dot+1:]}
	f, ok := find(profileSchema(), at.field)
	if !ok {
		return location{}, Problems{{Field: key, Reason: "unknown key" + didYouMean(at.field, fieldKeys(profileSchema()))}}
	}
	if at.profile == "" {
		return location{}, Problems{{Field: key, Reason: "names no profile"}}
	}
	number, err := strconv.Atoi(at.profile)
	isNumber := err == nil
	at.index = slices.IndexFunc(s.Profiles, func(p Profile) bool { return p.Name == at.profile })
	switch {
	case at.index >= 0:
	case isNumber && number >= 1 && number <= len(s.Profiles):
		at.index = number - 1
	case isNumber:
		return location{}, Problems{{Field: key, Reason: fmt.Sprintf("there is no profile %d", number)}}
	default:
		return at, nil
	}
	at.path = profilePath(at.index, at.field)
	at.target = func(s *Settings) any { return f.at(&s.Profiles[at.index]) }
	return at, nil
}

// unknown says that key is none, and which one may be meant.
func unknown(s Settings, key string) error {
	reason := "unknown key"
	if isTable(key) {
		var within []string
		for _, f := range schema() {
			if strings.HasPrefix(f.key, key+".") {
				within = append(within, f.key)
			}
		}
		reason = "is a table; name one of " + strings.Join(within, ", ")
	} else {
		var names []string
		for _, k := range Keys(s) {
			names = append(names, k.Name)
		}
		reason += didYouMean(key, names)
	}
	return Problems{{Field: key, Reason: reason}}
}
