//go:build linux

package main

import (
	"os"
	"testing"
	"time"
)

// The test's own binary plays the parts, as the bench's does.
func TestMain(m *testing.M) {
	if playPart() {
		return
	}
	os.Exit(m.Run())
}

// Every work runs in small, with the relay and the straight connection, and gives a number for every figure.
func TestWorks(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes and moves data for some seconds")
	}
	b := &bench{limit: raiseLimit(4096), say: t.Logf, scale: scale{rounds: 2, slice: 40 * time.Millisecond, starts: 2, idle: 40,
		beside: 4, body: 4 << 20, far: 4 * time.Millisecond, times: 3, settle: 20 * time.Millisecond}}
	end, err := b.start(t.Context())
	if err != nil {
		end()
		t.Fatal(err)
	}
	b.programs = []program{relayProgram(b.self), straight()}
	for _, w := range works {
		t.Run(w.name, func(t *testing.T) {
			tab := b.table(w)
			for _, f := range tab.Figures {
				for name, why := range f.Fails {
					t.Errorf("%s: %s fails: %s", f.Name, name, why)
				}
				if len(f.Samples[baseline]) == 0 {
					t.Errorf("%s: nothing measured of the relay", f.Name)
				}
			}
			t.Log("\n" + tab.text())
		})
	}
	processes, dir := b.running, b.dir
	end()
	for _, p := range processes {
		select {
		case <-p.exited:
		default:
			t.Errorf("process %d is still there", p.pid)
		}
	}
	if _, err := os.Stat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is still there", dir)
	}
}

// A program that cannot be started shows in its table and stops nothing.
func TestProgramThatDoesNotStart(t *testing.T) {
	b := &bench{limit: 1024, say: t.Logf, scale: scale{rounds: 1, slice: 20 * time.Millisecond}}
	end, err := b.start(t.Context())
	defer end()
	if err != nil {
		t.Fatal(err)
	}
	b.programs = []program{drawbridge("/bin/false"), relayProgram(b.self)}
	tab := b.table(work{name: "get1k", run: workGet})
	f := tab.Figures[0]
	if got, want := f.Fails[judged], "ended at once"; got != want {
		t.Errorf("Fails[%s] = %q, want %q", judged, got, want)
	}
	if len(f.Samples[baseline]) != 1 {
		t.Errorf("the relay was measured %d times beside it, want once", len(f.Samples[baseline]))
	}
}
