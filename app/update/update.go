// Package update knows how a newer version of Drawbridge is found, proven to be ours, and installed by the user.
//
// A [Manifest] says which [Release] is the newest, what changed in it, and by which [Artifact] each system installs it.
// It is a JSON file with an ed25519 signature beside it; the public [Keys] are compiled in. A [Feed] reads it over a
// [Way], which is the running bridge and nothing else: there is no connection to the network in this package but through
// that. What is refused is a [Failure] with a code that faces have a sentence for.
//
// A [Source] says how the running program came here. What a package manager owns is left to it: then there is only the
// command to say. For the rest, [Download] fetches the artifact into a private folder, and [Installer.Open] looks at
// every byte of it once more before anything is started. No file of an installation is ever replaced by this package.
package update

import (
	"errors"
	"fmt"
)

// A Failure is why an update was not found, not fetched or not opened.
type Failure struct {
	Code Code
	Err  error // what happened, in English
}

func (f *Failure) Error() string { return f.Err.Error() }
func (f *Failure) Unwrap() error { return f.Err }

// Code is a failure's kind in one word.
type Code string

// The codes.
const (
	Off        Code = "off"       // the bridge is off
	Down       Code = "down"      // the upstream does not answer, so nothing is tried
	NoBridge   Code = "bridge"    // nothing listens where the bridge should
	NoWay      Code = "way"       // the bridge does not get there: the upstream is dead, or the server
	Insecure   Code = "tls"       // the server cannot prove who it is
	Redirected Code = "redirect"  // to a place without TLS, or too often
	Refused    Code = "answer"    // the server answers something else than the file
	Cut        Code = "cut"       // the answer ended too early
	TooLarge   Code = "large"     // more bytes than it may have
	TooSlow    Code = "slow"      // it took too long
	Unsigned   Code = "signature" // the signature is wrong
	UnknownKey Code = "key"       // it is signed, but by none of our keys
	Malformed  Code = "manifest"  // the manifest is no manifest
	Expired    Code = "expired"   // the manifest holds no longer
	Older      Code = "older"     // the manifest, or its release, is older than one that was seen before
	Tampered   Code = "tampered"  // the artifact is not what the manifest says
	Disk       Code = "disk"      // it cannot be written or read
	NotOpened  Code = "open"      // the installer did not start
	Nothing    Code = "nothing"   // there is no such artifact to fetch, or none that was fetched
	Other      Code = "other"
)

func fail(code Code, format string, args ...any) error {
	return &Failure{code, fmt.Errorf(format, args...)}
}

// CodeOf is the code of an error, Other where it has none, and empty for nil.
func CodeOf(err error) Code {
	var f *Failure
	switch {
	case err == nil:
		return ""
	case errors.As(err, &f):
		return f.Code
	}
	return Other
}
