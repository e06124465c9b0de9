package main

import (
	"slices"
	"testing"
)

func TestPath(t *testing.T) {
	const folder = `C:\Users\Ann\AppData\Local\Programs\Drawbridge`
	for _, c := range []struct{ list, with, without string }{
		{"", folder, ""},
		{`C:\Go\bin`, `C:\Go\bin;` + folder, `C:\Go\bin`},
		{`C:\Go\bin;`, `C:\Go\bin;` + folder, `C:\Go\bin;`}, // as Windows' own dialog leaves it
		{`%GOPATH%\bin;;C:\b`, `%GOPATH%\bin;;C:\b;` + folder, `%GOPATH%\bin;;C:\b`},
		{folder, folder, ""},
		{`C:\a;` + folder + `;C:\b`, `C:\a;` + folder + `;C:\b`, `C:\a;C:\b`},
		{`C:\a;"c:\users\ann\appdata\local\programs\drawbridge\"`, `C:\a;"c:\users\ann\appdata\local\programs\drawbridge\"`, `C:\a`},
		{folder + `2`, folder + `2;` + folder, folder + `2`},
	} {
		if got := with(c.list, folder); got != c.with {
			t.Errorf("with(%q) = %q, want %q", c.list, got, c.with)
		}
		if got := without(c.list, folder); got != c.without {
			t.Errorf("without(%q) = %q, want %q", c.list, got, c.without)
		}
	}
}

func TestChosen(t *testing.T) {
	const outside = 4 // the Explorer, a terminal
	icon, window := process{10, outside, "drawbridge-tray.exe"}, process{11, 10, "drawbridge-window.exe"}
	guard, script := process{12, 10, "Drawbridge-Tray.exe"}, process{13, 10, "drawbridge-pac.exe"}
	bridge, bridgeGuard := process{20, outside, "drawbridge.exe"}, process{21, 20, "drawbridge.exe"}
	tool := process{30, outside, "uninstall.exe"}
	aside := process{31, outside, "drawbridge.exe.old1"}
	startedByWindow := process{40, 11, "drawbridge-tray.exe"}
	for _, c := range []struct {
		name    string
		running []process
		all     bool
		want    []process
		served  []process
	}{
		{"nothing runs", nil, true, nil, nil},
		{"an upgrade leaves a bridge in a terminal alone", []process{icon, window, guard, script, bridge, bridgeGuard}, false,
			[]process{window, icon}, []process{guard, script}},
		{"nothing is left for an uninstall", []process{bridgeGuard, bridge, script, icon, tool, aside}, true,
			[]process{bridge, icon, aside}, []process{bridgeGuard, script}},
		{"a guard whose owner is dead is one like the others: who ends it heals after that", []process{bridgeGuard}, true, []process{bridgeGuard}, nil},
		{"the icon that a window has started", []process{window, startedByWindow}, false, []process{window, startedByWindow}, nil},
	} {
		got := chosen(c.running, c.all)
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: chosen = %v, want %v", c.name, got, c.want)
		}
		if got := served(c.running, got); !slices.Equal(got, c.served) {
			t.Errorf("%s: served = %v, want %v", c.name, got, c.served)
		}
	}
}
