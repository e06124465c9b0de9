package settings

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

// Validate returns all that is wrong with s, as Problems, or nil. File, form and command line all ask here, so that what
// one of them takes, none of the others refuses.
func Validate(s Settings) error { return problems(s, validate(s)).err() }

func validate(s Settings) []finding {
	c := checking{settings: s}
	c.version()
	c.listen()
	c.bypass()
	c.use()
	c.login()
	for i := range s.Profiles {
		c.profile(i)
	}
	c.limits()
	// Last, so that a value gets its own reason first where it has one.
	values(&c, schema(), &s, nil)
	for i := range s.Profiles {
		values(&c, profileSchema(), &s.Profiles[i], path{"profile", strconv.Itoa(i)})
		c.engine(i)
	}
	return c.findings
}

// checking is one pass over some settings.
type checking struct {
	settings Settings
	findings []finding
}

func (c *checking) report(p path, text string, why reason) {
	c.findings = append(c.findings, finding{path: p, offset: -1, text: text, reason: why})
}

func (c *checking) version() {
	if v := c.settings.Version; v != Version {
		c.report(path{"version"}, "", because("version", "want", strconv.Itoa(Version), "have", strconv.Itoa(v)))
	}
}

func (c *checking) bypass() {
	_, err := route.ParseBypass(c.settings.Bypass)
	if bad, ok := errors.AsType[route.Errors](err); ok {
		for _, e := range bad {
			c.report(path{"bypass"}, e.Text, recognise(e.Reason))
		}
	}
}

func (c *checking) use() {
	use := c.settings.Use
	if use == "" {
		return
	}
	var names []string
	for _, p := range c.settings.Profiles {
		if p.Name == use {
			return
		}
		names = append(names, p.Name)
	}
	why := because("no_profile")
	if near := nearest(use, names); near != "" {
		why = because("no_profile_near", "near", near)
	}
	c.report(path{"use"}, use, why)
}

func (c *checking) login() {
	l := c.settings.Login
	user, password := path{"login", "user"}, path{"login", "password"}
	switch {
	case l.User == "" && l.Password != "":
		c.report(user, "", because("beside_password"))
	case l.User != "" && l.Password == "":
		c.report(password, "", because("beside_user"))
	case strings.Contains(l.User, ":"):
		c.report(user, l.User, because("colon"))
	}
	c.noControls(user, l.User, l.User)
	c.noControls(password, l.Password.Reveal(), "")
}

func (c *checking) profile(i int) {
	p := c.settings.Profiles[i]
	at := func(key string) path { return profilePath(i, key) }
	switch {
	case p.Name == "":
		c.report(at("name"), "", because("missing"))
	case strings.TrimSpace(p.Name) != p.Name:
		c.report(at("name"), p.Name, because("spaces"))
	}
	c.noControls(at("name"), p.Name, p.Name)
	for j := range i {
		if p.Name != "" && p.Name == c.settings.Profiles[j].Name {
			c.report(at("name"), p.Name, because("name_taken", "number", strconv.Itoa(j+1)))
			break
		}
	}
	c.url(i)
	if p.User == "" && p.Password != "" {
		c.report(at("user"), "", because("beside_password"))
	}
	if p.User == "" && p.Method == "password" {
		c.report(at("user"), "", because("method_user", "method", p.Method))
	}
	c.fits(at("user"), p.User, p.User)
	c.fits(at("password"), p.Password.Reveal(), "")
	const spares = 64
	if p.Spares > spares {
		c.report(at("spares"), strconv.Itoa(p.Spares), because("spares", "most", strconv.Itoa(spares)))
	}
}

func (c *checking) limits() {
	c.between(path{"limits", "head_bytes"}, c.settings.Limits.HeadBytes, 1<<10, 16<<20)
	c.between(path{"limits", "head_fields"}, c.settings.Limits.HeadFields, 16, 1<<16)
}

func (c *checking) between(p path, n, low, high int) {
	if n >= 0 && (n < low || n > high) {
		c.report(p, strconv.Itoa(n), because("between", "low", strconv.Itoa(low), "high", strconv.Itoa(high)))
	}
}

// fits checks what goes into one SOCKS5 login: its lengths are one byte (RFC 1929, section 2).
func (c *checking) fits(p path, text, shown string) {
	if len(text) > 255 {
		c.report(p, "", because("too_long", "bytes", strconv.Itoa(len(text))))
	}
	c.noControls(p, text, shown)
}

func (c *checking) noControls(p path, text, shown string) {
	if strings.ContainsFunc(text, unicode.IsControl) {
		c.report(p, shown, because("controls"))
	}
}

// isUTF8 checks what TOML takes.
func (c *checking) isUTF8(p path, text, shown string) {
	if !utf8.ValidString(text) {
		c.report(p, shown, because("utf8"))
	}
}

// values checks what holds for every value of a kind: nothing is below zero, and a choice is one of the choices.
func values[T any](c *checking, fields []field[T], of *T, parent path) {
	for _, f := range fields {
		at := append(append(path{}, parent...), strings.Split(f.key, ".")...)
		switch v := f.at(of).(type) {
		case *int:
			if *v < 0 {
				c.report(at, strconv.Itoa(*v), because("negative"))
			}
		case *Duration:
			if *v < 0 {
				c.report(at, v.String(), because("negative"))
			}
		case *Secret:
			c.isUTF8(at, v.Reveal(), "")
		case *string:
			c.isUTF8(at, *v, *v)
			// An empty choice in a profile is "auto", so that Profile{Name: …, URL: …} is one.
			if err := choose(*v, f.choices); err != nil && (*v != "" || parent == nil) {
				c.report(at, *v, reasonFor(err))
			}
		}
	}
}

// choose returns an error when text is none of the choices. No choices allow everything.
func choose(text string, choices []string) error {
	if choices == nil || slices.Contains(choices, text) {
		return nil
	}
	return because("choice", "choices", strings.Join(choices, ", "))
}
