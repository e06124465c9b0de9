package window

import (
	"bytes"
	"errors"
	"image"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
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
	chinese := on()
	chinese.Settings.Desktop.Language = "zh-Hans"
	proxied := on()
	proxied.SystemProxy = app.SystemProxy{Supported: true, On: true}
	later := off()
	later.SystemProxy = app.SystemProxy{Supported: true, Wanted: true}
	nowhere := on()
	nowhere.SystemProxy = app.SystemProxy{WhyCode: "unknown-desktop", WhyDesktop: "LXQt"}
	nowhere.Settings.Desktop.Language = "zh-Hans"
	large := drifted()
	large.Settings.Desktop.TextSize = "larger"
	for name, s := range map[string]app.State{
		"bridge-pac": byPAC(), "bridge-drifted": drifted(), "bridge-drifted-larger": large, "bridge-left": leftAlone(), "bridge-later": later, "bridge-nowhere-chinese": nowhere,
		"bridge-proxied": proxied, "bridge-on": on(), "bridge-off": off(), "bridge-down": down(), "bridge-direct": direct(), "bridge-problem": busy(), "bridge-chinese": chinese,
	} {
		o := &owner{}
		if s.On {
			o.history = minutes
		}
		see(t, name, "bridge", o, s, nil)
	}
}

// bridgeOf makes a window with the bridge page in front and a state shown.
func bridgeOf(t *testing.T, o *owner, s app.State) (*Window, *bridgePage) {
	t.Helper()
	w := newWindow(t, o)
	w.Show(s)
	answers(w)
	return w, w.tabs[0].page.(*bridgePage)
}

func TestBridgeSaysItsState(t *testing.T) {
	proxied := on()
	proxied.SystemProxy = app.SystemProxy{Supported: true, On: true}
	kept := off()
	kept.SystemProxy = app.SystemProxy{Supported: true, On: true}
	kept.Problems = []app.Problem{{At: epoch, Code: "system-proxy-back", With: map[string]string{"cause": "no session bus"}}}
	mended := on()
	mended.Problems = down().Problems
	mended.Problems[0].Over = true
	for name, tt := range map[string]struct {
		state app.State
		sign  look.SignState
		says  []string
		hides []string
	}{
		"on": {on(), look.SignOn,
			[]string{"On. Traffic crosses through Office, 12 ms.", "Programs that have 127.0.0.1:1095 as their HTTP proxy cross here.", "17 connected", "12 ms", "48 ms", "1.2 GB", "48.2 MB"},
			[]string{"Forget", "no answer"}},
		"on, and the system's proxy": {proxied, look.SignSystem, []string{"Use as the system's proxy", "All traffic goes to the bridge. Your own setting comes back when it is off."}, []string{"Setting the system's proxy is not supported here."}},
		"off":                        {off(), look.SignOff, []string{"Off.", "A click on the sign lowers the bridge.", "127.0.0.1:1095", "–"}, []string{"12 ms", "Forget"}},
		"down": {down(), look.SignDown,
			[]string{"On, but Office does not answer: connection refused.", "Check that the program behind 127.0.0.1:1080 is running: ssh, ss-local, Tor.", "no answer", "connect: connection refused"},
			[]string{"Forget", "48 ms"}},
		"direct": {direct(), look.SignOn,
			[]string{"On. Traffic goes directly: the built-in endpoint is in use.", "No SOCKS endpoint answered at the usual place. Add yours in Upstreams.", "direct"},
			[]string{"built-in endpoint", "12 ms"}},
		"the port is held": {busy(), look.SignProblem,
			[]string{"Off.", "127.0.0.1:1095 cannot be listened on: node, pid 7 holds it.", "Use 127.0.0.1:1096", "Forget"},
			[]string{"A click on the sign lowers the bridge."}},
		"not given back": {kept, look.SignProblem,
			[]string{"Off.", "The system's own proxy setting could not be given back: no session bus", "Untick it once more to try again. Until then, programs look for the bridge."},
			[]string{"A click on the sign lowers the bridge."}},
		"mended": {mended, look.SignOn, []string{"Office does not answer: connection refused.", "Mended since.", "Forget"}, []string{"Use 127.0.0.1:1096"}},
	} {
		synctest.Test(t, func(t *testing.T) {
			w, p := bridgeOf(t, &owner{}, tt.state)
			if got := p.toggle.Sign.State(); got != tt.sign {
				t.Errorf("%s: the sign is %v, want %v", name, got, tt.sign)
			}
			for _, line := range tt.says {
				if !sees(w, line) {
					t.Errorf("%s: the page does not say %q", name, line)
				}
			}
			for _, line := range tt.hides {
				if sees(w, line) {
					t.Errorf("%s: the page says %q", name, line)
				}
			}
		})
	}
}

// A click sends an intent, and nothing changes before the State says so.
func TestChainOfAScript(t *testing.T) {
	w := newWindow(t, &owner{})
	for url, want := range map[string]string{
		"pac+file:///etc/corp/proxy.pac":  "proxy.pac",
		"pac+https://wpad.example:8443/x": "wpad.example:8443",
		"http://proxy.example:3128":       "proxy.example:3128",
	} {
		s := on()
		s.Profile.URL = url
		if nodes, links := w.chainOf(s); len(nodes) != 4 || len(links) != 3 || nodes[2].Subtitle != want {
			t.Errorf("chainOf(%s) = %+v, %+v, want %q", url, nodes, links, want)
		}
	}
}

func TestSwitch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w, p := bridgeOf(t, o, off())
		test.Tap(p.toggle)
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.Toggle {
			t.Fatalf("the switch sent %v, want a toggle", sent)
		}
		if p.toggle.Sign.State() != look.SignOff {
			t.Error("the sign changed before the state did")
		}
		w.Show(on())
		if p.toggle.Sign.State() != look.SignOn {
			t.Error("the sign did not change with the state")
		}
	})
}

// A port that another program holds is exchanged for a free one, and the bridge turned on.
func TestListenInstead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		s := busy()
		s.Settings.Listen = []string{"127.0.0.1:1095", "[::1]:1095"}
		w, p := bridgeOf(t, o, s)
		test.Tap(p.trouble.instead)
		answers(w)
		sent := o.sent()
		if len(sent) != 2 || sent[0].Verb != app.Save || sent[1].Verb != app.TurnOn {
			t.Fatalf("sent %v, want a save and on", sent)
		}
		if got, want := sent[0].Edit.To.Listen, []string{"127.0.0.1:1096", "[::1]:1095"}; !slices.Equal(got, want) {
			t.Errorf("listens on %v then, want %v", got, want)
		}
		if !sent[0].Edit.From.Equal(s.Settings) || !slices.Equal(s.Settings.Listen, sent[0].Edit.From.Listen) {
			t.Errorf("the edit starts from %v", sent[0].Edit.From.Listen)
		}
		o.err = errors.New("save: read-only file system")
		test.Tap(p.trouble.instead)
		answers(w)
		if len(o.sent()) != 3 || !sees(w, "save: read-only file system") {
			t.Errorf("after a save that failed: sent %v", o.sent()[2:])
		}
	})
}

// A bridge that nobody owns is not shown as one that is on.
func TestBridgeIsGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w, p := bridgeOf(t, &owner{}, on())
		w.Gone()
		if p.toggle.Sign.State() != look.SignOff || sees(w, "12 ms") || !sees(w, "Drawbridge is not running.") {
			t.Error("the bridge is shown as if it were on")
		}
		if !sees(w, "127.0.0.1:1080") {
			t.Error("the upstream that was last known is not shown")
		}
	})
}

func TestForget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{}
		w, p := bridgeOf(t, o, busy())
		test.Tap(p.trouble.forget)
		answers(w)
		if sent := o.sent(); len(sent) != 1 || sent[0].Verb != app.Forget {
			t.Errorf("sent %v, want forget", sent)
		}
	})
}

func TestTerminalLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := on()
		w, p := bridgeOf(t, &owner{}, s)
		for _, tt := range []struct{ shell, want string }{
			{"sh", "export http_proxy='http://127.0.0.1:1095'\n"},
			{"fish", "set -gx http_proxy 'http://127.0.0.1:1095'\n"},
			{"powershell", "$env:http_proxy = 'http://127.0.0.1:1095'\n"},
		} {
			p.terminal.choice.SetSelected(tt.shell)
			test.Tap(p.terminal.copying)
			if got := w.app.Clipboard().Content(); !strings.HasPrefix(got, tt.want) || strings.Count(got, "\n") != 8 {
				t.Errorf("%s: copied %q, want eight lines from %q on", tt.shell, got, tt.want)
			}
		}
		s.Settings.Login.User, s.Settings.Login.Password = "anna", "***"
		w.Show(s)
		test.Tap(p.terminal.copying)
		if got, want := w.app.Clipboard().Content(), "drawbridge env --shell powershell | Out-String | Invoke-Expression"; got != want {
			t.Errorf("with a login: copied %q, want %q", got, want)
		}
	})
}

// The chart begins with what the owner remembers and moves on each second; where nothing moves it is left alone.
func TestChartFollows(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := &owner{history: []app.Sample{{Down: 1}, {Down: 2, Up: 1}}}
		s := on()
		s.Traffic.DownRate, s.Traffic.UpRate = 7, 5
		w, p := bridgeOf(t, o, s)
		time.Sleep(1500 * time.Millisecond)
		answers(w)
		want := []look.Sample{{Down: 1}, {Down: 2, Up: 1}, {Down: 7, Up: 5}}
		if !slices.Equal(p.flow.samples, want) {
			t.Errorf("samples are %v, want %v", p.flow.samples, want)
		}
		w.Gone()
		time.Sleep(time.Second)
		answers(w)
		if last := p.flow.samples[len(p.flow.samples)-1]; last != (look.Sample{}) {
			t.Errorf("without an owner %v passes", last)
		}
		n := len(p.flow.samples)
		w.open("rules")
		time.Sleep(3 * time.Second)
		answers(w)
		if len(p.flow.samples) != n {
			t.Error("the chart moves while another page is in front")
		}
	})
}

// Once nothing moves any more the chart says so at once, and then moves on in steps of a few seconds; what moves again
// shows at once.
func TestChartRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := on()
		s.Traffic.DownRate, s.Traffic.UpRate = 7, 0
		w, p := bridgeOf(t, &owner{history: []app.Sample{{Down: 1}, {Down: 2}}}, s)
		picture := func() []byte {
			for _, o := range test.WidgetRenderer(p.flow.chart).Objects() {
				if raster, ok := o.(*canvas.Raster); ok {
					return raster.Generator(300, 96).(*image.NRGBA).Pix
				}
			}
			t.Fatal("the chart has no picture")
			return nil
		}
		var last []byte
		draws := func(seconds int) (times int) { // how often in so many seconds
			for range seconds {
				time.Sleep(time.Second)
				answers(w)
				if now := picture(); !bytes.Equal(now, last) {
					times, last = times+1, now
				}
			}
			return times
		}
		time.Sleep(500 * time.Millisecond) // between two ticks
		draws(1)
		s.Traffic.DownRate = 8
		w.Show(s)
		if n := draws(1); n != 1 {
			t.Error("what moves is not drawn at once")
		}
		s.Traffic.DownRate = 0
		w.Show(s)
		if n := draws(1); n != 1 {
			t.Error("that nothing moves any more is not drawn at once")
		}
		if n := draws(10 * chartRest); n != 10 {
			t.Errorf("in %d seconds in which nothing moved it was drawn %d times, want 10", 10*chartRest, n)
		}
		draws(2)
		s.Traffic.DownRate = 3
		w.Show(s)
		if n := draws(1); n != 1 {
			t.Error("what moves again is not drawn at once")
		}
	})
}
