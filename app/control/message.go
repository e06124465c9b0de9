package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/settings"
)

// An order is an intent on its way. JSON shows passwords as "***", so those that
// somebody typed travel beside it.
type order struct {
	app.Intent
	Login    string   `json:"login_password,omitempty"`    // of Edit.To
	Profiles []string `json:"profile_passwords,omitempty"` // of Edit.To, one for each profile
}

func orderOf(want app.Intent) order {
	o := order{Intent: want}
	if want.Edit != nil {
		o.Login = want.Edit.To.Login.Password.Reveal()
		for _, p := range want.Edit.To.Profiles {
			o.Profiles = append(o.Profiles, p.Password.Reveal())
		}
	}
	return o
}

// intent is what was ordered, with its passwords.
func (o order) intent() (app.Intent, error) {
	want := o.Intent
	if want.Edit == nil {
		return want, nil
	}
	to := &want.Edit.To
	if len(o.Profiles) != len(to.Profiles) {
		return want, fmt.Errorf("%d passwords for %d profiles", len(o.Profiles), len(to.Profiles))
	}
	to.Login.Password = settings.Secret(o.Login)
	for i, password := range o.Profiles {
		to.Profiles[i].Password = settings.Secret(password)
	}
	return want, nil
}

// A question is a check on its way, with the password beside it.
type question struct {
	app.CheckRequest
	Password string `json:"profile_password,omitempty"`
}

func questionOf(want app.CheckRequest) question {
	q := question{CheckRequest: want}
	if want.Profile != nil {
		q.Password = want.Profile.Password.Reveal()
	}
	return q
}

func (q question) request() app.CheckRequest {
	if q.Profile != nil {
		q.Profile.Password = settings.Secret(q.Password)
	}
	return q.CheckRequest
}

// A trouble is an error on its way.
type trouble struct {
	Code     string            `json:"code"`
	Text     string            `json:"text"`
	Problems settings.Problems `json:"problems,omitempty"`
	Listen   *listening        `json:"listen,omitempty"`
}

// listening is a [bridge.ListenError].
type listening struct {
	Address string `json:"address"`
	Why     string `json:"why"`
	Holder  string `json:"holder,omitempty"`
	Free    string `json:"free,omitempty"`
}

// The codes of errors that callers compare.
func sentinels() map[string]error {
	return map[string]error{
		"no-owner":        app.ErrNoOwner,
		"no-window":       app.ErrNoWindow,
		"no-file":         app.ErrNoFile,
		"no-system-proxy": app.ErrNoSystemProxy,
		"left-alone":      app.ErrLeftAlone,
		"no-updates":      app.ErrNoUpdates,
	}
}

func troubleOf(err error) trouble {
	t := trouble{Code: "other", Text: err.Error()}
	var wrong settings.Problems
	var listen *bridge.ListenError
	switch {
	case errors.As(err, &wrong):
		t.Code, t.Problems = "settings", wrong
	case errors.As(err, &listen):
		why := strings.TrimPrefix(listen.Error(), "listen "+listen.Address+": ")
		why = strings.TrimSuffix(why, "; "+listen.Free+" is free")
		why = strings.TrimSuffix(why, " (by "+listen.Holder+")")
		t.Code, t.Listen = "listen", &listening{listen.Address, why, listen.Holder, listen.Free}
	}
	for code, sentinel := range sentinels() {
		if errors.Is(err, sentinel) {
			t.Code = code
		}
	}
	return t
}

// error is the same error as at its origin, for errors.Is, errors.As and people.
func (t trouble) error() error {
	switch {
	case t.Code == "settings" && len(t.Problems) > 0:
		return t.Problems
	case t.Code == "listen" && t.Listen != nil:
		l := t.Listen
		return &bridge.ListenError{Address: l.Address, Err: errors.New(l.Why), Holder: l.Holder, Free: l.Free}
	}
	sentinel := sentinels()[t.Code]
	if sentinel != nil && sentinel.Error() == t.Text {
		return sentinel
	}
	return &remote{t.Text, sentinel}
}

// remote is an error of the owner's.
type remote struct {
	text string
	is   error // may be nil
}

func (r *remote) Error() string { return r.text }
func (r *remote) Unwrap() error { return r.is }

// encode makes one line of v.
func encode(v any) ([]byte, error) {
	line, err := json.Marshal(v)
	return append(line, '\n'), err
}
