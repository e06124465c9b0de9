package control

import (
	"os"
	"path/filepath"

	"github.com/gofrs/flock"
)

// Claim makes this process the only face of its kind, such as "window", of those
// that use the socket at path, until release or its end. It is not alone if another
// is. Where nothing can be claimed, such as on a disk that is full, a second one is
// better than none.
func Claim(path, kind string) (release func(), alone bool) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return func() {}, true
	}
	lock := flock.New(path + "." + kind)
	ok, err := lock.TryLock()
	return func() { lock.Unlock() }, ok || err != nil
}
