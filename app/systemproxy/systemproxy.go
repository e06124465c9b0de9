// Package systemproxy takes a lease on the system's proxy setting: it sets it to
// the bridge, and what the user had comes back, whatever happens.
//
// A [Lease] writes down what the user has before it sets anything, and gives back
// only what is still as it has set it: what somebody else changed meanwhile
// stays theirs. After a crash, whoever comes next gives back: a guard process
// ([Guard]), the next start, the next login ([HealAtLogin]) or "drawbridge heal",
// all by [Lease.Heal]. A session that ends tells by a signal, or on Windows by a
// window's message, for which [Guarded] has a window.
//
// What each system wants (commands, registry values, files) comes from pure
// functions, which are tested everywhere; those that run them are thin.
package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// A Proxy is what the system's programs are to use.
type Proxy struct {
	Address string        // host:port of an HTTP proxy, as a client reaches it
	SOCKS   string        // host:port of a SOCKS proxy; empty: none
	PAC     string        // URL of a file that decides for each request; empty: none, otherwise all else here is of no effect
	Bypass  *route.Bypass // what goes direct besides this machine itself, as far as the system can say it
}

// check says what is wrong with p.
func (p Proxy) check() error {
	if p.PAC != "" {
		return nil
	}
	for _, address := range []string{p.Address, p.SOCKS} {
		if address == p.SOCKS && address == "" {
			continue
		}
		if host, port, err := net.SplitHostPort(address); err != nil || host == "" || port == "" {
			return fmt.Errorf("%q: is no host and port", address)
		}
	}
	return nil
}

// bypass is what goes direct in a system's dialect: local, which is this machine in that, and p's list.
func (p Proxy) bypass(d route.Dialect, local ...string) []string {
	said := p.Bypass.Say(d).Entries
	if slices.Equal(said, []string{"*"}) {
		return said // it has to stand alone
	}
	for _, entry := range said {
		if !slices.Contains(local, entry) {
			local = append(local, entry)
		}
	}
	return local
}

// leads reports whether what listens at host and port is p.
func (p Proxy) leads(host, port string) bool {
	address := net.JoinHostPort(host, port)
	return host != "" && (address == p.Address || address == p.SOCKS)
}

// serves reports whether p is where that URL leads, whatever its path is: that changes.
func (p Proxy) serves(pac string) bool {
	u, err := url.Parse(pac)
	if err != nil || u.Host == "" {
		return false
	}
	ours, err := url.Parse(p.PAC)
	return u.Host == p.Address || err == nil && u.Host == ours.Host
}

// A value is one of the system's, in the system's own spelling.
type value struct {
	Text  string `json:"text,omitempty"`
	Unset bool   `json:"unset,omitempty"` // it is not there, which is something else than empty
}

// An entry is one key of the system's proxy setting.
type entry struct {
	Key   string
	Value value
}

// A platform is a system's way to keep its proxy setting: keys, each with a value that can be set by itself.
type platform interface {
	// name is what the journal calls it; it never changes.
	name() string
	// read returns all keys that there are.
	read(ctx context.Context) ([]entry, error)
	// write sets keys, in this order. It fails if they do not hold these values afterwards.
	write(ctx context.Context, entries []entry) error
	// plan returns what to set for p where now holds, in the order of setting it. The last one makes it effective.
	plan(p Proxy, now []entry) []entry
	// user returns now as the user's own: what leads to p is none of it, and counts as not set up.
	user(p Proxy, now []entry) []entry
}

// errMissing is for a key that the system does not have.
var errMissing = errors.New("this system has no such key")

// find returns the value of a key.
func find(entries []entry, key string) (value, bool) {
	for _, e := range entries {
		if e.Key == key {
			return e.Value, true
		}
	}
	return value{}, false
}

// replaced is entries with another value of a key that is there.
func replaced(entries []entry, key string, v value) []entry {
	entries = slices.Clone(entries)
	for i := range entries {
		if entries[i].Key == key {
			entries[i].Value = v
		}
	}
	return entries
}

// differing returns the first of want that now does not hold.
func differing(want, now []entry) (entry, bool) {
	for _, e := range want {
		if v, ok := find(now, e.Key); !ok || v != e.Value {
			return e, true
		}
	}
	return entry{}, false
}

// verify is what write ends with on systems that fail silently.
func verify(ctx context.Context, p platform, want []entry) error {
	now, err := p.read(ctx)
	if err != nil {
		return err
	}
	if e, differs := differing(want, now); differs {
		return fmt.Errorf("%s: the system did not take %q", e.Key, e.Value.Text)
	}
	return nil
}
