package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// byteOrderMark is what some editors put in front of UTF-8 text. It is read over, and not written again.
const byteOrderMark = "\ufeff"

// DefaultPath is settings.toml in drawbridge's folder in the user's configuration directory: $XDG_CONFIG_HOME or
// ~/.config, %AppData%, ~/Library/Application Support.
func DefaultPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", fmt.Errorf("find the configuration directory: %w", err)
	}
	return filepath.Join(dir, "drawbridge", "settings.toml"), nil
}

// Load reads the file. A missing one gives Default and an error that is fs.ErrNotExist, for the caller to decide. What is
// wrong in the file comes back as Problems; the file is never touched.
func Load(path string) (Settings, error) {
	text, err := readText(path)
	return loaded(path, text, err)
}

// loaded makes of readText's results what Load gives.
func loaded(path, text string, err error) (Settings, error) {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Default(), err
	case err != nil:
		return Settings{}, err
	}
	return Parse(path, []byte(text))
}

// Exposed reports whether others than its owner may read or write the file, which may hold passwords. A missing file is
// not exposed, and neither is any on Windows, where a user's configuration directory is private by inheritance.
func Exposed(path string) bool {
	info, err := os.Stat(path)
	return err == nil && runtime.GOOS != "windows" && info.Mode()&0o077 != 0
}

// maxText bounds what is read: a settings file has a few kilobytes.
const maxText = 1 << 20

// readText returns the text of the file at path.
func readText(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	// A pipe would block, and a device may never end.
	if !info.Mode().IsRegular() {
		return "", fmt.Errorf("read settings: %s: is no ordinary file", path)
	}
	if info.Size() > maxText {
		return "", fmt.Errorf("read settings: %s: has %d bytes, more than a settings file may (%d)", path, info.Size(), maxText)
	}
	text, err := readFile(path)
	if err != nil {
		return "", fmt.Errorf("read settings: %w", err)
	}
	return strings.TrimPrefix(string(text), byteOrderMark), nil
}

// writeText puts text in the place of the file at path, whole or not at all: a crash leaves the old or the new one. The
// file has mode 0600, and a directory that is missing is made with 0700. A symbolic link stays one; its target changes.
func writeText(path, text string) (err error) {
	defer func() {
		if err != nil {
			err = fmt.Errorf("write settings: %w", err)
		}
	}()
	path, err = resolve(path)
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".settings-*.toml") // mode 0600
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			temp.Close()
			os.Remove(temp.Name())
		}
	}()
	if _, err := temp.WriteString(text); err != nil {
		return err
	}
	if err := temp.Sync(); err != nil {
		return err
	}
	if err := temp.Close(); err != nil {
		return err
	}
	if err := renameFile(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// resolve follows the symbolic links of path, also of one whose target does not exist yet.
func resolve(path string) (string, error) {
	const links = 16
	for range links {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link, or nothing there
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(path), target)
		}
		path = target
	}
	return "", fmt.Errorf("%s: more than %d symbolic links", path, links)
}
