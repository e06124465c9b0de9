package update

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// A Manifest is what is signed: which release is the newest, and for how long that may be believed.
type Manifest struct {
	Format  int       `json:"format"`  // 1
	Issued  time.Time `json:"issued"`  // when it was signed; one that was issued before another is not taken after it
	Expires time.Time `json:"expires"` // from then on it is refused, so that nobody can keep an old one alive
	Release Release   `json:"release"`
}

// A Release is one version of Drawbridge.
type Release struct {
	Version string    `json:"version"` // without a "v"
	Date    time.Time `json:"date"`
	Page    string    `json:"page"` // https: where a person reads and downloads
	// Notes say what changed, by language: en is always there. They are plain text.
	Notes     map[string]string `json:"notes"`
	Artifacts []Artifact        `json:"artifacts"`
}

// An Artifact is one file of a release.
type Artifact struct {
	OS     string `json:"os"`   // as Go calls it
	Arch   string `json:"arch"` // the same; "universal" fits all
	Kind   Kind   `json:"kind"`
	URL    string `json:"url"`  // https
	Size   int64  `json:"size"` // bytes
	SHA256 string `json:"sha256"`
	// MinOS is the lowest version of the system that can run it, "10.0.17763" or "12.0"; empty: every one.
	MinOS string `json:"min_os,omitempty"`
}

// Kind is what is done with an artifact.
type Kind string

// The kinds.
const (
	Setup   Kind = "setup"   // a Windows installer
	Image   Kind = "image"   // a disk image of macOS
	Archive Kind = "archive" // is unpacked by hand: a portable tar or zip
)

// Bounds of a manifest.
const (
	MostManifest  = 256 << 10 // bytes
	mostSignature = 4 << 10
	mostNotes     = 4 << 10 // bytes in each language: they travel with each state
	mostLanguages = 8
	mostArtifacts = 100
	mostURL       = 500
	mostArtifact  = 1 << 30 // bytes
)

// Parse reads a manifest, strictly: a field that is unknown, missing or wrong is an error that names it. It does not look
// at signatures or clocks.
func Parse(text []byte) (Manifest, error) {
	var m Manifest
	if len(text) > MostManifest {
		return m, fail(TooLarge, "manifest: more than %d bytes", MostManifest)
	}
	if !utf8.Valid(text) {
		return m, fail(Malformed, "manifest: is not UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&m); err != nil {
		return Manifest{}, fail(Malformed, "manifest: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return Manifest{}, fail(Malformed, "manifest: there is something behind its end")
	}
	if err := m.check(); err != nil {
		return Manifest{}, fail(Malformed, "manifest: %w", err)
	}
	return m, nil
}

// check is nil where every field is right; the first one that is not is named.
func (m Manifest) check() error {
	r := m.Release
	switch {
	case m.Format != 1:
		return fmt.Errorf("format %d: this program reads format 1", m.Format)
	case m.Issued.IsZero():
		return errors.New("issued: is missing")
	case !m.Expires.After(m.Issued):
		return errors.New("expires: has to be after issued")
	case !ValidVersion(r.Version) || strings.HasPrefix(r.Version, "v"):
		return fmt.Errorf("version %q: has to be like 1.2.3 or 1.2.3-rc.1", r.Version)
	case r.Date.IsZero():
		return errors.New("date: is missing")
	case r.Notes["en"] == "":
		return errors.New("notes.en: is missing")
	case len(r.Notes) > mostLanguages:
		return fmt.Errorf("notes: in more than %d languages", mostLanguages)
	case len(r.Artifacts) > mostArtifacts:
		return fmt.Errorf("artifacts: more than %d", mostArtifacts)
	}
	if err := checkURL(r.Page); err != nil {
		return fmt.Errorf("page %q: %w", r.Page, err)
	}
	for tag, text := range r.Notes {
		if err := checkNotes(text); err != nil {
			return fmt.Errorf("notes.%s: %w", tag, err)
		}
	}
	for i, a := range r.Artifacts {
		if err := a.check(); err != nil {
			return fmt.Errorf("artifact %d: %w", i+1, err)
		}
	}
	return nil
}

func (a Artifact) check() error {
	sum, err := hex.DecodeString(a.SHA256)
	switch {
	case a.OS == "" || a.Arch == "":
		return errors.New("os and arch: have to be there")
	case a.Kind != Setup && a.Kind != Image && a.Kind != Archive:
		return fmt.Errorf("kind %q: has to be setup, image or archive", a.Kind)
	case a.Size <= 0 || a.Size > mostArtifact:
		return fmt.Errorf("size %d: has to be from 1 to %d bytes", a.Size, mostArtifact)
	case err != nil || len(sum) != 32 || a.SHA256 != strings.ToLower(a.SHA256):
		return fmt.Errorf("sha256 %q: has to be 64 hexadecimal digits, in lower case", a.SHA256)
	case strings.Trim(a.MinOS, "0123456789.") != "":
		return fmt.Errorf("min_os %q: has to be numbers with dots between", a.MinOS)
	}
	if err := checkURL(a.URL); err != nil {
		return fmt.Errorf("url %q: %w", a.URL, err)
	}
	if fileName(a.URL) == "" {
		return fmt.Errorf("url %q: names no file", a.URL)
	}
	return nil
}

// checkURL allows https with a host, and nothing that a person could be led astray with.
func checkURL(text string) error {
	if len(text) > mostURL {
		return fmt.Errorf("is longer than %d bytes", mostURL)
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "https" || u.Hostname() == "" || u.User != nil || u.Fragment != "" {
		return errors.New("has to be https://HOST/…")
	}
	return nil
}

// checkNotes allows plain text in lines.
func checkNotes(text string) error {
	if len(text) > mostNotes {
		return fmt.Errorf("has more than %d bytes", mostNotes)
	}
	for _, r := range text {
		if r != '\n' && !unicode.IsGraphic(r) || unicode.Is(unicode.Bidi_Control, r) {
			return fmt.Errorf("has the character %U, which is not text", r)
		}
	}
	return nil
}

// fileName is the last part of a URL's path, if a file can be called that everywhere: then it is the name under which
// the artifact is stored.
func fileName(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	name := u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-"
	if len(name) > 100 || strings.HasPrefix(name, ".") || strings.HasPrefix(name, "-") || strings.HasSuffix(name, ".") || strings.Trim(name, letters) != "" {
		return ""
	}
	return name
}
