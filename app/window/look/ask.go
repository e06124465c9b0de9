package look

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/widget"
)

// askWidth is the width of a question's text.
const askWidth float32 = 360

// Ask shows a question over everything else on the canvas, with its answers under it. Each answer takes the question
// away before it does what it is for. The keyboard is on the first, which should be the one that changes nothing.
func Ask(c fyne.Canvas, title, text string, answers ...*Button) {
	row := Row(GapSmall, Spacer())
	words := Column(GapMedium, Lead(title).Wrapped(), Body(text).Wrapped())
	content := &fyne.Container{Layout: exactly{askWidth}, Objects: []fyne.CanvasObject{Column(GapWide, words, row)}}
	question := widget.NewModalPopUp(Inset(GapLarge, content), c)
	for _, answer := range answers {
		act := answer.OnTapped
		answer.OnTapped = func() {
			question.Hide()
			if act != nil {
				act()
			}
		}
		row.Add(answer)
	}
	question.Show()
	if len(answers) > 0 {
		c.Focus(answers[0])
	}
}

// exactly gives its one object a width and the height that it needs at that.
type exactly struct{ width float32 }

func (e exactly) MinSize(objects []fyne.CanvasObject) fyne.Size {
	giveWidth(objects[0], e.width)
	return fyne.NewSize(e.width, objects[0].MinSize().Height)
}

func (e exactly) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
