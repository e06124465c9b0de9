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

// Read fetches the manifest over the way, and believes it only if one of the keys has signed it, it holds at the time
// now, and it is not older than what was seen. Its errors are each a [Failure].
func (f Feed) Read(ctx context.Context, way Way, seen Seen, now time.Time) (Manifest, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errSlow)
	defer cancel()
	text, err := way.get(ctx, f.URL, MostManifest)
	if err != nil {
		return Manifest{}, err
	}
	signatures, err := way.get(ctx, f.URL+".sig", mostSignature)
	if err != nil {
		return Manifest{}, err
	}
	return f.Keys.Open(text, string(signatures), seen, now)
}

// Open is [Feed.Read] for a manifest that is there already. Nothing of it is parsed before its signature is verified.
func (keys Keys) Open(text []byte, signatures string, seen Seen, now time.Time) (Manifest, error) {
	if err := keys.Verify(text, signatures); err != nil {
		return Manifest{}, err
	}
	m, err := Parse(text)
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
