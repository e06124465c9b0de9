//go:build !windows && !darwin

package preferred

import "os"

func preferred() []string { return fromEnvironment(os.Getenv) }
