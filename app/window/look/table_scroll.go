package look

import "fyne.io/fyne/v2"

// Reveal scrolls as little as brings a row into sight.
func (t *Table) Reveal(row int) {
	if row >= 0 && row < t.length() {
		t.bringIntoSight(row)
	}
}

// AtEnd says whether the last row is in sight, or there is none.
func (t *Table) AtEnd() bool {
	bottom := t.scroll.Offset.Y + t.scroll.Size().Height
	return bottom >= float32(t.length())*t.body.rowHeight()-1
}

// scrolled is called when other rows may have come into sight.
func (t *Table) scrolled() {
	t.body.update(false)
	t.setAnchor()
	if t.OnScroll != nil {
		t.OnScroll()
	}
}

// setAnchor remembers the row at the upper edge.
func (t *Table) setAnchor() {
	t.anchor, t.anchorKey = -1, ""
	row := int(t.scroll.Offset.Y / t.body.rowHeight())
	if t.Key != nil && t.scroll.Offset.Y > 0 && row < t.length() {
		t.anchor, t.anchorKey = row, t.Key(row)
	}
}

// hold scrolls with the row at the upper edge to where that is now.
func (t *Table) hold() {
	if t.Key == nil || t.scroll.Offset.Y <= 0 || t.anchor < 0 {
		return
	}
	if row := t.find(t.anchorKey, t.anchor); row >= 0 && row != t.anchor {
		moved := float32(row-t.anchor) * t.body.rowHeight()
		t.scroll.Offset = fyne.NewPos(0, max(0, t.scroll.Offset.Y+moved))
	}
}

// TypedShortcut implements [fyne.Shortcutable]: copying, and whatever the window does wherever its focus is.
func (t *Table) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); ok {
		t.onSelected(t.OnCopy)
		return
	}
	if c, ok := fyne.CurrentApp().Driver().CanvasForObject(t).(fyne.Shortcutable); ok {
		c.TypedShortcut(s)
	}
}
