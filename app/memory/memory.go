// Package memory is what a program remembers between two runs and nobody chose:
// the size of its window, the page that was open, whether the bridge was on.
// Losing it is no loss, so what cannot be read is forgotten. What people choose
// belongs to package settings.
package memory

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Load puts what was saved under that name where v points. It reports whether
// there was something; if not, or if it is broken or too large, v is as before.
func Load[T any](name string, v *T) bool {
	const most = 1 << 20
	path, err := pathOf(name)
	if err != nil {
		return false
	}
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() || info.Size() > most {
		return false
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return false
	}
	if json.Unmarshal(text, new(T)) != nil { // what is right in part must not be taken in part
		return false
	}
	return json.Unmarshal(text, v) == nil
}

// Save remembers v, which JSON can say, under that name: a word that files can be
// named by. After a crash it is the old or the new one.
func Save(name string, v any) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("remember %s: %w", name, err)
		}
	}()
	path, err := pathOf(name)
	if err != nil {
		return err
	}
	text, err := json.Marshal(v)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(filepath.Dir(path), "."+name+"-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(append(text, '\n'))
	if err = errors.Join(err, temp.Close()); err == nil {
		err = os.Rename(temp.Name(), path)
	}
	if err != nil {
		os.Remove(temp.Name())
	}
	return err
}

func pathOf(name string) (string, error) {
	if name == "" || strings.ContainsAny(name, `/\:.`) {
		return "", fmt.Errorf("%q is no name for a file", name)
	}
	dir, err := Dir()
	return filepath.Join(dir, name+".json"), err
}

// Dir is drawbridge's folder for such things: in $XDG_STATE_HOME or
// ~/.local/state, %LocalAppData%, ~/Library/Application Support.
func Dir() (string, error) {
	switch runtime.GOOS {
	case "windows":
		dir, err := os.UserCacheDir() // %LocalAppData%
		return filepath.Join(dir, "drawbridge"), err
	case "darwin":
		dir, err := os.UserConfigDir()
		return filepath.Join(dir, "drawbridge"), err
	}
	if dir := os.Getenv("XDG_STATE_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "drawbridge"), nil
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "state", "drawbridge"), err
}
