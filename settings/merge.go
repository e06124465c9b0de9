package settings

import "slices"

// Merge returns current with what differs between from and to: what a form was filled with, and what it holds now. What
// is the same in both stays as current has it, so that an edit takes nothing back that somebody else changed meanwhile.
//
// A profile is known by its name. One that is new in to may be another one under a new name, or a duplicate: origins
// tells the name that it had in from. Without that, a new name in the place of one that is gone counts as renamed. A
// secret in to that is "***" means the one that current has, of the profile of origin. Use follows a profile that is
// renamed, and becomes empty with one that is deleted.
func Merge(current, from, to Settings, origins map[string]string) Settings {
	merged := current.Clone()
	for _, f := range schema() {
		if f.key != "version" {
			mergeField(f, &merged, &from, &to)
		}
	}
	m := merging{current: current.Profiles, from: from.Profiles, to: to.Profiles}
	m.trace(origins)
	merged.Profiles = m.profiles()
	if merged.Use != "" && to.Use == from.Use && !slices.Contains(namesOf(merged.Profiles), merged.Use) {
		merged.Use = m.heirs[merged.Use]
	}
	return merged
}

// hidden is a Secret that was shown to somebody.
const hidden Secret = "***"

// mergeField assigns what to has to merged, if it differs from what from has.
func mergeField[T any](f field[T], merged, from, to *T) {
	next := f.at(to)
	if secret, ok := next.(*Secret); ok && *secret == hidden {
		return
	}
	if literal(next, true) != literal(f.at(from), true) {
		assign(f.at(merged), next)
	}
}

// merging is the part of Merge that is about profiles.
type merging struct {
	current, from, to []Profile
	origin            []string          // of each in to: its name in from; empty: it is new
	heirs             map[string]string // of each in from that was not deleted: its name in to
}

// trace finds out which profile in to comes from which in from. Of several from one, that with the same name, or else
// the first, is the profile itself; the others are duplicates.
func (m *merging) trace(origins map[string]string) {
	m.origin = make([]string, len(m.to))
	m.heirs = make(map[string]string)
	for i, p := range m.to {
		old := origins[p.Name]
		switch {
		case old != "":
		case called(m.from, p.Name) != nil:
			old = p.Name
		case len(m.from) == len(m.to) && called(m.to, m.from[i].Name) == nil:
			old = m.from[i].Name
		}
		if called(m.from, old) == nil {
			continue
		}
		m.origin[i] = old
		if _, ok := m.heirs[old]; !ok || p.Name == old {
			m.heirs[old] = p.Name
		}
	}
}

// profiles are those of to, with what current has in what was not edited, and those that somebody added meanwhile.
func (m *merging) profiles() []Profile {
	var merged []Profile
	for i := range m.to {
		if p, ok := m.profile(i); ok {
			merged = append(merged, p)
		}
	}
	for _, p := range m.current {
		if called(m.from, p.Name) == nil && called(merged, p.Name) == nil {
			merged = append(merged, p)
		}
	}
	if slices.Equal(m.origin, namesOf(m.from)) { // nothing was moved, so what somebody else moved stays
		names := make([]string, len(m.current))
		for i, p := range m.current {
			names[i] = p.Name
			if heir, ok := m.heirs[p.Name]; ok {
				names[i] = heir
			}
		}
		place := func(p Profile) int { // one that is not there is the last
			if i := slices.Index(names, p.Name); i >= 0 {
				return i
			}
			return len(names)
		}
		slices.SortStableFunc(merged, func(a, b Profile) int { return place(a) - place(b) })
	}
	return merged
}

// profile is m.to[i] as it is to be; not at all, if somebody else has deleted it meanwhile and nothing of it was edited.
func (m *merging) profile(i int) (Profile, bool) {
	p, old := m.to[i], m.origin[i]
	shown, stored := called(m.from, old), called(m.current, old)
	isHeir := old != "" && m.heirs[old] == p.Name
	switch {
	case stored != nil && isHeir:
		merged := *stored
		for _, f := range profileSchema() {
			mergeField(f, &merged, shown, &p)
		}
		return merged, true
	case isHeir && p == *shown:
		return Profile{}, false
	case p.Password != hidden:
	case stored != nil:
		p.Password = stored.Password
	default:
		p.Password = ""
	}
	return p, true
}

// called returns the profile of that name, or nil.
func called(profiles []Profile, name string) *Profile {
	for i := range profiles {
		if name != "" && profiles[i].Name == name {
			return &profiles[i]
		}
	}
	return nil
}
