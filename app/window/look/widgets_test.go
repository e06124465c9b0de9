package look_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

func TestSwitchAsksButDoesNotChange(t *testing.T) {
	asked := 0
	var s *look.Switch
	w := open(t, fyne.NewSize(200, 100), func() fyne.CanvasObject {
		s = look.NewSwitch(fyne.NewSize(64, 34), func() { asked++ })
		return s
	})
	test.TapCanvas(w.Canvas(), fyne.NewPos(100, 50))
	w.Canvas().Focus(s)
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyA} {
		s.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if asked != 4 {
		t.Errorf("asked %d times, want 4: a tap and three keys", asked)
	}
	if got := s.Sign.State(); got != look.SignOff {
		t.Errorf("state = %v, want it as it was", got)
	}
}

// TestSignTellsItsStatesApart compares the pictures in one colour, as a panel or a person may see them.
func TestSignTellsItsStatesApart(t *testing.T) {
	states := []look.SignState{look.SignOff, look.SignOn, look.SignSystem, look.SignDown, look.SignProblem}
	var pictures []string
	for _, state := range states {
		w := open(t, fyne.NewSize(64, 34), func() fyne.CanvasObject {
			s := look.NewSign(fyne.NewSize(64, 34))
			s.Still = true
			s.SetState(state)
			return s
		})
		picture := looktest.Picture(w, 1)
		var shape strings.Builder
		background := picture.At(0, 0)
		for y := range picture.Bounds().Dy() {
			for x := range picture.Bounds().Dx() {
				fmt.Fprint(&shape, picture.At(x, y) == background)
			}
		}
		if slices.Contains(pictures, shape.String()) {
			t.Errorf("state %v has the shape of another one", state)
		}
		pictures = append(pictures, shape.String())
	}
}

func TestSignEndsWhereItStandsStill(t *testing.T) {
	picture := func(still bool) any {
		w := open(t, fyne.NewSize(64, 34), func() fyne.CanvasObject {
			s := look.NewSign(fyne.NewSize(64, 34))
			s.Still = still
			s.SetState(look.SignOn)
			s.SetState(look.SignOff)
			s.SetState(look.SignSystem)
			return s
		})
		return fmt.Sprint(looktest.Picture(w, 1))
	}
	if picture(false) != picture(true) { // the test driver shows the end of each animation at once
		t.Error("the deck does not come to rest where it stands when nothing moves")
	}
}

func newRail(choose func(int)) *look.Rail {
	return look.NewRail(choose, look.RailItem{Icon: theme.HomeIcon(), Label: "Bridge"},
		look.RailItem{Icon: theme.ListIcon(), Label: "Connections"}, look.RailItem{Icon: theme.SettingsIcon(), Label: "Settings"})
}

func TestRailChooses(t *testing.T) {
	var chosen []int
	var rail *look.Rail
	w := open(t, fyne.NewSize(800, 400), func() fyne.CanvasObject {
		rail = newRail(func(item int) { chosen = append(chosen, item) })
		return look.Frame(rail, look.Body("page"))
	})
	test.TapCanvas(w.Canvas(), fyne.NewPos(60, 16+36+18))
	for _, key := range []fyne.KeyName{fyne.KeyDown, fyne.KeyDown, fyne.KeyHome, fyne.KeyUp, fyne.KeyEnd} {
		rail.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if want := []int{1, 2, 0, 2}; !slices.Equal(chosen, want) {
		t.Errorf("chosen = %v, want %v", chosen, want)
	}
}

func TestRailFoldsInNarrowWindow(t *testing.T) {
	var rail *look.Rail
	w := open(t, fyne.NewSize(800, 400), func() fyne.CanvasObject {
		rail = newRail(nil)
		return look.Frame(rail, look.Body("page"))
	})
	for _, step := range []struct{ window, rail float32 }{{800, 168}, {719, 56}, {640, 56}, {720, 168}} {
		w.Resize(fyne.NewSize(step.window, 400))
		if got := rail.Size().Width; got != step.rail {
			t.Errorf("rail in a window %v wide = %v, want %v", step.window, got, step.rail)
		}
	}
}

func TestPageKeepsContentNarrowAndScrolls(t *testing.T) {
	content, full := look.Body("content"), look.Body("content")
	w := open(t, fyne.NewSize(1200, 300), func() fyne.CanvasObject { return look.NewPage("Page", content) })
	if got := content.Size().Width; got != look.ContentWidth {
		t.Errorf("content in a wide window = %v wide, want %v", got, look.ContentWidth)
	}
	w.Resize(fyne.NewSize(640, 300))
	if got, want := content.Size().Width, 640-2*look.GapWide; got != want {
		t.Errorf("content in a window of 640 = %v wide, want %v", got, want)
	}
	open(t, fyne.NewSize(1200, 300), func() fyne.CanvasObject { return look.NewFullPage("Page", full) })
	if got, want := full.Size().Width, 1200-2*look.GapWide; got != want {
		t.Errorf("content of a full page = %v wide, want %v", got, want)
	}
}

// TestPageShowsAllOfTextThatWraps: what the scroll measured before the text had its width was too low.
func TestPageShowsAllOfTextThatWraps(t *testing.T) {
	text := look.Body(strings.Repeat("word ", 400)).Wrapped()
	last := look.Body("last")
	w := open(t, fyne.NewSize(900, 300), func() fyne.CanvasObject { return look.NewPage("Page", look.Column(0, text, last)) })
	w.Resize(fyne.NewSize(320, 300))
	test.Scroll(w.Canvas(), fyne.NewPos(100, 200), 0, -100_000)
	bottom := fyne.CurrentApp().Driver().AbsolutePositionForObject(last).Y + last.Size().Height
	if want := 300 - look.GapWide; bottom != want {
		t.Errorf("the last line ends at %v when scrolled to the end, want %v", bottom, want)
	}
}

func TestFormEnablesItsButtons(t *testing.T) {
	open(t, fyne.NewSize(300, 300), func() fyne.CanvasObject {
		form := look.NewForm(look.Primary("Apply", nil), look.Quiet("Revert", nil))
		for _, row := range []struct{ changed, right, apply, revert bool }{
			{false, true, false, false},
			{true, false, false, true},
			{true, true, true, true},
		} {
			form.SetChanged(row.changed, row.right)
			if apply, revert := !form.Apply.Disabled(), !form.Revert.Disabled(); apply != row.apply || revert != row.revert {
				t.Errorf("SetChanged(%v, %v): apply, revert = %v, %v, want %v, %v", row.changed, row.right, apply, revert, row.apply, row.revert)
			}
		}
		return form
	})
}

func TestChainSaysWhy(t *testing.T) {
	var chain *look.Chain
	w := open(t, fyne.NewSize(400, 200), func() fyne.CanvasObject {
		chain = look.NewChain()
		chain.Set([]look.Node{{Title: "a"}, {Title: "b"}, {Title: "c"}},
			[]look.Link{{State: look.LinkOK, Why: "it is well"}, {State: look.LinkDown, Why: "it is refused"}})
		return chain
	})
	why := func() string { lines := shown(chain); return lines[len(lines)-1] }
	for _, step := range []struct {
		name    string
		pointer fyne.Position
		want    string
	}{
		{"elsewhere", fyne.NewPos(5, 190), "it is refused"},
		{"on the first line", fyne.NewPos(133, 20), "it is well"},
		{"on the second line", fyne.NewPos(266, 20), "it is refused"},
	} {
		test.MoveMouse(w.Canvas(), step.pointer)
		if got := why(); got != step.want {
			t.Errorf("pointer %s: chain says %q, want %q", step.name, got, step.want)
		}
	}
	chain.Set([]look.Node{{Title: "a"}}, nil)
	if got := strings.TrimRight(strings.Join(shown(chain), "|"), "|"); got != "a" {
		t.Errorf("one node: chain shows %q, want a", got)
	}
}

func TestChartShowsNewestAndGreatest(t *testing.T) {
	var chart *look.Chart
	open(t, fyne.NewSize(400, 100), func() fyne.CanvasObject {
		chart = look.NewChart(func(rate float64) string { return fmt.Sprint(rate) }, "nothing")
		return chart
	})
	if got, want := strings.Join(shown(chart), "|"), "0|0 ↓|0 ↑|nothing"; got != want {
		t.Errorf("an idle chart says %q, want %q", got, want)
	}
	samples := []look.Sample{{Down: 1000}} // too old to be seen
	for range look.ChartSamples - 2 {
		samples = append(samples, look.Sample{})
	}
	samples = append(samples, look.Sample{Up: 70}, look.Sample{Down: 20, Up: 30})
	chart.SetSamples(samples)
	samples[len(samples)-1].Down = 99 // the chart has its own copy
	chart.Refresh()
	if got, want := strings.Join(shown(chart), "|"), "70|20 ↓|30 ↑|"; got != want {
		t.Errorf("chart says %q, want %q", got, want)
	}
}

func TestEmptyOffersItsButton(t *testing.T) {
	tapped := false
	var button *look.Button
	w := open(t, fyne.NewSize(400, 300), func() fyne.CanvasObject {
		button = look.Plain("Add", func() { tapped = true })
		return look.NewEmpty(theme.ListIcon(), "No upstreams.", "Add one.", button)
	})
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(button)
	test.TapCanvas(w.Canvas(), at.AddXY(5, 5))
	if !tapped {
		t.Error("a tap on the button did nothing")
	}
}

func TestAskGoesAwayBeforeItsAnswerActs(t *testing.T) {
	w := open(t, fyne.NewSize(600, 400), func() fyne.CanvasObject { return look.Body("page") })
	var did []string
	answer := func(name string) *look.Button {
		return look.Plain(name, func() { did = append(did, fmt.Sprint(name, " ", w.Canvas().Overlays().Top() == nil)) })
	}
	keep, remove := answer("keep"), answer("delete")
	look.Ask(w.Canvas(), "Delete Office?", strings.Repeat("Its tunnels stay until they end. ", 5), keep, remove)
	if w.Canvas().Focused() != keep {
		t.Error("the keyboard is not on the first answer")
	}
	at := fyne.CurrentApp().Driver().AbsolutePositionForObject(remove)
	test.TapCanvas(w.Canvas(), at.AddXY(5, 5))
	if got, want := strings.Join(did, ", "), "delete true"; got != want {
		t.Errorf("did %q, want %q", got, want)
	}
}

func TestEnterPressesTheButtonWithTheKeyboard(t *testing.T) {
	pressed := 0
	var b *look.Button
	w := open(t, fyne.NewSize(200, 100), func() fyne.CanvasObject {
		b = look.Primary("Apply", func() { pressed++ })
		return look.Row(0, b)
	})
	without := looktest.Picture(w, 1)
	w.Canvas().Focus(b)
	if difference, err := looktest.Difference(without, looktest.Picture(w, 1)); err != nil || difference == 0 {
		t.Errorf("nothing shows that the keyboard is on the button (%v)", err)
	}
	for _, key := range []fyne.KeyName{fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter, fyne.KeyA} {
		w.Canvas().Focus(b) // a press takes the keyboard away
		b.TypedKey(&fyne.KeyEvent{Name: key})
	}
	if pressed != 3 {
		t.Errorf("pressed %d times, want 3", pressed)
	}
	b.Disable()
	b.TypedKey(&fyne.KeyEvent{Name: fyne.KeyReturn})
	if pressed != 3 {
		t.Error("Enter pressed a disabled button")
	}
}

// Fyne's own scroll casts a shadow on what it cuts off.
func TestScrollCastsNoShadow(t *testing.T) {
	var s *look.Scroll
	open(t, fyne.NewSize(200, 100), func() fyne.CanvasObject {
		s = look.NewScroll(look.Body(strings.Repeat("A line\n", 40)).Wrapped())
		return s
	})
	for _, offset := range []float32{0, 50} {
		s.ScrollToOffset(fyne.NewPos(0, offset))
		for _, o := range test.LaidOutObjects(s) {
			if _, isShadow := o.(*canvas.LinearGradient); isShadow {
				t.Errorf("there is a shadow when scrolled to %v", offset)
			}
		}
	}
	if s.Offset.Y != 50 {
		t.Errorf("scrolled to %v, want 50", s.Offset.Y)
	}
}
