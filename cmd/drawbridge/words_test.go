package main

import (
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
)

// Status has a line for what somebody else changed of the system's proxy, and none where nobody did.
func TestStatusSaysWhoseTheProxyIs(t *testing.T) {
	for _, tt := range []struct {
		changed []string
		want    string
	}{
		{nil, ""},
		{[]string{"mode", "ignore-hosts"}, "system's proxy  changed by somebody else: mode, ignore-hosts"},
	} {
		var said strings.Builder
		s := app.State{On: true, SystemProxy: app.SystemProxy{Supported: true, On: true, Changed: tt.changed}}
		if err := printStatus(&said, s); err != nil {
			t.Fatal(err)
		}
		var got string
		for line := range strings.Lines(said.String()) {
			if strings.HasPrefix(line, "system's proxy") {
				got += strings.TrimSpace(line)
			}
		}
		if got != tt.want {
			t.Errorf("it says %q, want %q, in\n%s", got, tt.want, said.String())
		}
	}
}
