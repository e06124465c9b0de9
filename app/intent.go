package app

import (
	"errors"

	"github.com/drawbridge-app/drawbridge/settings"
)

// An Intent is what somebody wants of the owner. A face sends it and then shows what State says; it never assumes.
// The zero value is refused. It travels as JSON.
type Intent struct {
	Verb        Verb     `json:"do"`
	Profile     string   `json:"profile,omitempty"`     // Use: its name
	Connections []uint64 `json:"connections,omitempty"` // Close: their ids; empty: all
	On          bool     `json:"on,omitempty"`          // UseSystemProxy
	Edit        *Edit    `json:"edit,omitempty"`        // Save
	Page        string   `json:"page,omitempty"`        // OpenWindow, Raise: the window's page; empty: the one that it is on
	Why         string   `json:"why,omitempty"`         // Raise: the code of why nobody asked for it, "no-tray"
}

// Verb is the word for what is wanted.
type Verb string

// The verbs.
const (
	TurnOn         Verb = "on"
	TurnOff        Verb = "off"
	Toggle         Verb = "toggle"
	Use            Verb = "use"             // a profile from now on; kept in the settings file where there is one
	Close          Verb = "close"           // connections
	Save           Verb = "save"            // edited settings
	UseSystemProxy Verb = "system-proxy"    // take the system's proxy setting, also anew what somebody else has changed; or give it back
	OpenWindow     Verb = "window"          // show the window, or bring it to the front
	Raise          Verb = "raise"           // bring a window that is open to the front, and open none
	Look           Verb = "look"            // at once, whether somebody else has changed the system's proxy; State tells
	Forget         Verb = "forget"          // recent problems
	CheckUpdate    Verb = "update-check"    // look now whether there is a newer version; these four return at once, and State tells
	DownloadUpdate Verb = "update-download" // what installs it
	OpenUpdate     Verb = "update-open"     // start the installer that was downloaded
	StopUpdate     Verb = "update-stop"     // looking, or downloading
	Quit           Verb = "quit"            // end the owner, which turns off first
)

// An Edit changes settings from what a form was filled with to what it holds now. Only what differs between the two is
// changed, so that what somebody else changed meanwhile stays.
type Edit struct {
	From settings.Settings `json:"from"`
	To   settings.Settings `json:"to"`
	// Secrets tells where a password that is "***" in a profile of To comes from, when that is not the stored profile of
	// the same name: new name to old name, for one that was renamed or duplicated.
	Secrets map[string]string `json:"secrets,omitempty"`
}

// Errors that faces have a sentence for.
var (
	// ErrNoOwner says that nobody owns the bridge, or that the owner has gone.
	ErrNoOwner = errors.New("drawbridge is not running")
	// ErrNoWindow is the answer to OpenWindow of an owner that cannot open one, such as a service.
	ErrNoWindow = errors.New("this bridge runs without a desktop; start drawbridge-window to see it")
	// ErrNoFile is the answer to Save of an owner that has no settings file.
	ErrNoFile = errors.New("this bridge takes its settings from its command line, so they cannot be saved")
	// ErrNoSystemProxy is the answer to UseSystemProxy where that is not supported.
	ErrNoSystemProxy = errors.New("setting the system's proxy is not supported here")
	// ErrLeftAlone is the answer to UseSystemProxy where the settings want the system's proxy left alone.
	ErrLeftAlone = errors.New(`the settings want the system's proxy left alone: system_proxy = "leave"`)
)
