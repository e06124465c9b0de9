package main

import (
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/settings"
)

func TestExitCode(t *testing.T) {
	wrong := settings.Problems{{Reason: "wrong"}}
	tests := []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{errors.New("it did not work"), exitFailed},
		{usageErrorf("no such thing"), exitUsage},
		{wrong, exitUsage},
		{fmt.Errorf("load: %w", wrong), exitUsage},
		{fmt.Errorf("outer: %w", usageErrorf("inner")), exitUsage},
		{&exitError{code: 7}, 7},
	}
	for _, tt := range tests {
		if got := exitCode(tt.err); got != tt.want {
			t.Errorf("exitCode(%v) = %d, want %d", tt.err, got, tt.want)
		}
	}
}

func TestReport(t *testing.T) {
	tests := []struct {
		err  error
		want string
	}{
		{nil, ""},
		{errors.New("a"), "drawbridge: a\n"},
		{errors.Join(errors.New("a"), errors.New("b")), "drawbridge: a\ndrawbridge: b\n"},
		{&exitError{code: 7}, ""},
		{usageErrorf("a"), "drawbridge: a\n"},
	}
	for _, tt := range tests {
		var got strings.Builder
		report(&got, tt.err)
		if got.String() != tt.want {
			t.Errorf("report(%v) = %q, want %q", tt.err, got.String(), tt.want)
		}
	}
}

// Nothing of one run is left for the next: there is no state outside of it.
func TestRunKeepsItsStreamsApart(t *testing.T) {
	file := filepath.Join(t.TempDir(), "settings.toml")
	tests := []struct {
		args, stdin    string
		code           int
		stdout, stderr string // parts; empty: nothing at all
	}{
		{"settings set login.user ann login.password -", "open sesame\n", exitOK, "", ""},
		{"settings get login.password", "", exitOK, "***\n", ""},
		{"settings get login.password --json", "", exitOK, "\"***\"\n", ""},
		{"settings set login.user - login.password -", "x", exitUsage, "", "standard input is the value of another key"},
		{"settings set via", "", exitUsage, "", "via: the value is missing"},
		{"settings set", "", exitUsage, "", "a key and a value are missing"},
		{"nonsense", "", exitUsage, "", `unknown command "nonsense"`},
		{"version --json", "", exitOK, `"version"`, ""},
	}
	for _, tt := range tests {
		var stdout, stderr bytes.Buffer
		args := append([]string{"--settings", file}, strings.Fields(tt.args)...)
		code := run(t.Context(), args, strings.NewReader(tt.stdin), &stdout, &stderr)
		if code != tt.code {
			t.Errorf("%s: exit code %d, want %d", tt.args, code, tt.code)
		}
		for _, out := range []struct{ name, got, want string }{
			{"stdout", stdout.String(), tt.stdout},
			{"stderr", stderr.String(), tt.stderr},
		} {
			if (out.got == "") != (out.want == "") || !strings.Contains(out.got, out.want) {
				t.Errorf("%s: %s is %q, want %q", tt.args, out.name, out.got, out.want)
			}
			if strings.Contains(out.got, "sesame") {
				t.Errorf("%s: the secret shows on %s", tt.args, out.name)
			}
		}
	}
}
