// Drawbridge-tray is the desktop application: it stays, its icon is the switch, and the bridge runs in its process.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"syscall"

	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/app/tray"
	"github.com/drawbridge-app/drawbridge/settings"
)

// version is set when a release is built: -ldflags "-X main.version=1.2.3". Nothing else writes it.
var version string

// updateKeys and updateURL are set in the same way: the keys that a release's manifest may be signed with, as
// update.ParseKeys reads them, and where it is, if not at update.DefaultURL. Without keys, newer versions are not looked for.
var updateKeys, updateURL string

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	// This process stays all day and lives on little: half of Go's usual room for garbage is 1.3 MB less after some
	// hundred requests, at no cost that could be measured, because the engine makes hardly any.
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(50)
	}
	os.Exit(run(os.Args[1:], programs.Voice(os.Stdout), programs.Voice(os.Stderr)))
}

// run is main with the command line args, which begin after the program's name, and returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	o, err := parse(args, stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return exitOK
	case err != nil:
		fmt.Fprintf(stderr, "drawbridge-tray: %v; see drawbridge-tray --help\n", err)
		return exitUsage
	case o.guard:
		if err := systemproxy.Guard(context.Background(), os.Stdin); err != nil {
			return exitFailed // nobody is there to be told
		}
		return exitOK
	case o.heal:
		if err := systemproxy.HealAtLogin(context.Background(), healing()); err != nil {
			return exitFailed // the next login tries again
		}
		return exitOK
	case o.version:
		fmt.Fprintf(stdout, "drawbridge-tray %s (%s, %s/%s)\n", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
		return exitOK
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	err = start(ctx, stop, o)
	if err != nil && !errors.Is(err, tray.ErrSessionEnded) {
		fmt.Fprintf(stderr, "drawbridge-tray: %v\n", err)
		return exitFailed
	}
	return exitOK
}

// options are what the command line says.
type options struct {
	settings string // path of the settings file
	hidden   bool   // open no window
	atLogin  bool   // nobody waits: open none unless the settings want it
	window   bool
	version  bool
	guard    bool // this process is the guard of another one's lease
	heal     bool // this process is what a login starts while the lease is taken
}

const usage = `Drawbridge in the tray: an icon that turns the HTTP proxy on and off, and a menu for the rest.
Started again, it opens the window.

Usage: drawbridge-tray [flags]

  --settings FILE   the settings file (default: see "drawbridge settings path")
  --hidden          open no window
  --at-login        wait longer for a panel, and open no window unless the settings want one
  --open-window     open the window
  --version         print the version
  --help            print this

Without a desktop use: drawbridge run
`

func parse(args []string, stdout io.Writer) (options, error) {
	var o options
	f := flag.NewFlagSet("drawbridge-tray", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&o.settings, "settings", "", "")
	f.BoolVar(&o.hidden, "hidden", false, "")
	f.BoolVar(&o.atLogin, "at-login", false, "")
	f.BoolVar(&o.window, "open-window", false, "")
	f.BoolVar(&o.version, "version", false, "")
	f.BoolVar(&o.guard, "guard", false, "") // nothing for people
	f.BoolVar(&o.heal, "heal", false, "")   // nor is this
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		io.WriteString(stdout, usage)
		return o, err
	case err != nil:
		return o, err
	case f.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", f.Arg(0))
	case o.hidden && o.window:
		return o, errors.New("--hidden and --open-window contradict each other")
	case o.settings == "":
		o.settings, err = settings.DefaultPath()
	default:
		o.settings, err = filepath.Abs(o.settings)
	}
	return o, err
}

func versionText() string {
	if version != "" {
		return version
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" && info.Main.Version != "(devel)" {
		return info.Main.Version
	}
	return "dev"
}
