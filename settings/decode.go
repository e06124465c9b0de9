package settings

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// maxProfiles keeps an absurd file from an absurd form.
const maxProfiles = 1000

// settings reads the document over the defaults. It goes on behind a problem, to tell all of them at once.
func (d *document) settings() (Settings, []finding) {
	r := reading{document: d, settings: Default(), wrong: make([]bool, len(d.items))}
	for i, t := range d.tables[1:] {
		r.table(i+1, t)
	}
	for i, it := range d.items {
		r.item(i, it)
	}
	return r.settings, r.findings
}

// reading is one pass over a document.
type reading struct {
	document *document
	settings Settings
	findings []finding
	tables   []int  // tables that the schema does not have: one finding each, not one for each key
	wrong    []bool // the same for items
}

func (r *reading) table(i int, t table) {
	index, rest, isProfile := profileIndex(t.path)
	switch {
	case isProfile && len(rest) == 0:
		if r.profile(index) != nil {
			return
		}
		r.report(t.head, t.path, "", otherwise(fmt.Sprintf("more than %d profiles", maxProfiles)))
	case len(t.path) == 1 && t.path[0] == "profile":
		r.report(t.head, t.path, "", otherwise("profiles are a list: write [[profile]]"))
	case len(t.path) == 1 && isTable(t.path[0]):
		return
	case t.array && isTable(t.path[0]):
		r.report(t.head, t.path[:1], "", otherwise(fmt.Sprintf("is there once only: write [%s]", t.path[0])))
	default:
		r.report(t.head, t.path, "", otherwise("unknown table"+didYouMean(t.path.String(), tableNames())))
	}
	r.tables = append(r.tables, i)
}

func (r *reading) item(i int, it item) {
	if slices.Contains(r.tables, it.table) || it.inside >= 0 && r.wrong[it.inside] {
		r.wrong[i] = true
		return
	}
	target := r.target(it)
	switch {
	case target != nil:
		if it.holds {
			r.wrong[i] = true
		}
		if err := decode(target, it.data); err != nil {
			r.report(it.value, it.path, textOf(target, it.data), reasonFor(err))
		}
	case r.isContainer(it):
	default:
		r.wrong[i] = true
		r.report(it.key, it.path, "", otherwise("unknown key"+r.suggestion(it.path)))
	}
}

// target returns where an item's value belongs; nil when the schema does not have it.
func (r *reading) target(it item) any {
	if index, rest, ok := profileIndex(it.path); ok {
		p := r.profile(index)
		if f, ok := find(profileSchema(), rest.String()); ok && p != nil {
			return f.at(p)
		}
		return nil
	}
	if f, ok := find(schema(), it.path.String()); ok {
		return f.at(&r.settings)
	}
	return nil
}

// isContainer reports whether an item is a table of the schema, or the list of profiles, written inline.
func (r *reading) isContainer(it item) bool {
	if index, rest, ok := profileIndex(it.path); ok && len(rest) == 0 {
		return it.holds && r.profile(index) != nil
	}
	if len(it.path) != 1 {
		return false
	}
	list, isList := it.data.([]any)
	if it.path[0] == "profile" {
		return isList && (it.holds || len(list) == 0)
	}
	return isTable(it.path[0]) && it.holds && !isList
}

// profile returns the profile of that index, and adds those up to it; nil beyond what is sane.
func (r *reading) profile(index int) *Profile {
	if index >= maxProfiles {
		return nil
	}
	for len(r.settings.Profiles) <= index {
		r.settings.Profiles = append(r.settings.Profiles, DefaultProfile())
	}
	return &r.settings.Profiles[index]
}

func (r *reading) report(at span, p path, text string, why reason) {
	r.findings = append(r.findings, finding{path: p, offset: at.start, text: text, reason: why})
}

// suggestion names a key that an unknown one may stand for.
func (r *reading) suggestion(p path) string {
	if _, rest, ok := profileIndex(p); ok {
		return didYouMean(rest.String(), fieldKeys(profileSchema()))
	}
	return didYouMean(p.String(), append(fieldKeys(schema()), "profile"))
}

// textOf is the text that a problem quotes: what was text in the file, unless it is secret.
func textOf(target, data any) string {
	if _, secret := target.(*Secret); secret {
		return ""
	}
	text, _ := data.(string)
	return text
}

// String joins the parts with dots.
func (p path) String() string { return strings.Join(p, ".") }

// profileIndex splits profile, 0, url into 0 and url.
func profileIndex(p path) (index int, rest path, ok bool) {
	if len(p) < 2 || p[0] != "profile" {
		return 0, nil, false
	}
	index, err := strconv.Atoi(p[1])
	return index, p[2:], err == nil && index >= 0
}

// label is a path as people write it: a profile by its name, or by its number from 1 when the name is none.
func (s Settings) label(p path) string {
	index, rest, ok := profileIndex(p)
	if !ok {
		return p.String()
	}
	name := strconv.Itoa(index + 1)
	if index < len(s.Profiles) && s.indexOf(s.Profiles[index].Name) == index {
		name = s.Profiles[index].Name
	}
	return append(path{"profile", name}, rest...).String()
}

// indexOf returns the index of the only profile with that name, or -1.
func (s Settings) indexOf(name string) int {
	found := -1
	for i, p := range s.Profiles {
		if p.Name != name || name == "" {
			continue
		}
		if found >= 0 {
			return -1
		}
		found = i
	}
	return found
}
