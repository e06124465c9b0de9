package update

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// An Installer is an artifact that was fetched: a file in a folder of its own, which nobody else may enter.
type Installer struct {
	Artifact Artifact
	Path     string
}

// folder is what the names of the folders begin with.
const folder = "drawbridge-update-"

// stall is how long a download may stand still.
const stall = 30 * time.Second

// Download fetches an artifact over the way into a new folder in dir, which only this user may enter, and compares size
// and SHA-256. An empty dir is the one for temporary files. progress is called with the count of bytes that are here.
// After an error nothing of it is left; the error is a [Failure].
func Download(ctx context.Context, way Way, a Artifact, dir string, progress func(done int64)) (_ *Installer, err error) {
	private, err := os.MkdirTemp(dir, folder) // 0700
	if err != nil {
		return nil, fail(Disk, "download: %w", err)
	}
	i := &Installer{Artifact: a, Path: filepath.Join(private, fileName(a.URL))}
	defer func() {
		if err != nil {
			i.Remove()
		}
	}()
	ctx, alive, stop := stalled(ctx, stall)
	defer stop()
	file, err := os.OpenFile(i.Path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return nil, fail(Disk, "download: %w", err)
	}
	defer file.Close()
	err = way.fetch(ctx, a.URL, func(body io.Reader, length int64) error {
		if length > a.Size {
			return fail(TooLarge, "has %d bytes, and the manifest says %d", length, a.Size)
		}
		return receive(file, watched{body, alive}, a, progress)
	})
	if err != nil {
		return nil, err
	}
	if err := file.Close(); err != nil {
		return nil, fail(Disk, "download: %w", err)
	}
	return i, nil
}

// receive writes the artifact to file.
func receive(file *os.File, body io.Reader, a Artifact, progress func(int64)) error {
	sum, done := sha256.New(), int64(0)
	for buf := make([]byte, 64<<10); ; {
		n, err := body.Read(buf)
		if done += int64(n); done > a.Size {
			return fail(TooLarge, "has more than the %d bytes that the manifest says", a.Size)
		}
		sum.Write(buf[:n])
		if _, err := file.Write(buf[:n]); err != nil {
			return fail(Disk, "%w", err)
		}
		if n > 0 {
			progress(done)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			if CodeOf(err) == Other {
				err = fail(Cut, "%w", err)
			}
			return err
		}
	}
	switch {
	case done < a.Size:
		return fail(Cut, "ended after %d bytes of %d", done, a.Size)
	case hex.EncodeToString(sum.Sum(nil)) != a.SHA256:
		return fail(Tampered, "its SHA-256 is not what the manifest says")
	}
	return nil
}

// Open looks at every byte once more and then starts the installer, or, for an archive, shows its folder. While it looks,
// and until the installer has started, the file is held open, where systems can so that nobody can write it. It does not
// wait for the installer's end.
func (i *Installer) Open() error {
	file, err := hold(i.Path)
	if err != nil {
		return fail(Disk, "open the installer: %w", err)
	}
	defer file.Close()
	if err := i.compare(file); err != nil {
		return err
	}
	if err := launch(opener(i)); err != nil {
		return fail(NotOpened, "open the installer: %w", err)
	}
	return nil
}

// compare reports by its error whether the open file is the artifact, to the byte, and the one that its path names.
func (i *Installer) compare(file *os.File) error {
	info, err := file.Stat()
	if err != nil {
		return fail(Disk, "open the installer: %w", err)
	}
	named, err := os.Lstat(i.Path)
	if err != nil {
		return fail(Disk, "open the installer: %w", err)
	}
	sum := sha256.New()
	n, err := io.Copy(sum, io.LimitReader(file, i.Artifact.Size+1))
	switch {
	case err != nil:
		return fail(Disk, "open the installer: %w", err)
	case !os.SameFile(info, named) || !info.Mode().IsRegular() || n != i.Artifact.Size,
		hex.EncodeToString(sum.Sum(nil)) != i.Artifact.SHA256:
		return fail(Tampered, "open the installer: %s has changed since it was downloaded", i.Path)
	}
	return nil
}

// Remove removes the file and its folder. A nil Installer has none. Its error says that the file is still there, as on
// Windows while it runs.
func (i *Installer) Remove() error {
	if i == nil {
		return nil
	}
	private := filepath.Dir(i.Path)
	if !strings.HasPrefix(filepath.Base(private), folder) {
		return nil
	}
	for _, path := range []string{i.Path, private} { // there is nothing else; and so older Wines can do it, too
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
