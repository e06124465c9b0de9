package settings

import "slices"

// finding is a Problem before it has a name and a place.
type finding struct {
	path   path
	offset int // in the document; -1: where the path stands
	text   string
	reason reason
}

// problems names the findings by the settings they are about.
func problems(s Settings, findings []finding) Problems {
	var ps Problems
	for _, f := range findings {
		ps = append(ps, f.reason.problem(s.label(f.path), f.text))
	}
	return ps
}

// problems is the same with places in the document, in their order. Findings without one come first.
func (d *document) problems(s Settings, findings []finding) Problems {
	ps := problems(s, findings)
	for i, f := range findings {
		if f.offset >= 0 {
			ps[i].Line, ps[i].Column = d.place(f.offset)
		} else {
			ps[i].Line, ps[i].Column = d.placeOf(f.path)
		}
	}
	slices.SortStableFunc(ps, func(a, b Problem) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
	return ps
}
