package update_test

import (
	"testing"

	"github.com/drawbridge-app/drawbridge/app/update"
)

// The order is that of semver.org, section 11; each is newer than all before it.
func TestNewer(t *testing.T) {
	order := []string{
		"dev", "0.0.0-20261120.abcdef0", "0.0.1", "0.9.0", "0.10.0",
		"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
		"1.0.1", "1.2.0", "v1.2.1-3-gabcdef0", "1.2.1", "2.0.0", "10.0.0",
	}
	for i, a := range order {
		for j, b := range order {
			if got, want := update.Newer(a, b), i > j; got != want {
				t.Errorf("Newer(%q, %q) = %v, want %v", a, b, got, want)
			}
		}
	}
	for _, same := range [][2]string{{"v1.2.3", "1.2.3"}, {"1.2.3+a", "1.2.3+b"}, {"dev", "also dev"}} {
		if update.Newer(same[0], same[1]) || update.Newer(same[1], same[0]) {
			t.Errorf("%q and %q are not the same", same[0], same[1])
		}
	}
}

func TestValidVersion(t *testing.T) {
	for text, want := range map[string]bool{
		"1.2.3": true, "v1.2.3": true, "1.2.3-rc.1": true, "1.2.3-0": true, "1.2.3+build.5": true,
		"": false, "dev": false, "1.2": false, "1.2.3.4": false, "01.2.3": false, "1.2.3-": false, "1.2.3-a..b": false,
		"1.2.3-01": false, "1.2.3\n": false, "1.2.3 ": false, "99999999999.0.0": false, "1.2.3-ä": false,
	} {
		if got := update.ValidVersion(text); got != want {
			t.Errorf("ValidVersion(%q) = %v, want %v", text, got, want)
		}
	}
}

func TestFit(t *testing.T) {
	a := func(os, arch string, kind update.Kind, least string) update.Artifact {
		return update.Artifact{OS: os, Arch: arch, Kind: kind, MinOS: least}
	}
	r := update.Release{Artifacts: []update.Artifact{
		a("linux", "amd64", update.Archive, ""), a("windows", "amd64", update.Setup, "10.0.17763"), a("darwin", "universal", update.Image, "12"),
	}}
	for _, tt := range []struct {
		kind              update.Kind
		os, arch, version string
		want              bool
	}{
		{update.Archive, "linux", "amd64", "", true},
		{update.Archive, "linux", "arm64", "", false},
		{update.Setup, "linux", "amd64", "", false},
		{update.Setup, "windows", "amd64", "10.0.22631", true},
		{update.Setup, "windows", "amd64", "10.0.17763", true},
		{update.Setup, "windows", "amd64", "10.0.9200", false},
		{update.Setup, "windows", "amd64", "6.1.7601", false},
		{update.Image, "darwin", "arm64", "12.0", true},
		{update.Image, "darwin", "amd64", "11.7.10", false},
		{update.Image, "darwin", "amd64", "", true}, // not known
	} {
		got, ok := r.Fit(tt.kind, tt.os, tt.arch, tt.version)
		if ok != tt.want || ok && got.OS != tt.os {
			t.Errorf("Fit(%s, %s, %s, %q) = %+v, %v", tt.kind, tt.os, tt.arch, tt.version, got, ok)
		}
	}
}
