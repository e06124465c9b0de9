package app

import (
	"context"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/program"
	"github.com/drawbridge-app/drawbridge/settings"
)

// A Connection is one client's connection, live or ended a short while ago.
type Connection struct {
	ID      uint64    `json:"id"`
	Kind    string    `json:"kind"`              // idle, http, connect, upgrade, socks
	Client  string    `json:"client"`            // the client's address
	Program string    `json:"program,omitempty"` // the client's program, where the system tells
	PID     int       `json:"pid,omitempty"`
	Target  string    `json:"target,omitempty"` // host:port; empty between two requests
	Route   string    `json:"route,omitempty"`  // upstream, direct
	Rule    string    `json:"rule,omitempty"`   // that decided the route; empty: none did
	Via     string    `json:"via,omitempty"`    // the upstream's name
	Up      int64     `json:"up"`               // bytes from client to target
	Down    int64     `json:"down"`             // bytes from target to client
	Since   time.Time `json:"since"`
	Ended   time.Time `json:"ended,omitzero"` // zero: it is live
	End     string    `json:"end,omitempty"`  // how it ended: a code of the engine's, such as finished, cut, failed
	Cause   string    `json:"cause,omitempty"`
}

// Connections lists those of the clients that live, oldest first, and behind
// them those that have ended a short while ago, newest first.
func (c *Controller) Connections(context.Context) ([]Connection, error) {
	c.mu.Lock()
	b, programs, gone := c.bridge, c.programs, c.gone
	c.mu.Unlock()
	list := []Connection{}
	switch {
	case gone:
		return nil, ErrNoOwner
	case b == nil:
		return list, nil
	}
	all := append(b.Live(), b.Recent()...)
	sockets := make([]program.Socket, len(all))
	for i := range all {
		sockets[i] = all[i].Socket()
	}
	found := programs.Find(sockets)
	seen := make(map[uint64]bool, len(all)) // one may end between the two looks
	for _, one := range all {
		if !seen[one.ID] {
			seen[one.ID] = true
			list = append(list, connectionOf(one, found[one.ID]))
		}
	}
	return list, nil
}

// connectionOf is the engine's connection as faces see it.
func connectionOf(c bridge.Connection, by program.Program) Connection {
	return Connection{
		ID: c.ID, Kind: c.Kind.String(), Client: c.Client, Program: by.Name, PID: by.PID,
		Target: c.Target, Route: string(c.Route), Rule: c.Rule, Via: c.Via, Up: c.Up, Down: c.Down,
		Since: c.Since, Ended: c.Ended, End: string(c.End), Cause: c.Cause,
	}
}

// A Line is one line of the log.
type Line struct {
	Number uint64    `json:"number"` // from 1, rising by one
	Time   time.Time `json:"time"`
	Level  string    `json:"level"` // debug, info, warn, error
	Text   string    `json:"text"`
	With   []Attr    `json:"with,omitempty"`
}

// An Attr is what a line of the log says beside its text.
type Attr struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// A CheckRequest says what to check: the way to a URL through a profile.
type CheckRequest struct {
	URL     string            `json:"url"`
	Profile *settings.Profile `json:"profile,omitempty"` // as it stands, saved or not; nil: the one in use
	// Stored names the profile whose stored password is meant by "***" in Profile; empty: the one of its own name.
	Stored string `json:"stored,omitempty"`
}
