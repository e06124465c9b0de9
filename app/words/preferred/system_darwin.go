package preferred

import (
	"os"
	"os/exec"
)

// preferred asks what the user has set, which a program started from the Dock is not told by its environment.
func preferred() []string {
	out, err := exec.Command("/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if tags := fromPropertyList(string(out)); err == nil && len(tags) > 0 {
		return tags
	}
	return fromEnvironment(os.Getenv)
}
