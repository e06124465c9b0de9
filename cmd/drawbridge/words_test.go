package main

import (
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
)

// Status has a line for whom the system's programs are led to, and none where that is nobody's wish.
func TestStatusSaysWhoseTheProxyIs(t *testing.T) {
	for _, tt := range []struct {
		on    bool
		proxy app.SystemProxy
		want  string
	}{
		{true, app.SystemProxy{}, ""},
		{true, app.SystemProxy{On: true, Wanted: true}, "system's proxy  the bridge"},
		{true, app.SystemProxy{On: true, Wanted: true, Changed: []string{"mode", "ignore-hosts"}},
			"system's proxy  the bridge, but changed by somebody else: mode, ignore-hosts; to set it again: drawbridge system-proxy on"},
		{false, app.SystemProxy{Wanted: true}, "system's proxy  the bridge, when it is on"},
		{true, app.SystemProxy{Wanted: true}, ""}, // a problem says why
	} {
		var said strings.Builder
		tt.proxy.Supported = true
		s := app.State{On: tt.on, SystemProxy: tt.proxy}
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
