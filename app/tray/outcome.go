package tray

import (
	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// outcome says in a sentence what a test found: in fixed words, none of the network's.
func outcome(l *words.Language, p settings.Profile, c app.Check, err error) string {
	with := []string{"profile", clip(words.ProfileName(p), mostName), "target", hostOf(testTarget)}
	if err != nil {
		return l.Say("tray.test_off")
	}
	if c.Failed == "" {
		ms := 0.0
		for _, s := range c.Stages {
			ms += s.Ms
		}
		return l.Say("tray.test_ok", append(with, "ms", l.Milliseconds(ms))...)
	}
	stage := c.Failed
	if key, ok := stages()[stage]; ok {
		stage = l.Say(key, with...)
	}
	return l.Say("tray.test_failed", append(with, "stage", stage)...)
}

// stages are the keys of the sentences for what a check names.
func stages() map[string]string {
	return map[string]string{
		"settings": "tray.stage_settings",
		"dial":     "tray.stage_dial",
		"greeting": "tray.stage_greeting",
		"login":    "tray.stage_login",
		"request":  "tray.stage_request",
		"tls":      "tray.stage_tls",
		"answer":   "tray.stage_answer",
	}
}
