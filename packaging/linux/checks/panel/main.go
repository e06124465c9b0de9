// Command panel is a desktop's panel on the session bus that shows nothing: with it, an icon finds where to be. It says so
// of each.
package main

import (
	"fmt"
	"log"

	"github.com/godbus/dbus/v5"
)

const (
	watcher = "org.kde.StatusNotifierWatcher"
	path    = "/StatusNotifierWatcher"
)

type panel struct{}

// RegisterStatusNotifierItem is the watcher's method.
func (panel) RegisterStatusNotifierItem(name string) *dbus.Error {
	fmt.Println("an icon:", name)
	return nil
}

// Get is that of the watcher's properties.
func (panel) Get(_, name string) (dbus.Variant, *dbus.Error) {
	return dbus.MakeVariant(name == "IsStatusNotifierHostRegistered"), nil
}

func main() {
	bus, err := dbus.ConnectSessionBus()
	if err != nil {
		log.Fatal(err)
	}
	for _, name := range []string{watcher, "org.freedesktop.DBus.Properties"} {
		if err := bus.Export(panel{}, path, name); err != nil {
			log.Fatal(err)
		}
	}
	if reply, err := bus.RequestName(watcher, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		log.Fatalf("request %s: %v, %v", watcher, reply, err)
	}
	<-bus.Context().Done()
}
