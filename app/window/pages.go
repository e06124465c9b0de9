package window

import (
	"context"

	"fyne.io/fyne/v2"

	"github.com/drawbridge-app/drawbridge/app"
)

// A page is one of the window's pages. It is made once for each language, and shown states only while it is in front.
//
// While the owner is gone a page shows what was last known, and [Window.do] refuses for it.
type page interface {
	// content is the page's whole picture, the same object every time.
	content() fyne.CanvasObject
	// show brings the page up to date. It must be cheap when nothing has changed.
	show(app.State)
	// enter is called when the page has come to the front. What it starts ends with ctx, when the page goes.
	enter(ctx context.Context)
}

// An heir is a page that takes over what somebody has typed, or chosen, in the one before it, which was made for another
// language. It is called once, before the page is shown anything.
type heir interface{ inherit(before page) }

// A page that has something to find, to add or to do again says so by these, and then the window's shortcuts reach it.
type (
	finder    interface{ onFind() }    // Ctrl+F: put the cursor into the filter
	adder     interface{ onAdd() }     // Ctrl+N: begin a new one
	refresher interface{ onRefresh() } // Ctrl+R, F5: test or measure again
)

// A tab is a page and its name: "page."+name is what the rail says, and name is its icon.
type tab struct {
	name string
	page page
}

// pageKinds lists the pages, in the order of the rail. A new page is one line here.
var pageKinds = [...]struct {
	name string
	make func(*Window) page
}{
	{"bridge", newBridgePage},
	{"upstreams", newUpstreamsPage},
	{"connections", newConnectionsPage},
	{"rules", newRulesPage},
	{"log", newLogPage},
	{"settings", newSettingsPage},
	{"about", newAboutPage},
}

// Pages are the names of the pages, in the order of the rail.
func Pages() []string {
	var names []string
	for _, k := range pageKinds {
		names = append(names, k.name)
	}
	return names
}

func (w *Window) pages() []tab {
	var tabs []tab
	for _, k := range pageKinds {
		tabs = append(tabs, tab{k.name, k.make(w)})
	}
	return tabs
}
