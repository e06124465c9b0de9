package app_test

import (
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
