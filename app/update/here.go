package update

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Here is how the running program was installed. It may ask the system's package manager, which takes a moment.
func Here(ctx context.Context) Source {
	const moment = 20 * time.Second // rpm's database may be busy
	ctx, cancel := context.WithTimeout(ctx, moment)
	defer cancel()
	self, err := os.Executable()
	if err == nil {
		self, err = filepath.EvalSymlinks(self)
	}
	if err != nil {
		return Source{Kind: Portable}
	}
	p := Place{
		OS: runtime.GOOS, Executable: self, Setup: setupFolder(), Env: os.Getenv,
		Has: func(path string) bool {
			_, err := os.Stat(path)
			return err == nil
		},
		Run: func(ctx context.Context, name string, args ...string) (string, error) {
			out, err := exec.CommandContext(ctx, name, args...).Output()
			return string(out), err
		},
	}
	return p.Find(ctx)
}

// FitHere returns the artifact that updates an installation on this system, and whether there is one.
func (r Release) FitHere(s Source) (Artifact, bool) {
	kind, ok := s.Artifact()
	if !ok {
		return Artifact{}, false
	}
	return r.Fit(kind, runtime.GOOS, runtime.GOARCH, systemVersion())
}
