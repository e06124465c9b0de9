package look_test

import (
	"fmt"
	"math"
	"path/filepath"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/drawbridge-app/drawbridge/app/window/look"
	"github.com/drawbridge-app/drawbridge/app/window/look/looktest"
)

// The sheets hold every widget.
var sheets = map[string]struct {
	content func() fyne.CanvasObject
	size    fyne.Size
}{
	"text":   {textSheet, fyne.NewSize(640, 560)},
	"bridge": {bridgeSheet, fyne.NewSize(720, 540)},
	"frame":  {frameSheet, fyne.NewSize(800, 400)},
	"folded": {frameSheet, fyne.NewSize(640, 320)},
}

// TestSheets draws every widget, light and dark, and compares the sheets with those that somebody has looked at.
func TestSheets(t *testing.T) {
	for mode, variant := range map[string]look.Variant{"light": look.Light, "dark": look.Dark} {
		for name, sheet := range sheets {
			t.Run(name+" "+mode, func(t *testing.T) {
				w := looktest.Window(t, look.NewTheme(look.Options{Variant: variant}), sheet.size, sheet.content)
				looktest.Golden(t, looktest.Picture(w, 1), filepath.Join("testdata", name+"-"+mode+".png"))
			})
		}
	}
}

func textSheet() fyne.CanvasObject {
	address := widget.NewEntry()
	address.SetText("127.0.0.1:port")
	wrong := look.NewField("Listen on", address, "Programs use this address as their HTTP proxy.")
	wrong.SetError(`The port is "port". Write a number from 1 to 65535.`)
	name := widget.NewEntry()
	name.SetPlaceHolder("Office")
	on := widget.NewCheck("Start at login", nil)
	on.SetChecked(true)
	shell := look.NewChoice([]string{"bash"}, nil)
	shell.SetSelected("bash")
	form := look.NewForm(look.Primary("Apply", nil), look.Quiet("Revert", nil),
		look.NewField("Name", name, "As you want to see it in the menu."), wrong, look.NewField("", on, ""), look.NewField("Shell", shell, ""))
	form.SetChanged(true, true)
	form.Note.SetText("Four tunnels stay as they are.")
	right := look.Column(look.GapMedium,
		look.Display("On."),
		look.Heading("Upstreams"),
		look.Lead("Use it in a terminal"),
		look.Body("Traffic crosses through Office, and this sentence goes on until it must wrap.").Wrapped(),
		look.Muted("Muted text stands back."),
		look.Body("This one is cut where its space ends, wherever that is").Truncated(),
		look.Small("Listening since 9:41"),
		look.Hairline(),
		look.Row(look.GapLarge, look.State("ok", look.ColorOK), look.State("warning", look.ColorWarning),
			look.State("problem", look.ColorProblem), look.Spacer(), look.Row(4, look.Number("1 024.5"), look.Small("kB/s"))),
		look.Card(look.Column(look.GapSmall, look.Strong("A card"), look.Code("export https_proxy=…"))),
		look.Row(look.GapSmall, look.Primary("Add", nil), look.Plain("Test", nil), look.Danger("Delete", nil)),
		look.Spacer(),
	)
	return look.Inset(look.GapWide, container.NewBorder(nil, nil, width(264, form), nil, container.NewBorder(nil, nil, width(look.GapWide, look.Body("")), nil, right)))
}

func bridgeSheet() fyne.CanvasObject {
	states := []look.SignState{look.SignOff, look.SignOn, look.SignSystem, look.SignDown, look.SignProblem}
	large, small := look.Row(look.GapSmall), look.Row(look.GapSmall)
	for _, state := range states {
		s := look.NewSwitch(fyne.NewSize(88, 48), nil)
		s.Sign.SetState(state)
		large.Add(s)
		tiny := look.NewSign(fyne.NewSize(32, 17))
		tiny.SetState(state)
		small.Add(tiny)
	}
	nodes := []look.Node{{Title: "Programs", Subtitle: "4 connected"}, {Title: "Drawbridge", Subtitle: "127.0.0.1:1095"},
		{Title: "Office", Subtitle: "127.0.0.1:1080"}, {Title: "Internet"}}
	good, bad := look.NewChain(), look.NewChain()
	good.Set(nodes, []look.Link{{State: look.LinkOK, Text: "0 ms"}, {State: look.LinkOK, Text: "12 ms"}, {State: look.LinkUnknown}})
	bad.Set(nodes, []look.Link{{State: look.LinkDirect, Text: "direct"}, {State: look.LinkDown, Text: "refused",
		Why: "Office does not answer: connection refused. Check that ssh is running."}, {State: look.LinkOff}})
	chart := look.NewChart(func(rate float64) string { return fmt.Sprintf("%.1f MB/s", rate) }, "")
	var samples []look.Sample
	for i := range 240 {
		x := float64(i)
		samples = append(samples, look.Sample{Down: 3 + 2*math.Sin(x/17) + math.Sin(x/3), Up: 0.6 + 0.5*math.Sin(x/9)})
	}
	chart.SetSamples(samples)
	return look.Inset(look.GapWide, look.Column(look.GapWide, large, small, good, bad, chart))
}

func frameSheet() fyne.CanvasObject {
	rows := [][]string{
		{"example.org:443", "firefox", "Office", "12.4", "open"},
		{"a-very-long-name.of-some-host.example.com:8443", "curl", "Office", "0.0", "open"},
		{"mirror.test:80", "apt", "direct", "1 204.9", "closing"},
		{"tracker.test:443", "firefox", "block", "0.0", "refused"},
	}
	table := look.NewTable(look.TableColumn{Title: "Target"}, look.TableColumn{Title: "Program", Width: 80},
		look.TableColumn{Title: "Route", Width: 64, HideUnder: 560}, look.TableColumn{Title: "kB/s", Width: 72, Number: true},
		look.TableColumn{Title: "State", Width: 64})
	table.Len = func() int { return len(rows) }
	table.Cell = func(row, column int) (string, fyne.ThemeColorName) {
		switch {
		case column == 4 && row == 3:
			return rows[row][column], look.ColorProblem
		case column == 1 || column == 2:
			return rows[row][column], look.ColorMuted
		}
		return rows[row][column], look.ColorInk
	}
	table.OnSort = func(int, bool) {}
	table.SetSorted(3, false)
	table.Select(1)
	rail := look.NewRail(nil, look.RailItem{Icon: theme.HomeIcon(), Label: "Bridge"}, look.RailItem{Icon: theme.ComputerIcon(), Label: "Upstreams"},
		look.RailItem{Icon: theme.ListIcon(), Label: "Connections"}, look.RailItem{Icon: theme.SettingsIcon(), Label: "Settings"})
	rail.Select(2)
	empty := look.NewEmpty(theme.ListIcon(), "No recent connections.", "They appear here when a program uses the bridge.", look.Plain("Copy the command", nil))
	filter := widget.NewEntry()
	filter.SetPlaceHolder("Filter")
	content := look.Column(look.GapLarge, height(149, table), look.Card(empty))
	return look.Frame(rail, look.NewPage("Connections", content, width(160, filter), look.Plain("Close all", nil)))
}

// width and height return content of at least that measure.
func width(w float32, content fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: atLeast{fyne.NewSize(w, 0)}, Objects: []fyne.CanvasObject{content}}
}

func height(h float32, content fyne.CanvasObject) fyne.CanvasObject {
	return &fyne.Container{Layout: atLeast{fyne.NewSize(0, h)}, Objects: []fyne.CanvasObject{content}}
}

type atLeast struct{ size fyne.Size }

func (a atLeast) MinSize(objects []fyne.CanvasObject) fyne.Size {
	return a.size.Max(objects[0].MinSize())
}

func (a atLeast) Layout(objects []fyne.CanvasObject, size fyne.Size) { objects[0].Resize(size) }
