package window

func (w *Window) assist() {}
