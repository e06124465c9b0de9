package app

import (
	"context"
	"crypto/x509"
	"errors"
	"time"

	"github.com/drawbridge-app/drawbridge/app/shell"
	"github.com/drawbridge-app/drawbridge/app/update"
)

// Updates is what an owner needs to look for newer versions of itself. The zero value never looks.
type Updates struct {
	Feed   update.Feed
	Roots  *x509.CertPool                      // who is believed to be the feed's server; nil: whom the system believes
	Dir    string                              // where downloads get a folder of their own; empty: the one for temporary files
	Source func(context.Context) update.Source // how this program was installed; nil: update.Here
	Open   func(*update.Installer) error       // nil: its own method
	Round  time.Duration                       // between two looks at the clock; zero: ten minutes
}

// Update is what is known of a newer version.
type Update struct {
	// Why says why this owner never looks for one: "service" (it runs without a desktop), "keys" (it was built without the
	// keys of releases), empty: it does, unless the settings say otherwise.
	Why     string    `json:"why,omitempty"`
	Checked time.Time `json:"checked,omitzero"` // when it was looked for last, successfully
	Doing   Verb      `json:"doing,omitempty"`  // CheckUpdate or DownloadUpdate, while that runs; empty: nothing
	// Stage is how far the newer version has come, which the rest is about.
	Stage   UpdateStage       `json:"stage,omitempty"`
	Version string            `json:"version,omitempty"`
	Date    time.Time         `json:"date,omitzero"`
	Page    string            `json:"page,omitempty"`  // where a person reads more
	Notes   map[string]string `json:"notes,omitempty"` // what changed, in plain text, by language
	Source  update.Source     `json:"source,omitzero"` // how the running program was installed
	Size    int64             `json:"size,omitempty"`  // bytes of what can be downloaded; 0: nothing can
	Done    int64             `json:"done,omitempty"`  // of them, those that are here
	// News says that this run of the owner has found it, and none before.
	News bool `json:"news,omitempty"`
	// Failed is why the last thing that was tried of it went wrong, in a code that faces have a sentence for, and Detail the
	// error's own text; empty: it went well.
	Failed update.Code `json:"failed,omitempty"`
	Detail string      `json:"detail,omitempty"`
}

// UpdateStage is one word for how far a newer version has come.
type UpdateStage string

// The stages. The zero value is that none is known.
const (
	UpdateAvailable UpdateStage = "available" // there is one
	UpdateReady     UpdateStage = "ready"     // it was downloaded and is what it should be
)

// Why there are no updates.
const (
	noUpdatesService = "service"
	noUpdatesKeys    = "keys"
)

// ErrNoUpdates is the answer to an intent about updates of an owner that does not look for them.
var ErrNoUpdates = errors.New("this bridge does not look for newer versions")

// errNothing is what is behind the code update.Nothing.
var errNothing = errors.New("there is nothing to download or to open")

// why says why an owner of that version never looks; see [Update].
func (u Updates) why(version string) string {
	switch {
	case u.Feed.URL == "":
		return noUpdatesService
	case len(u.Feed.Keys) == 0 || !update.ValidVersion(version):
		return noUpdatesKeys
	}
	return ""
}

// way is how the feed is reached: through the running bridge. Its error says why it is not now.
func (s State) way(roots *x509.CertPool) (update.Way, error) {
	switch {
	case !s.On || len(s.Listen) == 0:
		return update.Way{}, &update.Failure{Code: update.Off, Err: errors.New("the bridge is off")}
	case s.Upstream.State == Down && !s.Direct():
		return update.Way{}, &update.Failure{Code: update.Down, Err: errors.New("the upstream does not answer")}
	}
	address, err := shell.Address(s.Listen[0])
	if err != nil {
		return update.Way{}, &update.Failure{Code: update.NoBridge, Err: err}
	}
	login := s.Settings.Login
	return update.Way{Address: address, User: login.User, Password: login.Password.Reveal(), Roots: roots}, nil
}

// mayLook reports whether the owner may look for a newer version by itself, when it is time: the settings want it, and
// traffic crosses where the user has led it. A direct connection that nobody has chosen is not that.
func (s State) mayLook() bool {
	return s.Settings.Desktop.Updates && s.On && (s.Upstream.State == Up || s.Direct() && !s.Chosen)
}

// How long it is to the next look.
const (
	firstLook   = 24 * time.Hour // after the very first start: there is time to say no
	weekly      = 7 * 24 * time.Hour
	afterFailed = 24 * time.Hour
	lookRound   = 10 * time.Minute
)

// due reports whether it is time for a look that was planned for next. A plan that is further away than any is of a clock
// that was wrong.
func due(now, next time.Time) bool {
	return !now.Before(next) || next.Sub(now) > weekly
}

// fill says what a release is about, to a program of the version ours. One that is not newer is none.
func (u *Update) fill(r update.Release, ours string, s update.Source) {
	*u = Update{Checked: u.Checked, Doing: u.Doing, News: u.News && u.Version == r.Version}
	if !update.Newer(r.Version, ours) {
		return
	}
	u.Stage, u.Version, u.Date, u.Page, u.Notes, u.Source = UpdateAvailable, r.Version, r.Date, r.Page, r.Notes, s
	if a, ok := r.FitHere(s); ok {
		u.Size = a.Size
	}
}

// fail says what went wrong. What somebody has ended did not.
func (u *Update) fail(err error) {
	u.Failed, u.Detail = "", ""
	if err != nil && !errors.Is(err, context.Canceled) {
		u.Failed, u.Detail = update.CodeOf(err), err.Error()
	}
}
