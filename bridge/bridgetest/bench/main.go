//go:build linux

// Bench puts drawbridge beside a bare TCP relay, the straight SOCKS connection and whatever other bridges it finds,
// gives all of them the same work, and prints one table for each work.
//
// Every program under test, the SOCKS endpoint, the origin and the load generator is a process of its own, so that
// CPU time and memory are counted of the program under test alone. The programs take turns in short rounds, and a
// ratio is always of two neighbours in the same round: what else the machine does meets both. The relay is the
// measure: it stands in the same place, knows no protocol, and does nothing but move bytes.
//
// This binary plays the endpoint, the origin, the load generator and the relay too; see playPart.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"time"
)

func main() {
	if playPart() {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	code, err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
	}
	os.Exit(code)
}

type list []string

func (l *list) String() string     { return strings.Join(*l, ",") }
func (l *list) Set(s string) error { *l = append(*l, strings.Split(s, ",")...); return nil }

// A report is what --json writes.
type report struct {
	Machine []string `json:"machine"`
	Quick   bool     `json:"quick"`
	Tables  []*Table `json:"tables"`
}

// run is the whole program. The code is 0, 1 for a failure, 2 for wrong usage, 3 for a missed figure with --strict.
func run(ctx context.Context, args []string, stdout, stderr io.Writer) (code int, err error) {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var (
		only, with, without list
		own                 = flags.String("drawbridge", "", "the drawbridge program, `path` (built when not given)")
		quick               = flags.Bool("quick", false, "one to two minutes, less exact")
		jsonFile            = flags.String("json", "", "write everything to `file` too, every round")
		markdown            = flags.Bool("markdown", false, "print tables for a README")
		strict              = flags.Bool("strict", false, "exit 3 if a requirement is missed")
		rounds              = flags.Int("rounds", 0, "how many rounds (7, with --quick 3)")
	)
	flags.Var(&only, "only", "only these `works`, separated by commas: "+workNames())
	flags.Var(&with, "with", "a rival that is not on the search path, `name=path`; may be repeated")
	flags.Var(&without, "without", "leave out these `programs`")
	if err := flags.Parse(args); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			return 0, nil
		}
		return 2, nil
	}
	if flags.NArg() > 0 {
		return 2, fmt.Errorf("unexpected argument %q", flags.Arg(0))
	}
	for _, name := range only {
		if !slices.ContainsFunc(works, func(w work) bool { return w.name == name }) {
			return 2, fmt.Errorf("--only %q: want some of %s", name, workNames())
		}
	}
	others, err := foundRivals(with)
	if err != nil {
		return 2, err
	}
	b := &bench{scale: fullScale, limit: raiseLimit(1 << 17)}
	if *quick {
		b.scale = quickScale
	}
	if *rounds > 0 {
		b.scale.rounds = *rounds
	}
	began := time.Now()
	b.say = func(format string, args ...any) {
		fmt.Fprintf(stderr, "%4.0fs  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
	}
	closeBench, err := b.start(ctx)
	defer closeBench()
	if err != nil {
		return 1, err
	}
	ours := drawbridge(*own)
	if *own == "" {
		b.say("building drawbridge")
		ours.path, ours.err = build(b.dir)
	} else if ours.path, ours.err = b.reachable(*own); ours.err == nil {
		_, ours.err = os.Stat(ours.path)
	}
	b.programs = append([]program{ours, relayProgram(b.self), straight()}, others...)
	b.programs = slices.DeleteFunc(b.programs, func(p program) bool { return slices.Contains(without, p.name) })
	// More programs, less of each: the run keeps its length.
	if n := len(b.programs); n > 6 {
		b.scale.slice = b.scale.slice * 6 / time.Duration(n)
	}

	rep := report{Machine: machine(), Quick: *quick}
	for _, line := range rep.Machine {
		fmt.Fprintln(stdout, line)
	}
	if !*markdown {
		fmt.Fprintf(stdout, "Medians of %d rounds in which the programs take turns. The range is that of the ratio,\n"+
			"or of the figure itself where the limit is on that.\n", b.scale.rounds)
	}
	fmt.Fprintln(stdout)
	misses := 0
	for _, w := range works {
		if len(only) > 0 && !slices.Contains(only, w.name) {
			continue
		}
		b.say("%s: %s", w.name, w.title)
		t := b.table(w)
		if ctx.Err() != nil {
			return 1, errors.New("interrupted")
		}
		rep.Tables = append(rep.Tables, t)
		misses += t.misses()
		if *markdown {
			fmt.Fprintln(stdout, t.markdown())
		} else {
			fmt.Fprintln(stdout, t.text())
		}
	}
	b.say("done")
	if *jsonFile != "" {
		text, err := json.MarshalIndent(rep, "", "\t")
		if err != nil {
			return 1, err
		}
		if err := os.WriteFile(*jsonFile, append(text, '\n'), 0o644); err != nil {
			return 1, err
		}
	}
	if *strict && misses > 0 {
		return 3, fmt.Errorf("%d requirements missed", misses)
	}
	return 0, nil
}

// start makes the temporary directory and the shared parts. The returned function takes everything down again; it is
// never nil.
func (b *bench) start(ctx context.Context) (func(), error) {
	b.ctx = ctx
	dir, err := os.MkdirTemp("", "drawbridge-bench-")
	if err != nil {
		return func() {}, err
	}
	b.dir = dir
	unhook := context.AfterFunc(ctx, b.kill)
	end := func() {
		unhook()
		b.kill()
		os.RemoveAll(dir)
	}
	// An ordinary user must be able to get at the programs in it.
	if err := os.Chmod(dir, 0o755); err != nil {
		return end, err
	}
	return end, b.open()
}

// table does one work.
func (b *bench) table(w work) *Table {
	t := &Table{Work: w.name, Title: w.title}
	for _, p := range b.programs {
		t.Programs = append(t.Programs, p.name)
	}
	w.run(b, t)
	return t
}

// reachable copies the program at path to where an ordinary user can execute it, unless it is installed.
func (b *bench) reachable(path string) (string, error) {
	abs, err := filepath.Abs(path)
	if err != nil || strings.HasPrefix(abs, "/usr/") {
		return abs, err
	}
	to := filepath.Join(b.dir, filepath.Base(abs))
	return to, copyFile(to, abs)
}

func workNames() string {
	var names []string
	for _, w := range works {
		names = append(names, w.name)
	}
	return strings.Join(names, ",")
}

// machine describes where the run takes place.
func machine() []string {
	cpu := "unknown CPU"
	if b, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(b)) {
			if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
				cpu = strings.TrimSpace(value)
				break
			}
		}
	}
	kernel := "Linux"
	if b, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		kernel += " " + strings.TrimSpace(string(b))
	}
	load := "?"
	if b, err := os.ReadFile("/proc/loadavg"); err == nil {
		load, _, _ = strings.Cut(string(b), " ")
	}
	return []string{fmt.Sprintf("%s, %d cores, %s, %s/%s, %s, load %s before the run", cpu, runtime.NumCPU(), kernel, runtime.GOOS, runtime.GOARCH, runtime.Version(), load)}
}
