//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"errors"
	"fmt"
	"html"
	"os"
	"os/exec"
	"strings"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"
)

// desktopID is the application's name among desktop files.
const desktopID = "io.github.drawbridge_app.Drawbridge"

// system is what the free desktops need: a connection to the session's bus of our own, beside systray's.
type system struct {
	bus     *dbus.Conn
	start   func() // takes the icon to the bus, or takes it there again
	started bool
	notices map[notice]uint32 // the ids of those that may still be shown
}

// Possible says why there can be no tray here, and what to do instead: without a display or a session bus.
func Possible() error {
	if os.Getenv("DISPLAY") == "" && os.Getenv("WAYLAND_DISPLAY") == "" {
		return errors.New("no display: neither DISPLAY nor WAYLAND_DISPLAY is set; without a desktop use: drawbridge run")
	}
	bus, err := sessionBus()
	if err != nil {
		return fmt.Errorf("no session bus (%w); without a desktop use: drawbridge run", err)
	}
	return bus.Close()
}

// sessionBus connects to the bus of the session. Where there is none, none is launched: nobody else would be on it.
func sessionBus() (*dbus.Conn, error) {
	bus, err := dbus.SessionBusPrivateNoAutoStartup()
	if err != nil {
		return nil, err
	}
	if err := bus.Auth(nil); err != nil {
		bus.Close()
		return nil, err
	}
	if err := bus.Hello(); err != nil {
		bus.Close()
		return nil, err
	}
	return bus, nil
}

// run builds icon and menu first and takes them to the bus when they are complete, so that the panel sees the right
// picture from its first look on. Systray's own Run would do both at once.
func (d *desk) run(ctx context.Context) error {
	bus, err := sessionBus()
	if err != nil {
		return fmt.Errorf("session bus: %w", err)
	}
	defer bus.Close()
	if _, err := dbus.SessionBus(); err != nil { // the one that systray takes, and fails badly without
		return fmt.Errorf("session bus: %w", err)
	}
	d.system = system{bus: bus, notices: make(map[notice]uint32)}
	hosts, colours := watchHosts(bus), watchColours(bus)
	d.panel = askPanel(ctx, bus, 50*time.Millisecond) // the icon waits for it

	start, end := systray.RunWithExternalLoop(nil, nil)
	d.system.start = start
	d.open(ctx)
	start()
	d.system.started = true
	defer end()

	d.background.Go(func() { d.awaitHost(ctx, hosts) })
	d.background.Go(func() { d.followColours(ctx, colours) })
	go func() { // ends with bus
		<-bus.Context().Done()
		d.end()
	}()
	d.loop(ctx)
	if !bus.Connected() {
		return ErrSessionEnded
	}
	return nil
}

// announce tells the panel what a left click does. There is no signal for that; what is taken to the bus anew is read
// anew.
func (d *desk) announce() {
	if d.system.started {
		d.system.start()
		d.icon = icon{}
	}
}

// answer is how long others on the bus may take to answer.
const answer = 2 * time.Second

// escape makes a title one that the menu shows as it is: an underscore would mark the next letter.
func escape(title string) string { return strings.ReplaceAll(title, "_", "__") }

// notify shows a notification, in place of the last one of its kind.
func (d *desk) notify(ctx context.Context, n notice, title, body string) {
	replaces, name := d.system.notices[n], d.scene.words.Say("app.name")
	d.background.Go(func() {
		ctx, cancel := context.WithTimeout(ctx, answer)
		defer cancel()
		var id uint32
		err := d.system.bus.Object("org.freedesktop.Notifications", "/org/freedesktop/Notifications").CallWithContext(ctx,
			"org.freedesktop.Notifications.Notify", 0, name, replaces, desktopID, title, html.EscapeString(body), []string{},
			map[string]dbus.Variant{"desktop-entry": dbus.MakeVariant(desktopID)}, int32(-1)).Store(&id)
		if err != nil {
			d.tray.log().Debug("notification not shown", "err", err)
			return
		}
		d.post(ctx, func() { d.system.notices[n] = id })
	})
}

func quiet(*exec.Cmd) {}

func setTooltip(text string) { systray.SetTooltip(text) }
