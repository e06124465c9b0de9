package window

import (
	"errors"
	"fmt"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/app/words"
	"github.com/drawbridge-app/drawbridge/settings"
)

// masked is what a stored password looks like to a face.
const masked settings.Secret = "***"

// kinds are those of an upstream, in the order in which a person is offered them.
func kinds() []string {
	return []string{"socks5", "socks4a", "socks4", "http", "https", "pac+file", "pac+https", "pac+http", "direct"}
}

// methods and flights are what a profile's method and one_flight may be.
func methods() []string { return []string{"auto", "none", "password"} }
func flights() []string { return []string{"auto", "yes", "no"} }

// typed is what the inputs of the form hold about one upstream. An empty password means the stored one, if there is one.
type typed struct {
	name, kind, address, user, password string
	method, oneFlight, spares           string
}

// typedFrom fills the inputs from a profile.
func typedFrom(p settings.Profile) typed {
	t := typed{
		name: p.Name, user: p.User,
		method: p.Method, oneFlight: p.OneFlight, spares: strconv.Itoa(p.Spares),
	}
	t.kind, t.address = splitURL(p.URL)
	if p.Password != masked {
		t.password = p.Password.Reveal()
	}
	if t.method == "" {
		t.method = "auto"
	}
	if t.oneFlight == "" {
		t.oneFlight = "auto"
	}
	return t
}

// splitURL takes an upstream's URL apart into one of the kinds, or a scheme that is none of them, and its address.
func splitURL(url string) (kind, address string) {
	scheme, rest, found := strings.Cut(url, "://")
	if !found {
		scheme, rest = "socks5", url
	}
	switch scheme = strings.ToLower(scheme); scheme {
	case "socks", "socks5h":
		scheme = "socks5"
	}
	return scheme, strings.TrimSuffix(rest, "/")
}

// profile is what was typed, as a change of the profile before it. Spares that are no number are -1.
func (t typed) profile(before settings.Profile) settings.Profile {
	p := before
	p.Name, p.User = t.name, t.user
	if kind, address := splitURL(before.URL); before.URL == "" || kind != t.kind || address != t.address {
		p.URL = t.kind + "://" + t.address
		if t.address == "" && t.kind != "direct" {
			p.URL = ""
		}
	}
	user, password := t.login()
	switch {
	case !password:
		p.Password = ""
	case t.password != "":
		p.Password = settings.Secret(t.password)
	case t.user == "" || before.Password != masked:
		p.Password = ""
	}
	if !user {
		p.User = ""
	}
	if typedFrom(before).method != t.method {
		p.Method = t.method
	}
	if typedFrom(before).oneFlight != t.oneFlight {
		p.OneFlight = t.oneFlight
	}
	var err error
	if p.Spares, err = strconv.Atoi(strings.TrimSpace(t.spares)); err != nil {
		p.Spares = -1
	}
	return p
}

// login reports which of user and password this kind of upstream has.
func (t typed) login() (user, password bool) {
	switch t.kind {
	case "direct", "pac+file", "pac+https", "pac+http":
		return false, false
	case "socks4", "socks4a":
		return true, false
	}
	return true, true
}

// script reports whether this kind of upstream is a PAC script that decides.
func (t typed) script() bool { return strings.HasPrefix(t.kind, "pac+") }

// A draft is a profile on its way from what the settings say to what a person has typed.
type draft struct {
	stored string           // name of the profile in the settings; empty: it is new
	base   settings.Profile // what the inputs were filled with
	typed  typed
	// secret names the stored profile whose password is meant where the profile's is masked: the original of a copy.
	secret string

	sent  settings.Profile // what was sent to be saved, and is done once the settings have it; without a name: nothing
	clash clash
	now   settings.Profile // what the settings say instead of base, where the clash is clashChanged
}

// clash says what others did meanwhile to the profile that a draft changes, so that a person has to choose.
type clash int

const (
	clashNone clash = iota
	clashChanged
	clashDeleted
)

// edit begins to edit a stored profile.
func edit(p settings.Profile) draft {
	return draft{stored: p.Name, base: p, typed: typedFrom(p), secret: p.Name}
}

// profile is the profile as it was typed.
func (d draft) profile() settings.Profile { return d.typed.profile(d.base) }

// changed reports whether there is something to apply. What is new always is.
func (d draft) changed() bool { return d.stored == "" || d.profile() != d.base }

// apply puts the draft into s, at the place of the profile that it changes, or at the end. The profile in use stays in
// use under a new name.
func (d draft) apply(s settings.Settings) app.Edit {
	to, p := s.Clone(), d.profile()
	i := slices.IndexFunc(to.Profiles, func(q settings.Profile) bool { return d.stored != "" && q.Name == d.stored })
	if i < 0 {
		to.Profiles = append(to.Profiles, p)
	} else {
		to.Profiles[i] = p
		if to.Use == d.stored {
			to.Use = p.Name
		}
	}
	e := app.Edit{From: s, To: to}
	if p.Password == masked && d.secret != p.Name {
		e.Secrets = map[string]string{p.Name: d.secret}
	}
	return e
}

// meet brings the draft up to date with settings that have changed, by it or by others. It reports false when nothing is
// left to apply.
func (d draft) meet(s settings.Settings) (draft, bool) {
	p := d.profile()
	if now, ok := named(s, d.sent.Name); ok && now == mask(d.sent) {
		if now == mask(p) {
			return d, false
		}
		d.stored, d.secret, d.base, d.sent = now.Name, now.Name, now, settings.Profile{} // typed on since
	}
	if d.stored == "" {
		return d, true
	}
	now, ok := named(s, d.stored)
	switch {
	case !ok && !d.changed(), ok && now != d.base && (now == mask(p) || !d.changed()):
		return d, false
	case !ok:
		d.clash = clashDeleted
		d.base.Password = "" // the stored one has gone too
	case now != d.base:
		d.clash, d.now = clashChanged, now
	default:
		d.clash = clashNone
	}
	return d, true
}

// insist settles a clash: what was typed stays.
func (d draft) insist() draft {
	switch d.clash {
	case clashChanged:
		d.base = d.now
	case clashDeleted:
		d.stored = ""
	}
	d.clash = clashNone
	return d
}

// named returns the profile of that name.
func named(s settings.Settings, name string) (settings.Profile, bool) {
	for _, p := range s.Profiles {
		if p.Name == name {
			return p, true
		}
	}
	return settings.Profile{}, false
}

// mask is p as a face gets to see it.
func mask(p settings.Profile) settings.Profile {
	if p.Password != "" {
		p.Password = masked
	}
	return p
}

// problems says what is wrong with s once the draft is applied: beside the draft's inputs, by key of the profile ("name",
// "url", …), and elsewhere.
func (d draft) problems(l *words.Language, s settings.Settings) (fields map[string]string, elsewhere []string) {
	e := d.apply(s)
	i := slices.IndexFunc(s.Profiles, func(p settings.Profile) bool { return d.stored != "" && p.Name == d.stored })
	if i < 0 {
		i = len(e.To.Profiles) - 1
	}
	return profileProblems(l, settings.Validate(e.To), d.profile().Name, i)
}

// profileProblems sorts out the problems of the profile with that name and index. The first of each key counts.
func profileProblems(l *words.Language, err error, name string, index int) (fields map[string]string, elsewhere []string) {
	fields = make(map[string]string)
	for _, p := range problemsOf(err) {
		key, ok := strings.CutPrefix(p.Field, "profile."+strconv.Itoa(index+1)+".")
		if !ok && name != "" {
			key, ok = strings.CutPrefix(p.Field, "profile."+name+".")
		}
		switch {
		case !ok || strings.Contains(key, "."):
			elsewhere = append(elsewhere, inFull(l, p))
		case fields[key] == "":
			fields[key] = l.Reason(p)
		}
	}
	return fields, elsewhere
}

// problemsOf are the problems that an error of settings.Validate consists of.
func problemsOf(err error) settings.Problems {
	var ps settings.Problems
	if err != nil && !errors.As(err, &ps) {
		ps = settings.Problems{{Reason: err.Error()}}
	}
	return ps
}

// inFull is a problem as it stands away from its field, which it names.
func inFull(l *words.Language, p settings.Problem) string {
	if p.Field == "" {
		return l.Reason(p)
	}
	return p.Field + ": " + l.Reason(p)
}

// pasted makes a draft of what a person pastes: the URL of an endpoint. Its name is one that is free.
func pasted(text string, s settings.Settings) (draft, error) {
	text = strings.TrimSpace(text)
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		if kind, _ := splitURL(text); !slices.Contains(kinds(), kind) {
			return draft{}, schemeError(scheme)
		}
	}
	p, err := settings.ProfileFromURL("", text)
	if err != nil {
		return draft{}, err
	}
	if kind, address := splitURL(p.URL); address != "direct" && address != "direct:" {
		p.URL = kind + "://" + address
	}
	p.Name = freeName(suggestName(p.URL), s)
	return draft{base: p, typed: typedFrom(p)}, nil
}

// schemeError is the error of a pasted URL that leads to something other than an upstream.
type schemeError string

func (e schemeError) Error() string { return fmt.Sprintf("%s:// is not supported", string(e)) }

// suggestName is what an upstream with that URL may be called: by its host, and where that says nothing, its address.
func suggestName(url string) string {
	kind, address := splitURL(url)
	switch {
	case kind == "direct":
		return "Direct"
	case strings.HasPrefix(kind, "pac+"):
		return "PAC"
	}
	host, _, err := net.SplitHostPort(address)
	if err != nil || net.ParseIP(host) != nil || host == "localhost" {
		return address
	}
	return host
}

// freeName returns name, or name with a number behind it where s has a profile of that name.
func freeName(name string, s settings.Settings) string {
	free := name
	for n := 2; slices.ContainsFunc(s.Profiles, func(p settings.Profile) bool { return p.Name == free }); n++ {
		free = fmt.Sprintf("%s %d", name, n)
	}
	return free
}

// duplicate makes a draft of a copy of p, with its password.
func duplicate(p settings.Profile, s settings.Settings) draft {
	d := draft{base: p, typed: typedFrom(p), secret: p.Name}
	d.typed.name = freeName(p.Name, s)
	return d
}

// without takes a profile out of s. The first one that is left is in use if that one was.
func without(name string, s settings.Settings) app.Edit {
	to := s.Clone()
	to.Profiles = slices.DeleteFunc(to.Profiles, func(p settings.Profile) bool { return p.Name == name })
	if to.Use == name {
		to.Use = ""
	}
	return app.Edit{From: s, To: to}
}

// moved puts the profile of that name one or more places up (below zero) or down. It reports false at the end of the
// list. The same profile stays in use.
func moved(name string, by int, s settings.Settings) (app.Edit, bool) {
	to := s.Clone()
	from := slices.IndexFunc(to.Profiles, func(p settings.Profile) bool { return p.Name == name })
	if from < 0 || from+by < 0 || from+by >= len(to.Profiles) {
		return app.Edit{}, false
	}
	if p, ok := s.Profile(); ok {
		to.Use = p.Name
	}
	p := to.Profiles[from]
	to.Profiles = slices.Insert(slices.Delete(to.Profiles, from, from+1), from+by, p)
	return app.Edit{From: s, To: to}, true
}
