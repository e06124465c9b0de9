package window

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/words"
)

// checkURL is what the test of an upstream fetches: by https, so that every stage is seen.
const checkURL = "https://example.com/"

// total is how long all stages of a check took, in milliseconds.
func total(c app.Check) float64 {
	sum := 0.0
	for _, s := range c.Stages {
		sum += s.Ms
	}
	return sum
}

// verdict says in one sentence what a check found.
func verdict(l *words.Language, c app.Check) (string, fyne.ThemeColorName) {
	if c.Failed != "" {
		return l.Say("upstreams.check_broken", "stage", l.Say("stage."+c.Failed)), look.ColorProblem
	}
	return l.Say("upstreams.check_works", "ms", l.Milliseconds(total(c))), look.ColorOK
}

// checkPicture shows a check: what it found, and each stage with a tick or a cross and its milliseconds.
func checkPicture(w *Window, c app.Check, dismiss func()) fyne.CanvasObject {
	text, role := verdict(w.words, c)
	away := look.Quiet("", dismiss).Iconed(w.icon("close"))
	stages := look.Column(6)
	for _, s := range c.Stages {
		stages.Add(stagePicture(w, s))
	}
	head := look.Beside(look.GapSmall, 0, look.Strong(text).Wrapped().Colored(role), away)
	return look.Card(look.Column(look.GapSmall, head, stages))
}

// stagePicture shows one stage, and under it why it broke.
func stagePicture(w *Window, s app.Stage) fyne.CanvasObject {
	icon, role, took := "check", look.ColorOK, w.words.Milliseconds(s.Ms)
	if s.Error != "" {
		icon, role = "close", look.ColorProblem
	}
	mark := widget.NewIcon(theme.NewColoredResource(w.icon(icon), role))
	name := fixedWidth(stageWidth, look.Body(w.say("stage."+s.Name)).Truncated())
	line := look.Beside(look.GapSmall, 2, mark, name, look.Small(s.Note).Truncated(), look.Small(took))
	if s.Error == "" {
		return line
	}
	return look.Column(0, line, indented(28, look.Small(s.Error).Wrapped().Colored(look.ColorProblem)))
}

// stageWidth is that of the column with the names of the stages.
const stageWidth float32 = 104

// fixedWidth keeps an object at a width.
func fixedWidth(width float32, o fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: oneWidth(width), Objects: []fyne.CanvasObject{o}}
}

type oneWidth float32

func (w oneWidth) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(float32(w), objects[0].MinSize().Height)
}

func (w oneWidth) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// indented keeps an object off the left edge.
func indented(by float32, o fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: indent(by), Objects: []fyne.CanvasObject{o}}
}

type indent float32

func (by indent) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return objects[0].MinSize().AddWidthHeight(float32(by), 0)
}

func (by indent) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	objects[0].Move(fyne.NewPos(float32(by), 0))
	objects[0].Resize(size.SubtractWidthHeight(float32(by), 0))
}
