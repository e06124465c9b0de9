package settings

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// patience is how long others may hold the file.
const patience = 2 * time.Second

// readFile reads a file that somebody else may just be writing.
func readFile(path string) (text []byte, err error) {
	err = patiently(func() error {
		text, err = os.ReadFile(path)
		return err
	})
	return text, err
}

// renameFile renames from to to, which somebody else may just be reading: another Drawbridge, an editor, a virus scanner.
func renameFile(from, to string) error {
	return patiently(func() error { return os.Rename(from, to) })
}

// patiently tries f until it does not fail because a file is open elsewhere: Windows lets nobody replace a file that
// somebody reads, or read one that somebody keeps for himself. Readers are usually done in a moment.
func patiently(f func() error) error {
	pause := time.Millisecond
	for end := time.Now().Add(patience); ; pause = min(2*pause, 50*time.Millisecond) {
		err := f()
		held := errors.Is(err, windows.ERROR_ACCESS_DENIED) || errors.Is(err, windows.ERROR_SHARING_VIOLATION)
		if !held || time.Now().After(end) {
			return err
		}
		time.Sleep(pause)
	}
}

// syncDir has nothing to do: there is no such call here, and no need.
func syncDir(string) error { return nil }
