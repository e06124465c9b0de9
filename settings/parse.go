package settings

import (
	"fmt"
	"slices"
	"strconv"
	"unicode/utf8"
)

// Parse reads the text of a settings file over the defaults. All that is wrong with it comes back as Problems, each with
// its line and column, and with name as their file. Text of an older version is brought up to date first.
func Parse(name string, text []byte) (Settings, error) {
	_, s, found, err := open(string(text))
	if err == nil {
		err = found.err()
	}
	if err != nil {
		return Settings{}, inFile(name, err)
	}
	return s, nil
}

// open takes text apart and reads it. An error means that it cannot be understood in full, so it must not be edited.
// What is understood but not right, such as a port out of range, is found, and may be mended by an edit.
func open(text string) (d *document, s Settings, found Problems, err error) {
	if !utf8.ValidString(text) {
		return nil, Settings{}, nil, Problems{{Reason: "is not UTF-8 text"}}
	}
	text, err = migrate(text)
	if err != nil {
		return nil, Settings{}, nil, err
	}
	if d, err = parse(text); err != nil {
		return nil, Settings{}, nil, err
	}
	s, misread := d.settings()
	judged := slices.DeleteFunc(validate(s), func(f finding) bool {
		// A value that could not be read has its problem already; judging its default would add a second, untrue one.
		return slices.ContainsFunc(misread, func(m finding) bool { return slices.Equal(m.path, f.path) })
	})
	found = d.problems(s, append(misread, judged...))
	if len(misread) > 0 {
		return nil, Settings{}, nil, found
	}
	return d, s, found, nil
}

// inFile adds the file's name to Problems.
func inFile(name string, err error) error {
	ps, ok := err.(Problems)
	if !ok {
		return fmt.Errorf("%s: %w", name, err)
	}
	ps = slices.Clone(ps)
	for i := range ps {
		ps[i].File = name
	}
	return ps
}

// migrations turn the text of a version into the text of the next: the first one makes version 2 out of version 1. They
// edit text, not values, so that comments survive a new version too. There is one version so far.
func migrations() []func(text string) (string, error) { return nil }

// migrate brings text up to Version. Text of a newer version is a Problem.
func migrate(text string) (string, error) {
	d, err := parse(text)
	if err != nil {
		return "", err
	}
	it, ok := d.item(path{"version"})
	if !ok {
		return text, nil
	}
	line, column := d.place(it.value.start)
	problem := Problem{Line: line, Column: column, Field: "version"}
	version, ok := it.data.(int64)
	switch {
	case !ok:
		problem.Reason = "has to be " + wanted(new(int))
		return "", Problems{problem}
	case version > Version:
		problem.Text = strconv.FormatInt(version, 10)
		problem.Reason = fmt.Sprintf("the file is of a newer Drawbridge; this one knows versions up to %d", Version)
		return "", Problems{problem}
	case version < 1:
		problem.Text = strconv.FormatInt(version, 10)
		problem.Reason = "there is no such version"
		return "", Problems{problem}
	}
	for _, next := range migrations()[version-1:] {
		if text, err = next(text); err != nil {
			return "", fmt.Errorf("from version %d: %w", version, err)
		}
	}
	return text, nil
}
