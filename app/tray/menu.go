package tray

import (
	"sync/atomic"

	"fyne.io/systray"
)

// A slot is an item of the real menu, and what it shows now. Each change of an item makes the panel read it again, so
// only what differs is changed, and nothing is ever taken out of the menu while somebody points at it.
type slot struct {
	item   *systray.MenuItem
	clicks <-chan struct{}
	shown  entry
	last   atomic.Pointer[entry] // shown, for who has no part in changing it
}

// mostClicks may wait for somebody to take them, and need no memory. Systray's own channel has no room: while nobody stands
// there, which may be for a moment after each click, it drops what comes.
const mostClicks = 1 << 16

// newSlot appends an item to the menu, or to parent's if that is not nil. tick is for items that may be ticked.
func newSlot(parent *slot, tick bool, e entry) *slot {
	var item *systray.MenuItem
	title := escape(e.title)
	switch {
	case parent == nil && tick:
		item = systray.AddMenuItemCheckbox(title, "", e.ticked)
	case parent == nil:
		item = systray.AddMenuItem(title, "")
	case tick:
		item = parent.item.AddSubMenuItemCheckbox(title, "", e.ticked)
	default:
		item = parent.item.AddSubMenuItem(title, "")
	}
	clicks := make(chan struct{}, mostClicks)
	item.ClickedCh = clicks // nobody sees the item before the menu is complete, or, of a later one, before it is shown
	s := &slot{item: item, clicks: clicks, shown: entry{title: e.title, ticked: tick && e.ticked, enabled: true, visible: true}}
	s.publish()
	s.show(e)
	return s
}

// show changes the item to e.
func (s *slot) show(e entry) {
	if !e.visible {
		if s.shown.visible {
			s.item.Hide()
			s.shown.visible = false
			s.publish()
		}
		return // on Windows, changing a hidden item shows it
	}
	if e.title != s.shown.title {
		s.item.SetTitle(escape(e.title))
	}
	if e.ticked != s.shown.ticked {
		if e.ticked {
			s.item.Check()
		} else {
			s.item.Uncheck()
		}
	}
	if e.enabled != s.shown.enabled {
		if e.enabled {
			s.item.Enable()
		} else {
			s.item.Disable()
		}
	}
	if !s.shown.visible {
		s.item.Show()
	}
	s.shown = e
	s.publish()
}

func (s *slot) publish() {
	was := s.shown
	s.last.Store(&was)
}

// seen is what the item shows now. It may be called on any goroutine.
func (s *slot) seen() entry { return *s.last.Load() }

// A menu is all slots.
type menu struct {
	status, on, systemProxy *slot
	again                   *slot
	few                     []*slot
	upstreams               *slot
	many                    []*slot // grows with the longest list of profiles
	copy                    *slot
	shells                  []*slot
	address                 *slot
	test, window, problems  *slot
	update                  *slot
	recent                  []*slot
	quit                    *slot
}

// newMenu builds the menu, once. Places for what may come are there from the beginning, hidden.
func newMenu(v view) *menu {
	m := &menu{}
	m.status = newSlot(nil, false, v.status)
	systray.AddSeparator()
	m.on = newSlot(nil, true, v.on)
	m.systemProxy = newSlot(nil, true, v.systemProxy)
	m.again = newSlot(nil, false, v.again)
	systray.AddSeparator()
	for range mostFew {
		m.few = append(m.few, newSlot(nil, true, entry{}))
	}
	m.upstreams = newSlot(nil, false, v.profiles.parent)
	systray.AddSeparator()
	m.copy = newSlot(nil, false, v.copy)
	for _, c := range commands() {
		m.shells = append(m.shells, newSlot(m.copy, false, entry{title: c.title, enabled: true, visible: true}))
	}
	m.address = newSlot(m.copy, false, v.address)
	m.test = newSlot(nil, false, v.test)
	m.window = newSlot(nil, false, v.window)
	m.update = newSlot(nil, false, v.update)
	m.problems = newSlot(nil, false, v.problems)
	for range 2 * mostRecent {
		m.recent = append(m.recent, newSlot(m.problems, false, entry{}))
	}
	systray.AddSeparator()
	m.quit = newSlot(nil, false, v.quit)
	return m
}

// grow makes places for v's profiles, hidden ones, and returns those that are new.
func (m *menu) grow(v view) (added []*slot) {
	if len(m.many) < len(v.profiles.many) {
		m.upstreams.show(v.profiles.parent) // on Windows, only what is shown can become a menu
	}
	for len(m.many) < len(v.profiles.many) {
		s := newSlot(m.upstreams, true, entry{})
		m.many = append(m.many, s)
		added = append(added, s)
	}
	return added
}

// show changes what differs from v, for which the menu has grown.
func (m *menu) show(v view) {
	for _, p := range []struct {
		slot  *slot
		entry entry
	}{
		{m.status, v.status}, {m.on, v.on}, {m.systemProxy, v.systemProxy}, {m.again, v.again}, {m.upstreams, v.profiles.parent}, {m.copy, v.copy},
		{m.address, v.address}, {m.test, v.test}, {m.window, v.window}, {m.update, v.update}, {m.problems, v.problems}, {m.quit, v.quit},
	} {
		p.slot.show(p.entry)
	}
	showAll(m.few, v.profiles.few)
	showAll(m.many, v.profiles.many)
	showAll(m.recent, v.recent)
}

// showAll shows a list in its slots; those behind its end are hidden.
func showAll(slots []*slot, list []entry) {
	for i, s := range slots {
		var e entry
		if i < len(list) {
			e = list[i]
		}
		s.show(e)
	}
}
