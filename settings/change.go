package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
)

// Change is a key and what it is to be: text as a person types it. A list has commas between its parts, or is a TOML
// array.
type Change struct{ Key, Value string }

// Set gives keys their values in the file at path, all of them or none. Only the bytes of those values change. A profile
// that is not there yet is added when a key of it is set by name, and a missing file is made.
//
// The file has to be readable in full before, and right in full after; otherwise it stays as it is and the error says
// why. A file that is understood but wrong, such as one with a port out of range, may be set right. A user name and its
// password are only right together, so they are set together.
func Set(path string, changes ...Change) error {
	return change(path, func(text string) (string, error) { return setText(text, changes) })
}

// Unset takes one key out of the file at path, so that its default holds. "profile.Office" takes the whole profile out.
// A key that is not there is no error. As for Set, the file has to be right afterwards.
func Unset(path, key string) error {
	return change(path, func(text string) (string, error) { return unsetText(text, key) })
}

// Save makes the file at path say s. It changes only what differs, so comments and order stay; a new file holds what
// differs from Default. Settings that are not valid are refused, and so is a file that is there but cannot be
// understood.
func Save(path string, s Settings) error {
	return change(path, func(text string) (string, error) { return saveText(text, s) })
}

// Update gives edit what the file at path says, or Default where there is none, and makes the file say what edit leaves
// there. Until that is done nobody else changes the file through this package. An error of edit, which may be one of
// taking the change over elsewhere, leaves the file as it is and is returned. A file that is wrong is an error, before
// edit is called.
func Update(path string, edit func(*Settings) error) error {
	var refused error
	err := change(path, func(text string) (string, error) {
		_, s, found, err := open(text)
		if err == nil {
			err = found.err()
		}
		if err != nil {
			return "", err
		}
		if refused = edit(&s); refused != nil {
			return "", refused
		}
		return saveText(text, s)
	})
	if refused != nil {
		return refused
	}
	return err
}

// change reads the file, or begins a new one, and writes it when edit gives another text. Its own changes and those of
// other processes come one after the other.
func change(path string, edit func(text string) (string, error)) error {
	unlock := lock(path)
	defer unlock()
	before, err := readText(path)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return err
	}
	if missing {
		before = fmt.Sprintf("version = %d\n", Version)
	}
	after, err := edit(before)
	if err != nil {
		return inFile(path, err)
	}
	if after == before && !missing {
		return nil
	}
	return writeText(path, after)
}

// setText is Set on the text of a file.
func setText(text string, changes []Change) (string, error) {
	e, err := begin(text)
	if err != nil {
		return "", err
	}
	want := e.have.Clone()
	var set []location
	var wrong Problems
	for _, c := range changes {
		at, err := want.change(c)
		var problems Problems
		if errors.As(err, &problems) {
			wrong = append(wrong, problems...)
			continue
		}
		set = append(set, at)
	}
	if err := wrong.err(); err != nil {
		return "", err
	}
	if err := e.reach(want); err != nil {
		return "", err
	}
	// A value that is the default already is written down when a person asks for it.
	for _, at := range set {
		if _, ok := e.document.item(at.path); ok {
			continue
		}
		if err := e.do(e.document.set(at.path, literal(at.target(&want), true))); err != nil {
			return "", err
		}
	}
	return e.finish(want)
}

// lock keeps other processes from changing the file at path until unlock is called. It is the directory that is locked,
// so that nothing is left behind. Where that is not possible (on Windows, and in a directory that is not there yet) it
// keeps nobody, and of two changes in the same moment the later one may lose the earlier.
func lock(path string) (unlock func()) {
	if target, err := resolve(path); err == nil {
		path = target
	}
	dir := flock.New(filepath.Dir(path), flock.SetFlag(os.O_RDONLY))
	if err := dir.Lock(); err != nil {
		return func() {}
	}
	return func() { _ = dir.Unlock() }
}

// change makes one change to s, and adds the profile that it names if there is none. Its error is Problems.
func (s *Settings) change(c Change) (location, error) {
	if c.Key == "version" {
		return location{}, Problems{{Field: c.Key, Reason: "is kept by the program"}}
	}
	at, err := locate(*s, c.Key)
	if err != nil {
		return location{}, err
	}
	if at.target == nil {
		p := DefaultProfile()
		p.Name = at.profile
		s.Profiles = append(s.Profiles, p)
		if at, err = locate(*s, c.Key); err != nil {
			return location{}, err
		}
	}
	before := ""
	if at.field == "name" {
		before = s.Profiles[at.index].Name
	}
	target := at.target(s)
	if err := read(target, c.Value); err != nil {
		return location{}, Problems{reasonFor(err).problem(c.Key, textOf(target, c.Value))}
	}
	// A profile in use stays in use under its new name.
	if before != "" && s.Use == before {
		s.Use = s.Profiles[at.index].Name
	}
	return at, nil
}

// unsetText is Unset on the text of a file.
func unsetText(text, key string) (string, error) {
	e, err := begin(text)
	if err != nil {
		return "", err
	}
	want := e.have.Clone()
	if name, ok := strings.CutPrefix(key, "profile."); ok {
		if index, ok := e.have.profileNamed(name); ok {
			want.Profiles = slices.Delete(want.Profiles, index, index+1)
			if err := e.reach(want); err != nil {
				return "", err
			}
			return e.finish(want)
		}
	}
	if key == "version" {
		return "", Problems{{Field: key, Reason: "is kept by the program"}}
	}
	at, err := locate(want, key)
	if err != nil {
		return "", err
	}
	if at.target == nil {
		return "", Problems{{Field: key, Reason: "there is no profile " + strconv.Quote(at.profile)}}
	}
	defaults := Default()
	for range want.Profiles {
		defaults.Profiles = append(defaults.Profiles, DefaultProfile())
	}
	assign(at.target(&want), at.target(&defaults))
	if err := Validate(want); err != nil {
		return "", err
	}
	if err := e.do(e.document.unset(at.path)); err != nil {
		return "", err
	}
	return e.finish(want)
}

// profileNamed returns the index of the profile with that name, or of that number from 1.
func (s Settings) profileNamed(name string) (int, bool) {
	for i, p := range s.Profiles {
		if p.Name == name {
			return i, true
		}
	}
	n, err := strconv.Atoi(name)
	return n - 1, err == nil && n >= 1 && n <= len(s.Profiles)
}

// saveText is Save on the text of a file.
func saveText(text string, want Settings) (string, error) {
	e, err := begin(text)
	if err != nil {
		return "", err
	}
	if err := e.reach(want); err != nil {
		return "", err
	}
	return e.finish(want)
}
