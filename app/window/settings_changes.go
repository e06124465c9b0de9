package window

import (
	"errors"
	"maps"
	"slices"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/settings"
)

// changes are what a person has typed over some settings and not applied yet.
type changes struct {
	from  settings.Settings // what the inputs were filled with
	typed map[string]string // by key: the texts that differ from that
}

// put takes what an input holds now.
func (c *changes) put(key, text string) {
	if text == c.stored(key) {
		delete(c.typed, key)
		return
	}
	c.typed[key] = text
}

// stored is what an input shows of a value that nobody has typed over. Of a password that is nothing.
func (c *changes) stored(key string) string {
	if isSecret(key) {
		return ""
	}
	return settings.Text(c.from, key)
}

// shown is what an input shows.
func (c *changes) shown(key string) string {
	if text, ok := c.typed[key]; ok {
		return text
	}
	return c.stored(key)
}

// edit is what was typed, as a change of the settings, and what is wrong with it.
func (c *changes) edit() (app.Edit, settings.Problems) {
	var list []settings.Change
	for _, key := range slices.Sorted(maps.Keys(c.typed)) {
		list = append(list, settings.Change{Key: key, Value: c.typed[key]})
	}
	to, err := c.from.With(list...)
	problems, _ := errors.AsType[settings.Problems](err)
	if _, typed := c.typed["login.password"]; to.Login.User == "" && !typed {
		to.Login.Password = "" // without a name it is of no use, and nobody can see it to take it out
	}
	judged, _ := errors.AsType[settings.Problems](settings.Validate(to))
	return app.Edit{From: c.from, To: to}, append(problems, judged...)
}

// state says whether there is something to apply, and whether it is right. What cannot be read is a change too.
func (c *changes) state() (changed, right bool) {
	edit, problems := c.edit()
	return len(problems) > 0 && len(c.typed) > 0 || !edit.To.Equal(edit.From), len(problems) == 0
}

// follow goes over to s, which holds now. What was typed stays, unless s says the same. It returns the keys, of the given
// ones, whose values are others than before.
func (c *changes) follow(s settings.Settings, keys []string) (changed []string) {
	before := c.from
	c.from = s
	if c.from.Login.Password != "" {
		c.from.Login.Password = "***" // as owners show it
	}
	for _, key := range keys {
		if settings.Text(before, key) != settings.Text(s, key) {
			changed = append(changed, key)
		}
		if text, ok := c.typed[key]; ok && text == c.stored(key) {
			delete(c.typed, key)
		}
	}
	return changed
}

// isSecret reports whether the value of a key is not to be shown.
func isSecret(key string) bool {
	value, _ := settings.Get(settings.Settings{}, key)
	_, secret := value.(settings.Secret)
	return secret
}
