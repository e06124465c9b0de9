package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/app/update"
)

// A plan is what the files of a release do not say themselves.
type plan struct {
	version, base, page, notes string
	date, issued               string // seconds of Unix
	valid                      time.Duration
}

// makeManifest writes a folder's manifest. The same files and the same plan make the same bytes.
func makeManifest(at string, p plan) error {
	date, err := moment("date", p.date)
	if err != nil {
		return err
	}
	issued, err := moment("issued", cmp.Or(p.issued, p.date))
	if err != nil {
		return err
	}
	notes, err := readNotes(p.notes)
	if err != nil {
		return err
	}
	artifacts, err := readArtifacts(at, p)
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(update.Manifest{
		Format: 1, Issued: issued, Expires: issued.Add(p.valid),
		Release: update.Release{Version: p.version, Date: date, Page: p.page, Notes: notes, Artifacts: artifacts},
	}, "", "  ")
	if err != nil {
		return err
	}
	text = append(text, '\n')
	if _, err := update.Parse(text); err != nil { // as strictly as programs do
		return err
	}
	return os.WriteFile(filepath.Join(at, manifestName), text, 0o644)
}

// readNotes reads a folder of texts by language.
func readNotes(at string) (map[string]string, error) {
	paths, err := filepath.Glob(filepath.Join(at, "*.txt"))
	if err != nil || at == "" || len(paths) == 0 {
		return nil, fmt.Errorf("notes %q: has to be a folder with en.txt", at)
	}
	notes := make(map[string]string)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		notes[strings.TrimSuffix(filepath.Base(path), ".txt")] = string(bytes.TrimSpace(text))
	}
	return notes, nil
}

// readArtifacts lists what is among the folder's files for running programs. Each has to stand in SHA256SUMS, and to be
// what that says.
func readArtifacts(at string, p plan) ([]update.Artifact, error) {
	text, err := os.ReadFile(filepath.Join(at, sumsName))
	if err != nil {
		return nil, err
	}
	var artifacts []update.Artifact
	for line := range strings.Lines(string(text)) {
		line = strings.TrimRight(line, "\r\n")
		sum, name, ok := strings.Cut(line, " ")
		name = strings.TrimLeft(name, " *")
		if !ok || name == "" {
			return nil, fmt.Errorf("%s: %q is no sum and name", sumsName, line)
		}
		a, ok := artifactOf(name, p.version)
		if !ok {
			continue
		}
		size, is, err := measure(filepath.Join(at, name))
		switch {
		case err != nil:
			return nil, err
		case is != sum:
			return nil, fmt.Errorf("%s: is not what %s says", name, sumsName)
		}
		a.URL, a.Size, a.SHA256 = strings.TrimSuffix(p.base, "/")+"/"+name, size, sum
		artifacts = append(artifacts, a)
	}
	if len(artifacts) == 0 {
		return nil, errors.New("nothing in " + sumsName + " is for running programs")
	}
	slices.SortFunc(artifacts, func(a, b update.Artifact) int { return strings.Compare(a.URL, b.URL) })
	return artifacts, nil
}

// The lowest versions of systems that Go's programs run on and that have unix sockets.
const (
	leastWindows = "10.0.17134"
	leastMacOS   = "12.0"
)

var portable = regexp.MustCompile(`^drawbridge-desktop-(.+)-(linux|freebsd)-([a-z0-9]+)\.tar\.gz$`)

// artifactOf says for whom a file of a release is, by its name. Packages are for their managers, and what has no desktop
// is not updated by itself: both are for none.
func artifactOf(name, version string) (update.Artifact, bool) {
	for _, arch := range []string{"amd64", "arm64"} {
		switch name {
		case "drawbridge-" + version + "-windows-" + arch + "-setup.exe":
			return update.Artifact{OS: "windows", Arch: arch, Kind: update.Setup, MinOS: leastWindows}, true
		case "drawbridge-" + version + "-windows-" + arch + ".zip":
			return update.Artifact{OS: "windows", Arch: arch, Kind: update.Archive, MinOS: leastWindows}, true
		}
	}
	if name == "drawbridge-"+version+"-macos-universal.dmg" { // one that is not signed has another name
		return update.Artifact{OS: "darwin", Arch: "universal", Kind: update.Image, MinOS: leastMacOS}, true
	}
	if parts := portable.FindStringSubmatch(name); parts != nil && parts[1] == version {
		return update.Artifact{OS: parts[2], Arch: parts[3], Kind: update.Archive}, true
	}
	return update.Artifact{}, false
}

// measure reads a file for its size and SHA-256.
func measure(path string) (size int64, sum string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return 0, "", err
	}
	defer file.Close()
	h := sha256.New()
	size, err = io.Copy(h, file)
	return size, hex.EncodeToString(h.Sum(nil)), err
}
