package update

import (
	"context"
	"time"
)

// A Feed is where releases are announced. The zero value announces none.
type Feed struct {
	URL  string // of the manifest, https; its signature is at the same URL with ".sig" behind it
	Keys Keys
}

// DefaultURL is where the project announces its releases.
const DefaultURL = "https://github.com/drawbridge-app/drawbridge/releases/latest/download/update.json"

// Seen is what a program remembers of the manifests that it has believed, so that nobody can show it an older one. The
// zero value has seen none.
type Seen struct {
	Version string    `json:"version,omitempty"` // the highest
	Issued  time.Time `json:"issued,omitzero"`   // the latest
}

// patience is how long the two small files may take together.
const patience = time.Minute

// An Announcement is a manifest as it came, with its signatures. It can be kept, and has to be opened again by who takes
// it up.
type Announcement struct {
	Text       []byte `json:"text"`
	Signatures string `json:"signatures"`
}

// Read fetches the announcement over the way, and opens it. Its errors are each a [Failure].
func (f Feed) Read(ctx context.Context, way Way, seen Seen, now time.Time) (Announcement, Manifest, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	text, err := way.get(ctx, f.URL, MostManifest)
	if err != nil {
		return Announcement{}, Manifest{}, err
	}
	signatures, err := way.get(ctx, f.URL+".sig", mostSignature)
	if err != nil {
		return Announcement{}, Manifest{}, err
	}
	a := Announcement{text, string(signatures)}
	m, err := f.Keys.Open(a, seen, now)
	return a, m, err
}

// Open believes an announcement only if one of the keys has signed it, it holds at the time now, and it is not older than
// what was seen. Nothing of it is parsed before its signature is verified. Its errors are each a [Failure].
func (keys Keys) Open(a Announcement, seen Seen, now time.Time) (Manifest, error) {
	if err := keys.Verify(a.Text, a.Signatures); err != nil {
		return Manifest{}, err
	}
	m, err := Parse(a.Text)
	switch {
	case err != nil:
		return Manifest{}, err
	case !now.Before(m.Expires):
		return Manifest{}, fail(Expired, "manifest: expired at %s", m.Expires.UTC().Format(time.RFC3339))
	case m.Issued.Before(seen.Issued):
		return Manifest{}, fail(Older, "manifest: issued at %s, and one of %s was seen",
			m.Issued.UTC().Format(time.RFC3339), seen.Issued.UTC().Format(time.RFC3339))
	case Newer(seen.Version, m.Release.Version):
		return Manifest{}, fail(Older, "manifest: its release is %s, and %s was seen", m.Release.Version, seen.Version)
	}
	return m, nil
}

// After is what is remembered once m is believed.
func (s Seen) After(m Manifest) Seen {
	if Newer(m.Release.Version, s.Version) {
		s.Version = m.Release.Version
	}
	if m.Issued.After(s.Issued) {
		s.Issued = m.Issued
	}
	return s
}

// Fit returns the artifact of a kind for a system, by its version, and whether there is one.
func (r Release) Fit(kind Kind, os, arch, version string) (Artifact, bool) {
	for _, a := range r.Artifacts {
		if a.Kind == kind && a.OS == os && (a.Arch == arch || a.Arch == "universal") && atLeast(version, a.MinOS) {
			return a, true
		}
	}
	return Artifact{}, false
}
