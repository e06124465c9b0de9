package app

// A wish is what is wanted of a switch from the moment somebody asks until it is done: that may take a while, since
// changes happen one at a time, and the system's programs have to be asked. The zero value is none.
type wish struct {
	waiting int  // how many ask, the one whose turn it is among them
	on      bool // what the last of them wants
}

// turns reports whether a switch that is on, or not, is about to be the opposite.
func (w wish) turns(on bool) bool { return w.waiting > 0 && w.on != on }

// wish says in the state, until done is called, that somebody wants a switch to be another way: who clicks once more
// means the opposite of that, and not of what still holds.
func (c *Controller) wish(want Intent) (done func()) {
	var w *wish
	c.update(func(now *State) {
		switch want.Verb {
		case UseSystemProxy:
			w = &c.wantProxy
			w.on = want.On
		case TurnOn, TurnOff:
			w = &c.wantOn
			w.on = want.Verb == TurnOn
		case Toggle:
			w = &c.wantOn
			w.on = now.On == w.turns(now.On)
		default:
			return
		}
		w.waiting++
	})
	return func() {
		if w != nil {
			c.update(func(*State) { w.waiting-- })
		}
	}
}
