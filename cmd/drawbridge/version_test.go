package main

import (
	"runtime"
	"runtime/debug"
	"strings"
	"testing"
)

func TestBuildOf(t *testing.T) {
	module := func(version string, settings ...debug.BuildSetting) *debug.BuildInfo {
		return &debug.BuildInfo{Main: debug.Module{Version: version}, Settings: settings}
	}
	revision := debug.BuildSetting{Key: "vcs.revision", Value: "abc123"}
	modified := debug.BuildSetting{Key: "vcs.modified", Value: "true"}
	tests := []struct {
		told   string
		info   *debug.BuildInfo
		want   string
		commit string
	}{
		{"", nil, "dev", ""},
		{"1.2.3", nil, "1.2.3", ""},
		{"", module("(devel)"), "dev", ""},
		{"", module("v1.2.3"), "v1.2.3", ""},
		{"1.2.4", module("v1.2.3", revision), "1.2.4", "abc123"},
		{"", module("(devel)", revision, modified), "dev", "abc123+changes"},
	}
	for _, tt := range tests {
		b := buildOf(tt.told, tt.info)
		if b.Version != tt.want || b.Commit != tt.commit {
			t.Errorf("buildOf(%q, %v) = %q, commit %q, want %q, %q", tt.told, tt.info, b.Version, b.Commit, tt.want, tt.commit)
		}
		if text := b.String(); !strings.HasPrefix(text, "drawbridge "+tt.want+" ("+runtime.Version()) {
			t.Errorf("String() = %q", text)
		}
	}
}
