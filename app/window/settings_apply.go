package window

import (
	"errors"
	"maps"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/settings"
)

// typed takes what somebody typed into an input.
func (p *settingsPage) typed(i *input, text string) {
	p.changes.put(i.key, text)
	p.refused, p.done = nil, false
	p.judge()
	if i.explain != nil {
		p.page.Refresh() // its help may be higher now
	}
}

// choose applies a choice at once, or else as soon as the choice before it is answered, lest they arrive in another
// order.
func (p *settingsPage) choose(i *input, text string) {
	p.chosen[i.key] = text
	p.sendChosen()
}

func (p *settingsPage) sendChosen() {
	if p.choosing {
		return
	}
	edit, _ := (&changes{from: p.changes.from, typed: p.chosen}).edit()
	clear(p.chosen)
	if edit.To.Equal(edit.From) {
		return
	}
	p.choosing = true
	p.w.do(app.Intent{Verb: app.Save, Edit: &edit}, func(err error) {
		p.choosing = false
		if err == nil {
			p.changes.follow(edit.To, nil)
			p.sendChosen()
			return
		}
		clear(p.chosen)
		p.w.fail(err)
		for _, i := range p.inputs {
			if isAtOnce(i.key) {
				i.fill(p.changes.shown(i.key))
			}
		}
	})
}

// judge says beside each field what is wrong with it, and what can be done now.
func (p *settingsPage) judge() {
	p.hint()
	_, problems := p.changes.edit()
	changed, right := p.changes.state()
	wrong, elsewhere := p.sort(problems)
	for key, text := range p.refused {
		if wrong[key] == "" {
			wrong[key] = text
		}
	}
	moved := false // a line of its own makes a field higher
	for _, i := range p.inputs {
		moved = moved || i.field.Error() != wrong[i.key]
		i.field.SetError(wrong[i.key])
	}
	if moved {
		p.page.Refresh()
	}
	enable(p.apply, changed && right && !p.asked && len(p.refused) == 0)
	enable(p.revert, len(p.changes.typed) > 0)
	switch {
	case changed && elsewhere != "":
		p.note.Set(elsewhere, look.ColorProblem)
	case changed && !right:
		p.note.Set(p.w.say("settings.wrong"), look.ColorProblem)
	case changed:
		p.note.Set(p.w.say("settings.keeps"), look.ColorMuted)
	case p.done:
		p.note.Set(p.w.say("settings.applied"), look.ColorOK)
	default:
		p.note.Set("", look.ColorMuted)
	}
}

// sort puts problems to the inputs that they are about, the first of each. What is about none is said elsewhere.
func (p *settingsPage) sort(problems settings.Problems) (wrong map[string]string, elsewhere string) {
	wrong = make(map[string]string)
	for _, problem := range problems {
		switch i := p.find(problem.Field); {
		case i == nil && elsewhere == "":
			elsewhere = inFull(p.w.words, problem)
		case i != nil && wrong[i.key] == "":
			wrong[i.key] = p.w.words.Reason(problem)
		}
	}
	return wrong, elsewhere
}

// enterKey applies, if that is possible now.
func (p *settingsPage) enterKey() {
	if !p.apply.Disabled() {
		p.send()
	}
}

// send sends what was typed to the owner.
func (p *settingsPage) send() {
	edit, problems := p.changes.edit()
	if len(problems) > 0 || p.asked {
		return
	}
	p.asked = true
	p.apply.Disable()
	sent := maps.Clone(p.changes.typed)
	p.w.do(app.Intent{Verb: app.Save, Edit: &edit}, func(err error) {
		p.asked = false
		if err != nil {
			p.refuse(err)
			return
		}
		// What was typed while the owner was at it stays.
		maps.DeleteFunc(p.changes.typed, func(key, text string) bool { return sent[key] == text })
		p.done = true
		p.changes.follow(edit.To, nil)
		p.refill()
	})
}

// refuse says why the owner did not take the edit, where that can be mended.
func (p *settingsPage) refuse(err error) {
	p.refused = make(map[string]string)
	note := ""
	if problems, ok := errors.AsType[settings.Problems](err); ok {
		p.refused, note = p.sort(problems)
	} else if text, ok := strings.CutPrefix(err.Error(), "listen "); ok {
		p.refused["listen"] = text
	} else {
		note = p.w.explain(err)
	}
	p.judge()
	if note != "" {
		p.note.Set(note, look.ColorProblem)
		return
	}
	p.note.Set(p.w.say("settings.wrong"), look.ColorProblem)
	for _, i := range p.inputs {
		if p.refused[i.key] != "" {
			p.page.Reveal(i.field)
			return
		}
	}
}

// undo forgets what was typed.
func (p *settingsPage) undo() {
	clear(p.changes.typed)
	p.refused, p.done = nil, false
	p.refill()
	p.page.Refresh()
}

// refill shows in each input what it is to show.
func (p *settingsPage) refill() {
	for _, i := range p.inputs {
		i.fill(p.changes.shown(i.key))
	}
	p.judge()
}
