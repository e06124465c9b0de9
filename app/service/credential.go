package service

import (
	"os"
	"path/filepath"
)

// credential is what systemd calls its copy of the settings file.
const credential = "settings"

// Readable returns the settings file that the machine's service is to read: the one at path, or, where that is not for
// this process's user, systemd's copy of it. That one is as it was when the service was started.
func Readable(path string) (readable string, copied bool) {
	f, err := os.Open(path)
	if err == nil {
		f.Close()
		return path, false
	}
	if dir := os.Getenv("CREDENTIALS_DIRECTORY"); os.IsPermission(err) && dir != "" {
		return filepath.Join(dir, credential), true
	}
	return path, false
}
