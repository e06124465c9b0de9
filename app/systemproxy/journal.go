package systemproxy

import (
	"fmt"
	"slices"
)

// journalVersion is that of the file. Another one is refused: it cannot be guessed what it means.
const journalVersion = 1

// A journal is what has to be given back. It is on the disk before anything is set, and until all is given back.
type journal struct {
	Version  int     `json:"version"`
	Platform string  `json:"platform"`
	Proxy    string  `json:"proxy"` // where the system is led to
	Keys     []claim `json:"keys"`  // in the order of setting them
}

// A claim is on one key.
type claim struct {
	Key  string  `json:"key"`
	User value   `json:"user"` // what comes back
	Ours []value `json:"ours"` // what we have set, or were about to set
}

// holds reports whether v is ours.
func (c *claim) holds(v value) bool { return slices.Contains(c.Ours, v) }

// claim returns the one on a key, or nil.
func (j *journal) claim(key string) *claim {
	for i := range j.Keys {
		if j.Keys[i].Key == key {
			return &j.Keys[i]
		}
	}
	return nil
}

func (j *journal) clone() *journal {
	c := *j
	c.Keys = slices.Clone(j.Keys)
	for i := range c.Keys {
		c.Keys[i].Ours = slices.Clone(c.Keys[i].Ours)
	}
	return &c
}

func (j *journal) equal(k *journal) bool {
	return j.Platform == k.Platform && j.Proxy == k.Proxy && slices.EqualFunc(j.Keys, k.Keys, func(a, b claim) bool {
		return a.Key == b.Key && a.User == b.User && slices.Equal(a.Ours, b.Ours)
	})
}

// lead claims what is wanted where now holds, of which user is the user's own, and returns what to set for it. What was
// claimed and is not wanted any more is given back. Keys that somebody else has changed since are claimed anew if all
// is true, otherwise left alone.
func (j *journal) lead(want, now, user []entry, all bool) ([]entry, error) {
	var changes []entry
	for _, e := range want {
		is, ok := find(now, e.Key)
		if !ok {
			return nil, fmt.Errorf("%s: %w", e.Key, errMissing)
		}
		own, _ := find(user, e.Key)
		switch c := j.claim(e.Key); {
		case c == nil:
			j.Keys = append(j.Keys, claim{e.Key, own, []value{e.Value}})
		case c.holds(is):
			if !c.holds(e.Value) {
				c.Ours = append(c.Ours, e.Value)
			}
		case !all:
			continue
		default:
			if is != c.User { // else it was never set, or set back, and what own makes of it may come from another key of ours
				c.User = own
			}
			c.Ours = []value{e.Value}
		}
		if is != e.Value {
			changes = append(changes, e)
		}
	}
	for _, e := range j.back(now) { // last: nothing may go past us meanwhile
		if _, wanted := find(want, e.Key); !wanted {
			changes = append(changes, e)
		}
	}
	return changes, nil
}

// settled is the journal once what is wanted has been set where now held: what was ours before it is no longer. Claims on
// keys that are not there at present, as after a change of the network, stay: they may come back as they went.
func (j *journal) settled(want, now []entry) *journal {
	s := &journal{Version: j.Version, Platform: j.Platform, Proxy: j.Proxy}
	for _, c := range j.Keys {
		if _, there := find(now, c.Key); !there {
			s.Keys = append(s.Keys, c)
		}
	}
	for _, e := range want {
		c := j.claim(e.Key)
		if c == nil {
			continue
		}
		ours := c.Ours
		if c.holds(e.Value) {
			ours = []value{e.Value}
		}
		s.Keys = append(s.Keys, claim{c.Key, c.User, ours})
	}
	return s
}

// back returns what to set, in this order, so that the user has his own again where now holds.
func (j *journal) back(now []entry) []entry {
	var changes []entry
	for _, c := range slices.Backward(j.Keys) {
		if v, ok := find(now, c.Key); ok && c.holds(v) && v != c.User {
			changes = append(changes, entry{c.Key, c.User})
		}
	}
	return changes
}

// changed returns the keys that somebody else has changed. Those that are gone are nobody's.
func (j *journal) changed(now []entry) []string {
	var keys []string
	for _, c := range j.Keys {
		if v, ok := find(now, c.Key); ok && !c.holds(v) {
			keys = append(keys, c.Key)
		}
	}
	return keys
}
