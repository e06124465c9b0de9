// Drawbridge-window is the window: it shows and edits what the owner of the bridge, most often drawbridge-tray, does.
//
// There is one window for each user: started again, the program brings that to the front. It needs OpenGL; where there is
// none it says so in one sentence, and the bridge and the tray go on without it.
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	fyneapp "fyne.io/fyne/v2/app"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/memory"
	"github.com/drawbridge-app/drawbridge/app/programs"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/app/window"
)

// id is the application's, on every desktop: the name of its desktop file, which says it as StartupWMClass too.
const id = "io.github.drawbridge_app.Drawbridge"

// remembered is the name under which the window's place is remembered.
const remembered = "window"

// version is set when a release is built: -ldflags "-X main.version=1.2.3". Nothing else writes it.
var version string

func main() {
	os.Exit(run(context.Background(), os.Args[1:], programs.Voice(os.Stdout), programs.Voice(os.Stderr)))
}

// run is the program with its arguments, and returns its exit code. Fyne wants it on the main goroutine.
func run(ctx context.Context, args []string, out, errs io.Writer) int {
	l, err := parse(args, out)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		fmt.Fprintf(errs, "drawbridge-window: %v (see drawbridge-window --help)\n", err)
		return 2
	case l.version:
		fmt.Fprintln(out, versionLine())
		return 0
	}
	if err := open(ctx, l); err != nil {
		fmt.Fprintf(errs, "drawbridge-window: %v\n", err)
		return 1
	}
	return 0
}

// A line is what the command line says.
type line struct {
	page    string
	why     string
	version bool
}

const usage = `The window of Drawbridge: it shows what the bridge does, and edits its settings.
Started again, it comes to the front.

Usage: drawbridge-window [flags]

  --page NAME   open on a page: %s
  --why CODE    say why the window came by itself: no-tray
  --version     print the version
  --help        print this

Without a desktop use: drawbridge status, drawbridge settings
`

// parse reads the command line. Help goes to out.
func parse(args []string, out io.Writer) (line, error) {
	var l line
	pages := strings.Join(window.Pages(), ", ")
	f := flag.NewFlagSet("drawbridge-window", flag.ContinueOnError)
	f.SetOutput(io.Discard)
	f.StringVar(&l.page, "page", "", "")
	f.StringVar(&l.why, "why", "", "")
	f.BoolVar(&l.version, "version", false, "")
	err := f.Parse(args)
	switch {
	case errors.Is(err, flag.ErrHelp):
		fmt.Fprintf(out, usage, pages)
	case err != nil:
	case f.NArg() > 0:
		err = fmt.Errorf("unknown argument %q", f.Arg(0))
	case l.page != "" && !slices.Contains(window.Pages(), l.page):
		err = fmt.Errorf("--page %q: has to be one of %s", l.page, pages)
	}
	return l, err
}

func versionLine() string {
	return fmt.Sprintf("drawbridge-window %s (%s, %s/%s)", versionText(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
}

func versionText() string {
	v := version
	if info, ok := debug.ReadBuildInfo(); ok && v == "" && info.Main.Version != "(devel)" {
		v = info.Main.Version
	}
	if v == "" {
		v = "dev"
	}
	return v
}

// about is what the window says of this program.
func about(socket string) window.Program {
	p := window.Program{Version: versionText(), Socket: socket}
	if dir, err := memory.Dir(); err == nil {
		p.Memory = filepath.Join(dir, remembered+".json")
	}
	return p
}

// open shows the window until it is closed, or brings the one that is there to the front.
func open(ctx context.Context, l line) error {
	path, err := control.Path()
	if err != nil {
		return err
	}
	owner := control.Dial(path)
	release, alone := control.Claim(path, "window")
	if !alone {
		return raise(ctx, owner, l)
	}
	defer release()

	tray := tray{owner}
	state, trouble := owner.State(ctx)
	if errors.Is(trouble, app.ErrNoOwner) {
		if trouble = tray.start(ctx); trouble == nil {
			state, trouble = owner.State(ctx)
		}
	}
	var place window.Place
	memory.Load(remembered, &place)
	if page := cmp.Or(l.page, state.RaisePage); page != "" { // said while this program was starting
		place.Page = page
	}
	var a fyne.App
	var w *window.Window
	err = appear(func() fyne.Window {
		a = fyneapp.NewWithID(id)
		w = window.New(ctx, a, owner, window.Options{
			Place: place,
			Keep:  func(p window.Place) { _ = memory.Save(remembered, p) }, // what is lost with it is a size
			Start: tray.start,
			Shell: shell.Guess(os.Getenv("SHELL"), runtime.GOOS),
			Why:   cmp.Or(l.why, state.RaiseWhy), // said while this program was starting
			Still: still(ctx),
			State: state,

			Autostart: atLogin{},
			Program:   about(path),
		})
		return w.Fyne()
	})
	if err != nil {
		return err
	}
	if trouble != nil {
		w.Report(trouble) // and the window offers to try again
	}
	w.Follow(func(ctx context.Context, show func(app.State), gone func()) { control.Follow(ctx, path, show, gone) })
	a.Run()
	return nil
}
