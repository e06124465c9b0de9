//go:build unix

package chooser

import (
	"os"
	"syscall"
)

// apart keeps the terminal's signals away: the process ends with its input.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// needed is what a process needs of the environment: the time zone.
func needed() []string {
	if zone, ok := os.LookupEnv("TZ"); ok {
		return []string{"TZ=" + zone}
	}
	return nil
}
