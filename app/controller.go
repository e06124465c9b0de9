// Package app owns the running bridge: it turns settings into a bridge's
// configuration, applies changed settings to it, does what its faces want of
// it, and says what state all is in.
//
// It has no face. Those that there are (command line, tray, window) see a
// [State], which comes anew with each change ([Controller.Watch]), and send an
// [Intent] ([Controller.Do]); package control carries both between programs.
//
// A change goes this way: do.go takes the intent, save.go changes the settings
// file with it, controller.go applies them to the bridge, publish.go tells the
// faces. Meanwhile traffic.go and health.go watch the bridge, and problems.go
// remembers what broke.
package app

import (
	"context"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/program"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Controller is the one owner of a bridge. Its methods may be called
// concurrently; changes happen one at a time. The zero value is off, and has no
// settings yet. Its fields are not changed after the first call of a method.
type Controller struct {
	Journal *Journal                                       // what is logged; nil: nothing is
	Level   *slog.LevelVar                                 // follows the settings' log level; may be nil
	File    string                                         // path of the settings file; empty: there is none
	Adjust  func(*settings.Settings) error                 // lays what the command line says over what the file says; may be nil
	Process Process                                        // who we are
	Bind    func(address string) (*net.TCPListener, error) // as bridge.Config has it; nil: as usual

	Window        func() error // opens the window, and returns at once; nil: there is none to open
	SystemProxy   Lease        // nil: the system's proxy cannot be set
	NoSystemProxy error        // why SystemProxy is nil, for the user; nil: nobody knows
	Updates       Updates      // where newer versions are looked for; the zero value: nowhere
	Quit          func()       // begins to end the process, and returns at once; nil: Intent Quit turns off only

	turn     sync.Mutex // is held by who changes something; taken before mu
	pulse    task       // while on
	greeting task       // while on, for one upstream
	greeted  *upstream.Upstream
	lead     lead
	drift    task // while the system's proxy is taken
	mender   mender
	chooser  *chooser.Chooser // while on, of a profile that names a PAC script; else nil

	mu        sync.Mutex // guards what follows, for moments
	bridge    *bridge.Bridge
	programs  *program.Finder // of the clients of bridge
	state     State
	meter     meter
	wantOn    wish              // that the bridge is on
	wantProxy wish              // that the system's proxy is taken
	looks     chan struct{}     // asks for a look at the system's proxy; nil: it was never taken
	changed   chan struct{}     // closed with the next change; nil: nobody waits
	wishes    chan<- updateWish // of what is wanted of updates; nil: nobody follows them
	gone      bool              // after Close
}

// Apply starts the bridge with s, or changes the running one to it without
// cutting what runs. After an error everything is as before.
func (c *Controller) Apply(ctx context.Context, s settings.Settings) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.apply(ctx, s, true)
}

// Adopt is [Controller.Apply] that leaves off what is off: s holds when it is
// turned on.
func (c *Controller) Adopt(ctx context.Context, s settings.Settings) error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.apply(ctx, s, false)
}

// apply changes to s, and turns on if start says so. The caller has the turn.
func (c *Controller) apply(ctx context.Context, s settings.Settings, start bool) error {
	if c.closed() {
		return ErrNoOwner
	}
	if err := settings.Validate(s); err != nil {
		return err
	}
	_, set := s.Profile()
	// Who gives up waiting may not turn the choice into a direct connection.
	profile := Upstream(context.WithoutCancel(ctx), s)
	b, before := c.Bridge(), c.State()
	same := s.Equal(before.Settings) && profile == before.Profile
	turnOn := start && b == nil
	if same && !turnOn {
		return nil
	}
	var err error
	config := Config(s, profile, c.Logger())
	config.Bind = c.Bind
	config.PACPath = c.lead.pac(s)
	decides := c.chooserFor(profile, turnOn || b != nil)
	if decides != nil {
		config.Chooser = decides
	}
	switch {
	case turnOn:
		b, err = bridge.Start(config)
	case b != nil:
		err = b.Apply(config)
	}
	if err != nil {
		return err // a chooser that nobody has asked has nothing to close
	}
	c.choose(decides)
	if c.Level != nil {
		c.Level.UnmarshalText([]byte(s.Log.Level)) // Validate has read it already
	}
	c.update(func(now *State) {
		now.Settings, now.Profile, now.Chosen = s.Clone(), profile, !set
		if profile != before.Profile {
			now.Upstream = Health{}
			now.mend(ofUpstream)
		}
		if b != nil {
			now.Listen = addresses(b)
			now.mend(ofListening)
		}
		if turnOn {
			now.On, now.Since = true, time.Now()
			now.SystemProxy.Taking = now.SystemProxy.Wanted
			c.bridge, c.programs = b, new(program.Finder)
			c.meter.start(time.Now())
		}
	})
	c.attend(b)
	c.keepSystemProxy(ctx)
	return nil
}

// addresses are those that b listens on.
func addresses(b *bridge.Bridge) []string {
	var as []string
	for _, a := range b.Addrs() {
		as = append(as, a.String())
	}
	return as
}

// attend watches b, and gets to know its upstream while nobody waits for it. A
// nil b is off. The caller has the turn.
func (c *Controller) attend(b *bridge.Bridge) {
	if b == nil {
		c.pulse.stop()
		c.greeting.stop()
		c.greeted = nil
		return
	}
	if !c.pulse.runs() {
		c.pulse.start(func(ctx context.Context) { c.feel(ctx, b) })
	}
	if u := b.Upstream(); u != c.greeted {
		c.greeting.stop()
		c.greeted = u
		decides := c.chooser
		c.greeting.start(func(ctx context.Context) {
			if decides != nil {
				c.followScript(ctx, u, decides)
			} else {
				c.greet(ctx, u)
			}
		})
	}
}

// Stop cuts all that runs and closes the listeners. Stopping what is off does
// nothing.
func (c *Controller) Stop() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	return c.stop()
}

func (c *Controller) stop() error {
	b := c.Bridge()
	if b == nil {
		return nil
	}
	proxyErr := c.returnLease()
	if proxyErr != nil {
		c.Logger().Error("the system's proxy is not given back; once this program has ended, the next start does that, or drawbridge heal", "err", proxyErr)
	}
	c.drift.stop() // also where that has failed
	c.attend(nil)
	err := b.Close()
	c.choose(nil)
	c.update(func(now *State) {
		c.bridge, c.programs = nil, nil
		now.On, now.Since, now.Listen = false, time.Now(), nil
		now.Upstream, now.Traffic = Health{}, Traffic{}
		now.mend(ofUpstream)
		if proxyErr == nil { // at the same moment: the wish to take it stays all the time
			now.SystemProxy.release()
			now.mend(ofSystemProxy) // it is not to be set any more
		}
	})
	if err == nil {
		err = proxyErr
	}
	return err
}

// Close is the end of the controller: it stops, and all who watch are told that
// the owner has gone.
func (c *Controller) Close() error {
	c.turn.Lock()
	defer c.turn.Unlock()
	err := c.stop()
	c.update(func(*State) { c.gone = true })
	return err
}

// State returns what holds now.
func (c *Controller) State() State {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.shown()
}

// Bridge returns the running bridge, nil while off.
func (c *Controller) Bridge() *bridge.Bridge {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.bridge
}

// Logger logs to the journal.
func (c *Controller) Logger() *slog.Logger { return c.Journal.Logger() }

// A task is one goroutine that can be told to end. The zero value runs none.
type task struct {
	cancel context.CancelFunc
	done   sync.WaitGroup
}

func (t *task) runs() bool { return t.cancel != nil }

// start runs f, which returns when its context ends.
func (t *task) start(f func(context.Context)) {
	ctx, cancel := context.WithCancel(context.Background())
	t.cancel = cancel
	t.done.Go(func() { f(ctx) })
}

// stop returns when f has.
func (t *task) stop() {
	if t.cancel != nil {
		t.cancel()
		t.cancel = nil
	}
	t.done.Wait()
}
