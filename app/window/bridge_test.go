package window

import (
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
)

// off is a bridge that is off and has nothing to say.
func off() app.State {
	s := on()
	s.On, s.Listen, s.Upstream, s.Traffic = false, nil, app.Health{}, app.Traffic{}
	return s
}

// down is a bridge that is on, but whose upstream does not answer.
func down() app.State {
	s := on()
	s.Upstream = app.Health{State: app.Down, At: epoch, Cause: "refused", Detail: "connect: connection refused"}
	s.Traffic.UpRate, s.Traffic.DownRate = 0, 0
	s.Problems = []app.Problem{{At: epoch, Code: "upstream.refused", With: map[string]string{"profile": "Office", "address": "127.0.0.1:1080"}}}
	return s
}

// direct is a bridge that has found no endpoint.
func direct() app.State {
	s := on()
	s.Settings.Profiles, s.Settings.Use = nil, ""
	s.Profile.Name, s.Profile.URL, s.Chosen = "built-in endpoint", "direct://", true
	s.Upstream = app.Health{}
	return s
}

// busy is a bridge whose port another program holds.
func busy() app.State {
	s := off()
	s.Problems = []app.Problem{{At: epoch, Code: "listen", With: map[string]string{"address": "127.0.0.1:1095", "holder": "node, pid 7", "free": "127.0.0.1:1096"}}}
	return s
}

func TestBridgePictures(t *testing.T) {
	var minutes []app.Sample
	for i := range 240 {
		minutes = append(minutes, app.Sample{Down: 4e6 * float64((i*37)%100) / 100 * float64(i) / 240, Up: 3e5 * float64((i*53)%90) / 90})
	}
	for name, s := range map[string]app.State{"bridge-on": on(), "bridge-off": off(), "bridge-down": down(), "bridge-direct": direct(), "bridge-problem": busy()} {
		o := &owner{}
		if s.On {
			o.history = minutes
		}
		see(t, name, "bridge", o, s, nil)
	}
}
