package settings

import (
	"errors"
	"slices"
	"strings"
)

// editing is a text on its way from what it says to what it shall say. It is taken apart anew after each step: slower
// than keeping offsets up to date, and never wrong.
type editing struct {
	document *document
	have     Settings
}

// begin opens a text that can be understood in full.
func begin(text string) (*editing, error) {
	d, s, _, err := open(text)
	if err != nil {
		return nil, err
	}
	return &editing{d, s}, nil
}

// errInPlace is for a file written in a way that the edits here do not know. Nothing is lost by it.
var errInPlace = errors.New("the file cannot be changed in place; edit it by hand")

// do takes the next text.
func (e *editing) do(text string) error {
	d, s, _, err := open(text)
	if err != nil {
		return errInPlace
	}
	e.document, e.have = d, s
	return nil
}

// finish returns the text, once it says what is wanted.
func (e *editing) finish(want Settings) (string, error) {
	if !e.have.Equal(want) {
		return "", errInPlace
	}
	return e.document.text, nil
}

// reach edits what differs from want, if that is valid.
func (e *editing) reach(want Settings) error {
	if err := Validate(want); err != nil {
		return err
	}
	if err := e.reachProfiles(want.Profiles); err != nil {
		return err
	}
	for _, f := range schema() {
		if err := reachField(e, f, &e.have, &want, strings.Split(f.key, ".")); err != nil {
			return err
		}
	}
	for i := range want.Profiles {
		for _, f := range profileSchema() {
			if err := reachField(e, f, &e.have.Profiles[i], &want.Profiles[i], profilePath(i, f.key)); err != nil {
				return err
			}
		}
	}
	return nil
}

// reachField edits one value, if it differs.
func reachField[T any](e *editing, f field[T], have, want *T, at path) error {
	value := literal(f.at(want), true)
	if value == literal(f.at(have), true) {
		return nil
	}
	return e.do(e.document.set(at, value))
}

// reachProfiles edits which profiles there are, and in which order. A profile is the same one while its name is.
func (e *editing) reachProfiles(want []Profile) error {
	names := namesOf(want)
	if err := e.rename(want); err != nil {
		return err
	}
	for i, name := range slices.Backward(namesOf(e.have.Profiles)) {
		// Of two with one name, which only a wrong file has, the later one goes.
		first := slices.Index(namesOf(e.have.Profiles), name) == i
		if slices.Contains(names, name) && first {
			continue
		}
		if err := e.removeProfile(i); err != nil {
			return err
		}
	}
	for _, p := range want {
		if !slices.Contains(namesOf(e.have.Profiles), p.Name) {
			if err := e.do(e.document.addProfile(linesOf(p))); err != nil {
				return err
			}
		}
	}
	order := make([]int, len(want))
	for i, name := range names {
		order[i] = slices.Index(namesOf(e.have.Profiles), name)
	}
	if slices.IsSorted(order) || e.inline() {
		return e.inlineProfiles(want)
	}
	return e.do(e.document.orderProfiles(order))
}

// rename edits the names that are new at their place and old nowhere: a renamed profile keeps its comments.
func (e *editing) rename(want []Profile) error {
	have := namesOf(e.have.Profiles)
	if len(have) != len(want) {
		return nil
	}
	for i, p := range want {
		if have[i] == p.Name || slices.Contains(have, p.Name) || slices.Contains(namesOf(want), have[i]) {
			continue
		}
		if err := e.do(e.document.set(profilePath(i, "name"), quote(p.Name))); err != nil {
			return err
		}
	}
	return nil
}

func (e *editing) removeProfile(i int) error {
	if e.inline() {
		return e.inlineProfiles(slices.Delete(slices.Clone(e.have.Profiles), i, i+1))
	}
	return e.do(e.document.removeProfile(i))
}

// inline reports whether the profiles stand in a value: profile = [{…}].
func (e *editing) inline() bool {
	_, ok := e.document.item(path{"profile"})
	return ok
}

// inlineProfiles writes an inline list of profiles anew where another order or number of them is wanted.
func (e *editing) inlineProfiles(want []Profile) error {
	list, ok := e.document.item(path{"profile"})
	if !ok || slices.Equal(namesOf(e.have.Profiles), namesOf(want)) {
		return nil
	}
	elements := make([]string, len(want))
	for i, p := range want {
		elements[i] = "{ " + strings.Join(linesOf(p), ", ") + " }"
	}
	return e.do(e.document.splice(list.value, "["+strings.Join(elements, ", ")+"]"))
}

// linesOf writes a new profile: its name, its URL and what differs from DefaultProfile.
func linesOf(p Profile) []string {
	var lines []string
	defaults := DefaultProfile()
	for _, f := range profileSchema() {
		value := literal(f.at(&p), true)
		if value != literal(f.at(&defaults), true) {
			lines = append(lines, f.key+" = "+value)
		}
	}
	return lines
}

func namesOf(profiles []Profile) []string {
	names := make([]string, len(profiles))
	for i, p := range profiles {
		names[i] = p.Name
	}
	return names
}
