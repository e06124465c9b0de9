//go:build unix

package chooser

import (
	"os"
	"syscall"
)

// apart keeps the terminal's signals away: the process ends with its input.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// needed is what a process needs of the environment: the time zone, and whom to
// believe in TLS.
func needed() (env []string) {
	for _, name := range []string{"TZ", "SSL_CERT_FILE", "SSL_CERT_DIR"} {
		if value, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+value)
		}
	}
	return env
}
