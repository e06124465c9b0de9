package update

import (
	"cmp"
	"regexp"
	"strings"
	"sync"
)

// A version is what semver.org calls one: three numbers, and perhaps a pre-release behind a hyphen. A "v" in front, as in
// tags, and build metadata behind a plus are allowed and mean nothing.
var versionForm = sync.OnceValue(func() *regexp.Regexp { // few runs need it, and it weighs
	return regexp.MustCompile(`^v?(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})\.(0|[1-9][0-9]{0,8})(?:-([0-9A-Za-z.-]{1,60}))?(?:\+[0-9A-Za-z.-]{1,60})?$`)
})

// ValidVersion reports whether text is a version that can be compared. A build's own version may be none, such as "dev".
func ValidVersion(text string) bool {
	parts := versionForm().FindStringSubmatch(text)
	if parts == nil {
		return false
	}
	if parts[4] == "" {
		return true
	}
	for id := range strings.SplitSeq(parts[4], ".") {
		if id == "" || number(id) && len(id) > 1 && id[0] == '0' {
			return false
		}
	}
	return true
}

// Newer reports whether version a comes after b. What is no version comes before all that are.
func Newer(a, b string) bool { return compareVersions(a, b) > 0 }

// compareVersions orders by semver.org, section 11.
func compareVersions(a, b string) int {
	if !ValidVersion(a) || !ValidVersion(b) {
		return cmp.Compare(rank(ValidVersion(a)), rank(ValidVersion(b)))
	}
	x, y := versionForm().FindStringSubmatch(a), versionForm().FindStringSubmatch(b)
	for i := 1; i <= 3; i++ {
		if c := compareNumbers(x[i], y[i]); c != 0 {
			return c
		}
	}
	switch pre, than := x[4], y[4]; {
	case pre == "" || than == "": // a release comes after its pre-releases
		return cmp.Compare(rank(pre == ""), rank(than == ""))
	default:
		return comparePreReleases(strings.Split(pre, "."), strings.Split(than, "."))
	}
}

func comparePreReleases(a, b []string) int {
	for i := range min(len(a), len(b)) {
		c := 0
		switch p, q := a[i], b[i]; {
		case number(p) && number(q):
			c = compareNumbers(p, q)
		case number(p) != number(q): // numbers come before words
			c = cmp.Compare(rank(!number(p)), rank(!number(q)))
		default:
			c = strings.Compare(p, q)
		}
		if c != 0 {
			return c
		}
	}
	return cmp.Compare(len(a), len(b))
}

// compareNumbers compares digits without a zero in front: the longer one is the larger one.
func compareNumbers(a, b string) int {
	if c := cmp.Compare(len(a), len(b)); c != 0 {
		return c
	}
	return strings.Compare(a, b)
}

func number(text string) bool {
	return text != "" && strings.Trim(text, "0123456789") == ""
}

func rank(b bool) int {
	if b {
		return 1
	}
	return 0
}

// atLeast reports whether a system's version, such as "10.0.19045" or "12.6", is not below least. An empty least is no
// bound; a version that is not known is taken to be high enough, since the installer looks too.
func atLeast(version, least string) bool {
	if version == "" || least == "" {
		return true
	}
	a, b := strings.Split(version, "."), strings.Split(least, ".")
	for i := range max(len(a), len(b)) {
		p, q := "0", "0"
		if i < len(a) {
			p = strings.TrimLeft(a[i], "0")
		}
		if i < len(b) {
			q = strings.TrimLeft(b[i], "0")
		}
		if c := compareNumbers(cmp.Or(p, "0"), cmp.Or(q, "0")); c != 0 {
			return c > 0
		}
	}
	return true
}
