package app_test

import (
	"slices"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
)

func TestBypassed(t *testing.T) {
	bypass := []string{"*.corp", "10.0.0.0/8", "example.org:8080", "<local>"}
	for target, want := range map[string]string{
		"git.corp":                 "*.corp",
		" git.corp:22 ":            "*.corp",
		"https://git.corp/x?y":     "*.corp",
		"10.1.2.3":                 "10.0.0.0/8",
		"example.org":              "",
		"example.org:8080":         "example.org:8080",
		"http://example.org:8080/": "example.org:8080",
		"localhost":                "<local>",
		"::1":                      "<local>",
		"[::1]:80":                 "<local>",
	} {
		got, direct, err := app.Bypassed(bypass, target)
		if err != nil || got != want || direct != (want != "") {
			t.Errorf("Bypassed(%q) = %q, %v, %v, want %q", target, got, direct, err, want)
		}
	}
	for _, target := range []string{"", "a b", "x:y", "ftp://x/", "x:99999"} {
		if _, _, err := app.Bypassed(bypass, target); err == nil {
			t.Errorf("Bypassed(%q) is no error", target)
		}
	}
}

func TestUnsaidOn(t *testing.T) {
	corp := []string{"corp", "*.corp", "10.0.0.0/8", "wiki.test:8080"}
	for _, tt := range []struct {
		system string
		bypass []string
		want   []app.Unsaid
	}{
		{"linux", nil, nil},
		{"linux", []string{"*.corp", "10.0.0.0/99"}, nil},
		{"linux", corp, []app.Unsaid{
			{"wiki.test:8080", "gnome", "under", false},
			{"corp", "kde", "endings", false},
			{"10.0.0.0/8", "kde", "lookups", false},
			{"wiki.test:8080", "kde", "endings", false},
			{"10.0.0.0/8", "no_proxy", "networks", true},
			{"wiki.test:8080", "no_proxy", "under", false},
		}},
		{"windows", corp, []app.Unsaid{
			{"10.0.0.0/8", "wininet", "networks", true},
			{"10.0.0.0/8", "no_proxy", "networks", true},
			{"wiki.test:8080", "no_proxy", "under", false},
		}},
		{"darwin", corp, []app.Unsaid{
			{"wiki.test:8080", "macos", "ports", false},
			{"10.0.0.0/8", "no_proxy", "networks", true},
			{"wiki.test:8080", "no_proxy", "under", false},
		}},
		{"windows", []string{"10.*.1.*"}, []app.Unsaid{
			{"10.*.1.*", "wininet", "names", false},
			{"10.*.1.*", "no_proxy", "stars", false},
		}},
	} {
		if got := app.UnsaidOn(tt.system, tt.bypass); !slices.Equal(got, tt.want) {
			t.Errorf("UnsaidOn(%s, %q) =\n%v, want\n%v", tt.system, tt.bypass, got, tt.want)
		}
	}
}
