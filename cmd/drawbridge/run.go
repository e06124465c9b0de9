package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/app/control"
	"github.com/drawbridge-app/drawbridge/app/network"
	"github.com/drawbridge-app/drawbridge/app/service"
	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/app/systemproxy"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// overrides are the flags that say something else than the settings file.
type overrides struct {
	listen   []string
	upstream string
	open     bool
	logLevel string
}

func (o *overrides) register(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringSliceVarP(&o.listen, "listen", "l", nil, "`ADDRESS` to listen on, such as 127.0.0.1:1095; may be repeated")
	f.BoolVar(&o.open, "open", false, "let other machines in without a login")
	o.registerUpstream(cmd)
	f.StringVar(&o.logLevel, "log-level", "", "`LEVEL`: debug, info, warn or error")
	_ = cmd.RegisterFlagCompletionFunc("log-level", cobra.FixedCompletions([]string{"debug", "info", "warn", "error"}, cobra.ShellCompDirectiveNoFileComp))
	_ = cmd.RegisterFlagCompletionFunc("listen", cobra.NoFileCompletions)
}

func (o *overrides) registerUpstream(cmd *cobra.Command) {
	cmd.Flags().StringVarP(&o.upstream, "upstream", "u", "", "`URL` of the endpoint: socks5://HOST:PORT, socks4a://HOST:PORT, http://HOST:PORT, direct://, or of a PAC script that decides: pac+file:///PATH, pac+https://HOST/PATH (or $DRAWBRIDGE_UPSTREAM, which does not show in the list of processes)")
	_ = cmd.RegisterFlagCompletionFunc("upstream", cobra.FixedCompletions([]string{"socks5://127.0.0.1:1080", "http://127.0.0.1:3128", "pac+file:///", "direct://"}, cobra.ShellCompDirectiveNoFileComp))
}

// complete fills in what the environment says.
func (o *overrides) complete() {
	if o.upstream == "" {
		o.upstream = os.Getenv("DRAWBRIDGE_UPSTREAM")
	}
}

// apply lays the flags over the settings.
func (o *overrides) apply(s *settings.Settings) error {
	if len(o.listen) > 0 {
		s.Listen = o.listen
	}
	if o.open {
		s.Open = true
	}
	if o.logLevel != "" {
		s.Log.Level = o.logLevel
	}
	if o.upstream != "" {
		p, err := settings.ProfileFromURL("command line", o.upstream)
		if err == nil {
			p.Name = p.URL // it has no other
			err = usable(p)
		}
		if err != nil {
			return usageErrorf("--upstream: %w", err)
		}
		s.Profiles, s.Use = []settings.Profile{p}, p.Name
	}
	return nil
}

// settings are those of the file with the flags laid over; with --upstream no
// file is read, unless one is named.
func (o *overrides) settings(flags *shared) (settings.Settings, error) {
	s := settings.Default()
	if o.upstream == "" || flags.settingsPath != "" {
		var err error
		if s, err = flags.load(); err != nil {
			return s, err
		}
	}
	return s, o.apply(&s)
}

// usable asks the engine about a profile, before the settings do: they would
// report it under a name that nobody gave it.
func usable(p settings.Profile) error {
	u, err := upstream.New(p.Spec(settings.Timeouts{}))
	if err != nil {
		return err
	}
	return u.Close()
}

func newRunCommand(flags *shared) *cobra.Command {
	var over overrides
	var asJSON, lead bool
	cmd := &cobra.Command{
		Use:   "run",
		Short: "Run the bridge until it is told to stop",
		Long: `Run the bridge in this terminal, until Ctrl-C or SIGTERM. What the flags do not say comes from the
settings file, and a change of that file, or SIGHUP, is taken over without cutting a connection. With
both --listen and --upstream no settings file is read. The first bridge of a user is the one that
"drawbridge status", "on", "off" and the like reach.`,
		Example: `  drawbridge run
  drawbridge run --listen 127.0.0.1:8080 --upstream socks5://127.0.0.1:9050
  drawbridge run --listen '[::1]:1095' --listen 127.0.0.1:1095
  drawbridge run --system-proxy`,
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(cmd *cobra.Command, _ []string) error {
			over.complete()
			h := &headless{flags: flags, over: &over, lead: lead, json: asJSON, out: cmd.OutOrStdout(), console: newConsole(cmd.ErrOrStderr())}
			return h.run(cmd.Context())
		},
	}
	over.register(cmd)
	cmd.Flags().BoolVar(&lead, "system-proxy", false, "lead this system's programs to the bridge while it is on; their own proxy comes back at the end")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print events and logs as JSON, one object a line")
	return cmd
}

// headless is one run of the bridge in a terminal, or under a supervisor.
type headless struct {
	flags   *shared
	over    *overrides
	lead    bool // the system's programs to the bridge
	json    bool
	out     io.Writer
	console *console
	service bool   // started by the system's service manager, or as that does
	machine bool   // as the service of the whole machine
	ready   func() // is called once it serves; may be nil
}

// alone says that the flags leave nothing for a settings file to say.
func (h *headless) alone() bool {
	return len(h.over.listen) > 0 && h.over.upstream != "" && h.flags.settingsPath == ""
}

func (h *headless) run(ctx context.Context) error {
	s, path, err := h.settings()
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	c := h.controller(s, path)
	c.Quit = stop
	starter := startedBy(c)
	status := func() string { return english().Status(c.State()) }
	h.lease(ctx, c)
	h.warn(c, s)
	if h.lead {
		if c.NoSystemProxy != nil {
			return fmt.Errorf("--system-proxy: %w", c.NoSystemProxy)
		}
		c.WantSystemProxy()
	}
	if err := c.Apply(ctx, s); err != nil {
		return err
	}
	defer c.Close()
	if s := c.State(); h.lead && !s.SystemProxy.On {
		return h.notLed(s)
	}
	hup := make(chan os.Signal, 1)
	if len(hangUp) > 0 { // none would be all of them
		signal.Notify(hup, hangUp...) // before we say that we are there
	}
	defer signal.Stop(hup)
	wait := serve(ctx, c, h.socket)
	defer func() { stop(); wait() }()
	if err := h.greet(c.State()); err != nil {
		return err
	}
	starter.Ready(status)
	if h.ready != nil {
		h.ready()
	}
	go h.follow(ctx, c, hup, stop, starter)
	go c.FollowNetwork(ctx, network.Watch)
	h.console.live(ctx, newLiveLine(c))
	<-ctx.Done()
	starter.Stopping()
	if h.json {
		return event{Event: "stopped"}.print(h.out)
	}
	return nil
}

// lease has c take the system's proxy, where it can.
func (h *headless) lease(ctx context.Context, c *app.Controller) {
	if h.machine {
		c.NoSystemProxy = &systemproxy.Unsupported{Code: systemproxy.OfMachine}
		return
	}
	lease, err := systemproxy.Begin(ctx, c.Logger(), systemproxy.Self(guardName), healing(runtime.GOOS))
	if err == nil {
		c.SystemProxy = lease
		return
	}
	if no, ok := errors.AsType[*systemproxy.Unsupported](err); ok && h.service && no.Code == systemproxy.NoDesktop {
		err = &systemproxy.Unsupported{Code: systemproxy.OfUser}
	}
	c.NoSystemProxy = err
}

// notLed is why the system's programs are not led to the bridge, though they should.
func (h *headless) notLed(s app.State) error {
	if s.SystemProxyLeft() {
		return fmt.Errorf("--system-proxy: %w", app.ErrLeftAlone)
	}
	p, _ := s.Problem()
	return fmt.Errorf("--system-proxy: %s", p.Text)
}

// serve lets the other programs reach c, until ctx is done; then wait returns. If
// another one is reached already, as when several bridges run, nobody can reach
// this one.
func serve(ctx context.Context, c *app.Controller, socket func() (string, error)) (wait func()) {
	path, err := socket()
	var l *control.Listener
	if err == nil {
		l, err = control.Listen(path)
	}
	if err != nil {
		c.Logger().Info("drawbridge status, on, off and the like do not reach this bridge", "err", err)
		return func() {}
	}
	c.Logger().Debug("other programs reach this bridge", "socket", path)
	var serving sync.WaitGroup
	serving.Go(func() {
		if err := control.Serve(ctx, l, c); err != nil {
			c.Logger().Error("other programs do not reach this bridge any more", "err", err)
		}
	})
	return serving.Wait
}

// controller is the bridge's owner, that follows the settings file at path, if
// there is one.
func (h *headless) controller(s settings.Settings, path string) *app.Controller {
	if whole, err := filepath.Abs(path); err == nil && path != "" {
		path = whole // which other programs are told, too
	}
	level := new(slog.LevelVar)
	return &app.Controller{
		Journal: app.NewJournal(level, h.handler(s, level)), Level: level,
		File: path, Adjust: h.over.apply,
		Process: app.Process{Program: h.name(), Version: buildOf(version, nil).Version, PID: os.Getpid()},
	}
}

// settings reads the file, unless the flags say all, and lays the flags over it.
func (h *headless) settings() (s settings.Settings, path string, err error) {
	s = settings.Default()
	if !h.alone() {
		flags := h.file()
		if path, err = flags.path(); err != nil {
			return s, "", err
		}
		if s, err = flags.load(); err != nil {
			return s, "", err
		}
	}
	if err := h.over.apply(&s); err != nil {
		return s, "", err
	}
	return s, path, settings.Validate(s)
}

// follow takes over changes of the settings file, if there is one, and reads it
// on SIGHUP. A system that cannot watch files still has SIGHUP. On a terminal
// that signal means that the terminal is gone, and the bridge stops with it.
func (h *headless) follow(ctx context.Context, c *app.Controller, hup <-chan os.Signal, stop func(), starter service.Notifier) {
	status := func() string { return english().Status(c.State()) }
	if c.File != "" {
		go func() {
			if err := c.Follow(ctx); err != nil {
				c.Logger().Warn("changes of the settings file are not noticed", "err", err)
			}
		}()
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-hup:
			switch {
			case h.console.term != nil:
				stop()
			case c.File != "":
				starter.Reloading()
				c.Reload(ctx)
				starter.Ready(status)
			default:
				starter.Reloading()
				c.Logger().Info("there is no settings file to read again: all was said on the command line")
				starter.Ready(status)
			}
		}
	}
}

func (h *headless) handler(s settings.Settings, level *slog.LevelVar) slog.Handler {
	level.UnmarshalText([]byte(s.Log.Level)) // Validate has read it already
	o := &slog.HandlerOptions{Level: level}
	format := func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) }
	if h.json || s.Log.Format == "json" {
		format = func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewJSONHandler(w, o) }
	}
	if f, ok := h.console.out.(*os.File); ok {
		if special := service.Log(f, h.console, level, format); special != nil {
			return special
		}
	}
	return format(h.console, o)
}

// greet says where the bridge listens, where traffic goes, and how to try it.
func (h *headless) greet(s app.State) error {
	addresses := s.Listen
	e, err := settings.ProfileFromURL("", s.Profile.URL)
	if err != nil {
		return err
	}
	if h.json {
		return event{"listening", addresses, e.URL, s.Profile.Name, s.Direct()}.print(h.out)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "Drawbridge is on: %s\n", strings.Join(addresses, ", "))
	switch {
	case s.Chosen && s.Direct():
		fmt.Fprintf(&b, "No SOCKS endpoint answers at 127.0.0.1:1080, so this connects directly, through the built-in endpoint.\n"+
			"To name a real one: drawbridge settings set profile.Office.url socks5://HOST:PORT\n")
	case s.Direct():
		fmt.Fprintf(&b, "Traffic goes directly: the built-in endpoint is in use.\n")
	case chooser.ScriptURL(s.Profile.URL) != "":
		fmt.Fprintf(&b, "Traffic goes where the PAC script says: %s\n", chooser.ScriptURL(s.Profile.URL))
	case s.Chosen:
		fmt.Fprintf(&b, "Traffic goes through %s, the SOCKS endpoint that answers there.\n", e.URL)
	case s.Profile.Name == e.URL:
		fmt.Fprintf(&b, "Traffic goes through %s.\n", e.URL)
	default:
		fmt.Fprintf(&b, "Traffic goes through %s (%s).\n", s.Profile.Name, e.URL)
	}
	try, err := shell.Address(addresses[0])
	if err != nil {
		return err
	}
	fmt.Fprintf(&b, "Try it: curl -x %s http://example.com/\n", shell.ProxyURL(try, settings.Login{}))
	_, err = io.WriteString(h.out, b.String())
	return err
}
