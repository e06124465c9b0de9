package chooser

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// mostScript is how many bytes a script may have.
const mostScript = 1 << 20

// A source is where a script comes from.
type source interface {
	// read returns the script, or that it has not changed since the last time.
	read(ctx context.Context) (text string, changed bool, err error)
	// forget makes the next read return the script, changed or not.
	forget()
	// every is how often it is worth a look.
	every() time.Duration
}

// sourceOf is the source of a script's URL, which upstream.Parse has taken.
func (c *Chooser) sourceOf(text string) source {
	u, err := url.Parse(text)
	if err == nil && u.Scheme == "file" {
		return &file{path: filePath(u.Path, runtime.GOOS)}
	}
	return &page{url: text, fetch: c.crew.fetch}
}

// filePath is the path that a file's URL has: /C:/x.pac is C:\x.pac on Windows.
func filePath(path, goos string) string {
	if goos == "windows" && len(path) > 2 && path[2] == ':' {
		path = path[1:]
	}
	return filepath.FromSlash(path)
}

// A file is a script on this machine.
type file struct {
	path     string
	modified time.Time
	size     int64
}

func (f *file) every() time.Duration { return time.Second }

func (f *file) forget() { f.size = -1 }

func (f *file) read(context.Context) (string, bool, error) {
	info, err := os.Stat(f.path)
	if err != nil {
		f.forget() // it may come back as it was
		return "", false, err
	}
	if !info.Mode().IsRegular() { // a pipe would be waited for
		return "", false, fmt.Errorf("read %s: it is no file", f.path)
	}
	if info.ModTime().Equal(f.modified) && info.Size() == f.size {
		return "", false, nil
	}
	opened, err := os.Open(f.path)
	if err != nil {
		return "", false, err
	}
	defer opened.Close()
	text, err := ReadScript(opened)
	if err != nil {
		return "", false, fmt.Errorf("read %s: %w", f.path, err)
	}
	f.modified, f.size = info.ModTime(), info.Size()
	return text, true, nil
}

// ReadScript reads a whole script, which is bounded.
func ReadScript(from io.Reader) (string, error) {
	text, err := io.ReadAll(io.LimitReader(from, mostScript+1))
	switch {
	case err != nil:
		return "", err
	case len(text) > mostScript:
		return "", fmt.Errorf("it is longer than %d bytes", mostScript)
	case strings.TrimSpace(string(text)) == "":
		return "", errors.New("it is empty")
	}
	return strings.ToValidUTF8(string(text), string(utf8.RuneError)), nil // older scripts have comments in Latin-1
}

// A page is a script on a web server. A process fetches it, since what it takes to
// do so would weigh on a bridge that has no such script.
type page struct {
	url            string
	fetch          func(context.Context, Question) (Reply, error)
	etag, modified string
}

func (p *page) every() time.Duration { return 5 * time.Minute }

func (p *page) forget() { p.etag, p.modified = "", "" }

func (p *page) read(ctx context.Context) (string, bool, error) {
	r, err := p.fetch(ctx, Question{Fetch: p.url, ETag: p.etag, Modified: p.modified})
	switch {
	case err != nil:
		return "", false, fmt.Errorf("fetch: %w", err)
	case r.Same:
		return "", false, nil
	}
	text, err := ReadScript(strings.NewReader(r.Text))
	if err != nil {
		return "", false, fmt.Errorf("fetch: %w", err)
	}
	p.etag, p.modified = r.ETag, r.Modified
	return text, true, nil
}

// ScriptURL returns the URL of the script that an upstream's URL names; empty if it
// names none.
func ScriptURL(text string) string {
	e, err := upstream.Parse(text)
	if err != nil {
		return ""
	}
	return e.Script
}
