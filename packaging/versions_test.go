// Package packaging_test checks the parts of packaging that need no packages.
package packaging_test

import (
	"os/exec"
	"regexp"
	"runtime"
	"strings"
	"testing"
)

// What each package manager compares, in its own words. Each row is earlier than the one below it.
func TestVersions(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("packages for Linux are not made on Windows")
	}
	for _, tt := range []struct{ version, deb, archlinux, apk string }{
		{"0.0.0-20261120.6a4057c", "0.0.0~20261120.6a4057c", "0.0.0pre20261120.6a4057c", "0.0.0_pre20261120"},
		{"1.2.3-rc.1", "1.2.3~rc.1", "1.2.3rc.1", "1.2.3_rc1"},
		{"1.2.3-rc.2", "1.2.3~rc.2", "1.2.3rc.2", "1.2.3_rc2"},
		{"1.2.3", "1.2.3", "1.2.3", "1.2.3"},
	} {
		for format, want := range map[string]string{"deb": tt.deb, "rpm": tt.deb, "archlinux": tt.archlinux, "apk": tt.apk} {
			out, err := exec.Command("linux/versions", format, tt.version).Output()
			if got := strings.TrimSpace(string(out)); got != want || err != nil {
				t.Errorf("versions %s %s = %q, %v, want %q", format, tt.version, got, err, want)
			}
		}
	}
	if out, err := exec.Command("linux/versions", "msi", "1.2.3").CombinedOutput(); err == nil || !strings.Contains(string(out), "msi") {
		t.Errorf("versions msi 1.2.3: %v, %s", err, out)
	}
}

// The version of what is checked out is one that all parts understand.
func TestVersion(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("packages for Linux are not made on Windows")
	}
	if err := exec.Command("git", "log", "-1").Run(); err != nil {
		t.Skip("this is no git checkout")
	}
	out, err := exec.Command("./version").CombinedOutput()
	if err != nil || !regexp.MustCompile(`^\d+\.\d+\.\d+(-[0-9a-z.]+)?\n$`).Match(out) {
		t.Errorf("version = %q, %v", out, err)
	}
}
