package app

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/settings"
)

// mostProblems is how many are remembered.
const mostProblems = 20

// The codes of those with the system's proxy: it could not be set, it could not be given back.
const (
	systemProxyProblem     = "system-proxy"
	systemProxyBackProblem = "system-proxy-back"
)

// Kinds of problems, by their codes.
func ofListening(code string) bool { return code == "listen" }
func ofSettings(code string) bool  { return code == "settings" }
func ofWindow(code string) bool    { return code == "window" }
func ofUpstream(code string) bool  { return strings.HasPrefix(code, "upstream.") }

func ofSystemProxy(code string) bool {
	return code == systemProxyProblem || code == systemProxyBackProblem
}

// noteSystemProxy remembers what went wrong with the system's proxy, since the click that led to it may have been one on
// an icon.
func (c *Controller) noteSystemProxy(code string, err error) {
	text := err.Error()
	c.Logger().Error("the system's proxy is not as wanted", "err", err)
	c.update(func(now *State) {
		now.note(Problem{At: time.Now(), Code: code, Text: text, With: map[string]string{"cause": cause(text)}})
	})
}

// cause is the text of an error without what was being done, which the sentences of faces say: "set the system's proxy: ".
func cause(text string) string {
	text, _, _ = strings.Cut(text, "\ngive back the system's proxy: ") // what failed after that
	const doing = "the system's proxy: "
	if i := strings.LastIndex(text, doing); i >= 0 {
		text = text[i+len(doing):]
	}
	return strings.Join(strings.Fields(text), " ")
}

// problemOf tells an error of a change in a problem's way.
func (c *Controller) problemOf(err error) Problem {
	p := Problem{At: time.Now(), Code: "other", Text: err.Error()}
	var listen *bridge.ListenError
	var wrong settings.Problems
	switch {
	case errors.As(err, &listen):
		p.Code, p.With = "listen", map[string]string{"address": listen.Address}
		if listen.Holder != "" {
			p.With["holder"] = listen.Holder
		}
		if listen.Free != "" {
			p.With["free"] = listen.Free
		}
	case errors.As(err, &wrong) || c.File != "":
		p.Code, p.With = "settings", map[string]string{"file": c.File}
	}
	return p
}

// Unseen tells that the window, which is a program of its own, could not be shown,
// and why; nil tells that it is being opened again.
func (c *Controller) Unseen(err error) {
	c.update(func(s *State) {
		if err == nil {
			s.mend(ofWindow)
			return
		}
		s.note(Problem{At: time.Now(), Code: "window", Text: err.Error()})
	})
}

// note remembers p as the newest problem. One that still holds, or was there less
// than a minute ago, is not told twice.
func (s *State) note(p Problem) {
	const again = time.Minute
	ps := slices.DeleteFunc(slices.Clone(s.Problems), func(old Problem) bool {
		return old.Code == p.Code && maps.Equal(old.With, p.With) && (!old.Over || p.At.Sub(old.At) < again)
	})
	ps = slices.Insert(ps, 0, p)
	s.Problems = ps[:min(len(ps), mostProblems)]
}

// mend says that problems of a kind are over.
func (s *State) mend(kind func(code string) bool) {
	if _, holds := s.holding(kind); !holds {
		return
	}
	s.Problems = slices.Clone(s.Problems)
	for i := range s.Problems {
		if kind(s.Problems[i].Code) {
			s.Problems[i].Over = true
		}
	}
}

// holding returns the newest problem of a kind that is not over.
func (s *State) holding(kind func(code string) bool) (Problem, bool) {
	for _, p := range s.Problems {
		if !p.Over && kind(p.Code) {
			return p, true
		}
	}
	return Problem{}, false
}
