// Announce makes what tells running programs of a release: update.json, and its signature update.json.sig, out of a folder
// with the release's files and their SHA256SUMS.
//
//	announce key FILE
//	announce make [flags] FOLDER
//	announce sign --key FILE [--key FILE] FOLDER
//	announce verify --keys PUBLIC[,PUBLIC] FOLDER
//
// The public key that "key" prints is compiled into releases: -ldflags "-X main.updateKeys=PUBLIC". To change keys, have
// releases carry both public ones for a while, and sign with both private ones.
//
// What was issued holds for a time (--valid); sign it anew before that is over, even without a new release: make and sign.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/app/update"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintf(os.Stderr, "announce: %v\n", err)
		os.Exit(1)
	}
}

// The files in the release's folder.
const (
	manifestName  = "update.json"
	signatureName = manifestName + ".sig"
	sumsName      = "SHA256SUMS"
)

func run(args []string, out io.Writer) error {
	if len(args) == 0 {
		return errors.New("say what: key, make, sign or verify")
	}
	f := flag.NewFlagSet("announce "+args[0], flag.ContinueOnError)
	var do func(at string) error
	switch args[0] {
	case "key":
		do = func(at string) error { return makeKey(at, out) }
	case "make":
		p := plan{}
		f.StringVar(&p.version, "version", os.Getenv("VERSION"), "version of the release, 1.2.3 (default: $VERSION)")
		f.StringVar(&p.base, "base", "", "URL of the folder where the release's files will be, https")
		f.StringVar(&p.page, "page", "", "URL of the release's page, https")
		f.StringVar(&p.notes, "notes", "", "folder with what changed, in plain text: en.txt, zh-Hans.txt, …")
		f.StringVar(&p.date, "date", os.Getenv("SOURCE_DATE_EPOCH"), "the release's date, in seconds of Unix (default: $SOURCE_DATE_EPOCH)")
		f.StringVar(&p.issued, "issued", "", "when this is signed, in seconds of Unix (default: the release's date)")
		f.DurationVar(&p.valid, "valid", 365*24*time.Hour, "how long it holds from then on")
		do = func(at string) error { return makeManifest(at, p) }
	case "sign":
		var keys files
		f.Var(&keys, "key", "`file` with a private key; may be given again")
		do = func(at string) error { return sign(at, keys) }
	case "verify":
		keys := f.String("keys", "", "public keys, with commas between")
		do = func(at string) error { return verify(at, *keys, out) }
	default:
		return fmt.Errorf("%q: has to be key, make, sign or verify", args[0])
	}
	if err := f.Parse(args[1:]); err != nil {
		return err
	}
	if f.NArg() != 1 {
		return fmt.Errorf("%s: name one file or folder", args[0])
	}
	return do(f.Arg(0))
}

// files is a flag that may be given again.
type files []string

func (f *files) String() string     { return strings.Join(*f, ",") }
func (f *files) Set(v string) error { *f = append(*f, v); return nil }

// sign writes the signatures of the folder's manifest.
func sign(at string, keys []string) error {
	text, err := os.ReadFile(filepath.Join(at, manifestName))
	if err != nil {
		return err
	}
	if _, err := update.Parse(text); err != nil { // what nobody can read need not be signed
		return err
	}
	if len(keys) == 0 {
		return errors.New("sign: name a file with a private key: --key FILE")
	}
	var lines strings.Builder
	for _, name := range keys {
		key, err := readKey(name)
		if err != nil {
			return err
		}
		lines.WriteString(update.Sign(text, key))
	}
	return os.WriteFile(filepath.Join(at, signatureName), []byte(lines.String()), 0o644)
}

// verify looks at a folder as a running program would, and at the files that the manifest names.
func verify(at, public string, out io.Writer) error {
	keys, err := update.ParseKeys(public)
	if err != nil {
		return err
	}
	text, err := os.ReadFile(filepath.Join(at, manifestName))
	if err != nil {
		return err
	}
	signatures, err := os.ReadFile(filepath.Join(at, signatureName))
	if err != nil {
		return err
	}
	m, err := keys.Open(update.Announcement{Text: text, Signatures: string(signatures)}, update.Seen{}, time.Now())
	if err != nil {
		return err
	}
	for _, a := range m.Release.Artifacts {
		name := a.URL[strings.LastIndexByte(a.URL, '/')+1:]
		size, sum, err := measure(filepath.Join(at, name))
		switch {
		case err != nil:
			return err
		case size != a.Size || sum != a.SHA256:
			return fmt.Errorf("%s: is not what the manifest says", name)
		}
		fmt.Fprintf(out, "%s  %s %s %s\n", name, a.OS, a.Arch, a.Kind)
	}
	_, err = fmt.Fprintf(out, "%s of %s, until %s\n", m.Release.Version, m.Release.Date.UTC().Format(time.DateOnly), m.Expires.UTC().Format(time.DateOnly))
	return err
}

// moment reads seconds of Unix.
func moment(name, text string) (time.Time, error) {
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s %q: has to be a number of seconds", name, text)
	}
	return time.Unix(seconds, 0).UTC(), nil
}
