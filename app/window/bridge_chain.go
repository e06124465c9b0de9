package window

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// chainOf is the way from the programs to the internet, as it is in a state.
func (w *Window) chainOf(s app.State) ([]look.Node, []look.Link) {
	listen := s.Listen
	if len(listen) == 0 {
		listen = s.Settings.Listen
	}
	here := first(listen)
	if len(listen) > 1 {
		here += fmt.Sprintf(" +%d", len(listen)-1)
	}
	programs := ""
	if s.On {
		programs = w.say("bridge.clients", "n", strconv.Itoa(s.Traffic.Clients))
	}
	nodes := []look.Node{
		{Title: w.say("bridge.programs"), Subtitle: programs},
		{Title: w.say("app.name"), Subtitle: here},
		{Title: words.ProfileName(s.Profile), Subtitle: address(s.Profile)},
		{Title: w.say("bridge.internet")},
	}
	links := []look.Link{{State: look.LinkOff}, {State: look.LinkOff}, {State: look.LinkOff}}
	if s.Direct() {
		nodes = append(nodes[:2], nodes[3])
		links = links[:2]
	}
	switch {
	case !s.On:
		return nodes, links
	case s.Direct():
		return nodes, []look.Link{{State: look.LinkOK}, {State: look.LinkDirect, Text: w.say("bridge.direct"), Why: w.say("bridge.direct_why")}}
	}
	return nodes, []look.Link{{State: look.LinkOK}, w.toUpstream(s), w.toInternet(s.Upstream)}
}

// toUpstream is the line from the bridge to its upstream.
func (w *Window) toUpstream(s app.State) look.Link {
	switch h := s.Upstream; h.State {
	case app.Up:
		return look.Link{State: look.LinkOK, Text: w.milliseconds(h.Greeting), Why: w.say("bridge.greeting_why")}
	case app.Down:
		why := h.Detail // the sentence at the top says the cause already
		if why == "" {
			why = w.say("problem.upstream", "profile", words.ProfileName(s.Profile), "cause", w.words.Cause(h))
		}
		return look.Link{State: look.LinkDown, Text: w.say("bridge.broken"), Why: why}
	}
	return look.Link{State: look.LinkUnknown, Why: w.say("bridge.unknown_why")}
}

// toInternet is the line from the upstream to where its connections go.
func (w *Window) toInternet(h app.Health) look.Link {
	if h.State == app.Up && h.Target > 0 {
		return look.Link{State: look.LinkOK, Text: w.milliseconds(h.Target), Why: w.say("bridge.target_why")}
	}
	return look.Link{State: look.LinkUnknown, Why: w.say("bridge.unknown_why")}
}

// milliseconds says a time, or nothing where it is not known.
func (w *Window) milliseconds(ms float64) string {
	if ms == 0 {
		return ""
	}
	return w.words.Milliseconds(ms)
}

// address is where a profile's endpoint is, without its scheme and login; of a PAC script its file, or its server.
func address(p settings.Profile) string {
	u, err := url.Parse(p.URL)
	switch {
	case err != nil:
		return ""
	case u.Scheme == "pac+file":
		return u.Path[strings.LastIndexByte(u.Path, '/')+1:]
	}
	return u.Host
}
