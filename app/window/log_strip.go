package window

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/window/look"
)

// logStrip shows the selected line whole, under the table.
type logStrip struct {
	w           *Window
	line        *logLine
	head        *look.Text
	text, attrs *look.Text
	scroll      *look.Scroll
	picture     *fyne.Container
}

func newLogStrip(w *Window) *logStrip {
	s := &logStrip{w: w, head: look.Small("").Truncated(), text: look.Body("").Wrapped(), attrs: look.Muted("").Wrapped()}
	copyLine := look.Plain(w.say("log.copy"), func() { w.copy(s.line.String()) }).Iconed(w.icon("copy"))
	words := look.Column(4, s.text, s.attrs)
	s.scroll = look.NewScroll(words)
	whole := &fyne.Container{Layout: lowScroll{stripHeight, words}, Objects: []fyne.CanvasObject{s.scroll}}
	s.picture = look.Column(0, look.Card(look.Beside(look.GapMedium, 0, look.Column(4, s.head, whole), copyLine)))
	s.picture.Hide()
	return s
}

func (s *logStrip) describe(l *logLine) {
	if s.line != l {
		s.scroll.ScrollToTop()
	}
	s.line = l
	s.head.Set(clockTime(l.Time, time.Now())+" · "+levelWord(s.w, l.Level), levelRole(l.Level))
	s.text.SetText(l.said)
	s.attrs.SetText(l.attrs)
	if l.attrs == "" {
		s.attrs.Hide()
	} else {
		s.attrs.Show()
	}
	s.picture.Show()
	s.picture.Refresh()
}

// stripHeight is as high as the words of a strip get before they scroll.
const stripHeight = 64

// lowScroll makes its one object, a scroll, as high as the scroll's content, and no higher than a height.
type lowScroll struct {
	height  float32
	content fyne.CanvasObject
}

func (l lowScroll) MinSize([]fyne.CanvasObject) fyne.Size {
	least := l.content.MinSize()
	return fyne.NewSize(least.Width, min(least.Height, l.height))
}

func (l lowScroll) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }

// recordOffer says that the lines which are asked for are not recorded, and offers to record them.
type recordOffer struct {
	w       *Window
	level   string // that would be recorded
	why     *look.Text
	accept  *look.Button
	picture *fyne.Container
}

func newRecordOffer(w *Window) *recordOffer {
	o := &recordOffer{w: w, why: look.Muted("").Wrapped()}
	o.accept = look.Plain("", o.record)
	o.picture = look.Beside(look.GapMedium, 0, o.why, o.accept)
	o.picture.Hide()
	return o
}

// show makes the offer if state s records less than the wanted level, by its rank. An owner without a settings file
// cannot change what it records.
func (o *recordOffer) show(s app.State, wanted int) {
	recorded := s.Settings.Log.Level
	if recorded == "" || wanted < 0 || levelRank(recorded) <= wanted {
		o.picture.Hide()
		return
	}
	o.level = levels[wanted]
	o.why.SetText(o.w.say("log.not_recorded", "level", o.w.say("log."+levels[levelRank(recorded)])))
	if text := o.w.say("log.record", "level", o.w.say("log."+o.level)); o.accept.Text != text {
		o.accept.SetText(text)
	}
	if s.File == "" {
		o.accept.Hide()
	} else {
		o.accept.Show()
	}
	o.picture.Show()
}

func (o *recordOffer) record() {
	edit := &app.Edit{From: o.w.state.Settings, To: o.w.state.Settings}
	edit.To.Log.Level = o.level
	o.w.do(app.Intent{Verb: app.Save, Edit: edit}, nil)
}

// saveText writes a log to a new file in the user's home that nobody else may read, and returns its path.
func saveText(text string) (path string, err error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	path = filepath.Join(home, "drawbridge-log-"+time.Now().Format("20060102-150405")+".txt")
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	if _, err := file.WriteString(text); err != nil {
		file.Close()
		return "", fmt.Errorf("save the log: %w", err)
	}
	if err := file.Close(); err != nil {
		return "", fmt.Errorf("save the log: %w", err)
	}
	return path, nil
}
