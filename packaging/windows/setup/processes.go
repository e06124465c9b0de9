package main

import (
	"strings"

	"github.com/drawbridge-app/drawbridge/app/programs"
)

// A process is one of ours that runs.
type process struct {
	id, parent uint32
	file       string // without its folder
}

// is reports whether p runs that program.
func (p process) is(program string) bool { return strings.EqualFold(p.file, program+".exe") }

// ours reports whether p runs a program of Drawbridge's, also one that an upgrade has put aside under another name. The
// uninstaller may run from the same folder.
func (p process) ours() bool {
	return strings.HasPrefix(strings.ToLower(p.file), programs.Command)
}

// chosen are those of running that are to end: the icon and the window, or all. The window goes first, whose end the icon
// cleans up after. What another one has started for itself ends with it, in its own time: the guard of the system's proxy
// has work to do then.
func chosen(running []process, all bool) []process {
	var windows, others []process
	for _, p := range running {
		switch {
		case !p.ours() || serves(p, running):
		case p.is(programs.Window):
			windows = append(windows, p)
		case all || p.is(programs.Tray):
			others = append(others, p)
		}
	}
	return append(windows, others...)
}

// served are those of running that were started by one of enders, and end by themselves.
func served(running, enders []process) []process {
	var list []process
	for _, p := range running {
		if !serves(p, running) {
			continue
		}
		for _, e := range enders {
			if p.parent == e.id {
				list = append(list, p)
				break
			}
		}
	}
	return list
}

// serves reports whether p was started by another one of running for itself: a guard, which is the same program again,
// or what evaluates PAC scripts.
func serves(p process, running []process) bool {
	for _, other := range running {
		if p.parent == other.id && p.id != other.id && (strings.EqualFold(p.file, other.file) || p.is(programs.PAC)) {
			return true
		}
	}
	return false
}
