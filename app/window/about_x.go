package window

type Program struct{}
