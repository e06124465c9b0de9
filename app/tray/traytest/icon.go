//go:build linux || freebsd || netbsd

package traytest

import (
	"bytes"
	"image"
	_ "image/png" // the pictures' format
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/assets"
)

// An Icon is one that a panel knows of. What goes wrong with it fails the test.
type Icon struct {
	t    testing.TB
	conn *dbus.Conn
	Name string // on the bus
}

// Property reads one of the icon's into value.
func (i *Icon) Property(name string, value any) {
	i.t.Helper()
	var v dbus.Variant
	err := i.conn.Object(i.Name, "/StatusNotifierItem").Call("org.freedesktop.DBus.Properties.Get", 0, "org.kde.StatusNotifierItem", name).Store(&v)
	if err == nil {
		err = v.Store(value)
	}
	if err != nil {
		i.t.Fatalf("%s: %v", name, err)
	}
}

// A pixmap is a picture as icons are on the bus.
type pixmap struct {
	Width, Height int32
	Pixels        []byte
}

// Is reports whether the icon shows that sign.
func (i *Icon) Is(sign assets.Sign, dark bool) bool {
	i.t.Helper()
	var list []pixmap
	i.Property("IconPixmap", &list)
	return len(list) == 1 && bytes.Equal(list[0].Pixels, pixels(i.t, sign, dark))
}

// Shows waits until the icon shows that sign.
func (i *Icon) Shows(sign assets.Sign, dark bool) {
	i.t.Helper()
	Until(i.t, "the icon is "+string(sign), func() bool { return i.Is(sign, dark) })
}

// pixels is how the picture of a sign looks on the bus.
func pixels(t testing.TB, sign assets.Sign, dark bool) []byte {
	t.Helper()
	picture, _, err := image.Decode(bytes.NewReader(assets.Tray(sign, dark)))
	if err != nil {
		t.Fatal(err)
	}
	var pixels []byte
	for y := range picture.Bounds().Dy() {
		for x := range picture.Bounds().Dx() {
			r, g, b, a := picture.At(x, y).RGBA()
			pixels = append(pixels, byte(a), byte(r), byte(g), byte(b))
		}
	}
	return pixels
}

// Tooltip is the text at the icon.
func (i *Icon) Tooltip() string {
	i.t.Helper()
	var tip struct {
		Icon  string
		Pix   []pixmap
		Title string
		Text  string
	}
	i.Property("ToolTip", &tip)
	return tip.Title
}

// IsMenu reports whether a left click opens the menu.
func (i *Icon) IsMenu() bool {
	i.t.Helper()
	var is bool
	i.Property("ItemIsMenu", &is)
	return is
}

// Tap is a left click on the icon.
func (i *Icon) Tap() error {
	return i.conn.Object(i.Name, "/StatusNotifierItem").Call("org.kde.StatusNotifierItem.Activate", 0, int32(0), int32(0)).Err
}

// A Line is one item of the menu. The menu itself is one, too, of which only the children count.
type Line struct {
	ID                             int32
	Label                          string
	Separator                      bool
	Ticked, Enabled, Visible, Menu bool
	Children                       []Line
}

// layout is an item as it is on the bus.
type layout struct {
	ID         int32
	Properties map[string]dbus.Variant
	Children   []dbus.Variant
}

func lineOf(l layout) Line {
	text := func(name string) string { s, _ := l.Properties[name].Value().(string); return s }
	flag := func(name string) bool {
		is, known := l.Properties[name].Value().(bool)
		return is || !known
	}
	state, _ := l.Properties["toggle-state"].Value().(int32)
	n := Line{ID: l.ID, Label: strings.ReplaceAll(text("label"), "__", "_"), Separator: text("type") == "separator",
		Ticked: state == 1, Enabled: flag("enabled"), Visible: flag("visible"), Menu: text("children-display") == "submenu"}
	for _, c := range l.Children {
		var inner layout
		if dbus.Store([]any{c.Value()}, &inner) == nil {
			n.Children = append(n.Children, lineOf(inner))
		}
	}
	return n
}

// Menu reads the whole menu. The first answer to the first who asks holds the top alone.
func (i *Icon) Menu() Line {
	i.t.Helper()
	var all Line
	Until(i.t, "the menu has all its levels", func() bool {
		var revision uint32
		var l layout
		err := i.conn.Object(i.Name, "/StatusNotifierItem/menu").
			Call("com.canonical.dbusmenu.GetLayout", 0, int32(0), int32(-1), []string{}).Store(&revision, &l)
		if err != nil {
			i.t.Fatal(err)
		}
		all = lineOf(l)
		for _, c := range all.Children {
			if c.Menu && len(c.Children) == 0 {
				return false
			}
		}
		return true
	})
	return all
}

// Find returns the item of that label, at any depth; the zero Line if there is none.
func (l Line) Find(label string) Line {
	for _, c := range l.Children {
		if c.Label == label {
			return c
		}
		if found := c.Find(label); found.ID != 0 {
			return found
		}
	}
	return Line{}
}

// String is the visible menu for people, with an x for a tick and brackets around what cannot be clicked.
func (l Line) String() string { return l.text("") }

func (l Line) text(indent string) string {
	var b strings.Builder
	for _, c := range l.Children {
		switch {
		case !c.Visible:
		case c.Separator:
			b.WriteString(indent + "--\n")
		default:
			label := c.Label
			if !c.Enabled {
				label = "(" + label + ")"
			}
			if c.Ticked {
				label = "x " + label
			}
			b.WriteString(indent + label + "\n" + c.text(indent+"  "))
		}
	}
	return b.String()
}

// Open says that somebody has opened the menu.
func (i *Icon) Open() {
	i.t.Helper()
	err := i.conn.Object(i.Name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", 0,
		int32(0), "opened", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		i.t.Fatal(err)
	}
}

// Click waits until the item of that label can be clicked, and clicks it.
func (i *Icon) Click(label string) {
	i.t.Helper()
	var item Line
	Until(i.t, label+" can be clicked", func() bool {
		item = i.Menu().Find(label)
		return item.Visible && item.Enabled
	})
	i.click(item)
}

// ClickFast clicks the item of that label so often, faster than anybody can.
func (i *Icon) ClickFast(label string, times int) {
	i.t.Helper()
	item := i.Menu().Find(label)
	for range times {
		i.click(item)
	}
}

func (i *Icon) click(item Line) {
	i.t.Helper()
	// After Quit, nobody is there to reply.
	err := i.conn.Object(i.Name, "/StatusNotifierItem/menu").Call("com.canonical.dbusmenu.Event", dbus.FlagNoReplyExpected,
		item.ID, "clicked", dbus.MakeVariant(int32(0)), uint32(0)).Err
	if err != nil {
		i.t.Fatal(err)
	}
}
