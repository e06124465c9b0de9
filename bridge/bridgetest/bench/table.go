//go:build linux

package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// baseline is the program that every ratio is taken against, and judged the one that has requirements.
const (
	baseline = "relay"
	judged   = "drawbridge"
)

// A Need is what a figure must reach. The zero value asks for nothing.
type Need struct {
	Ratio  bool    `json:"ratio,omitempty"`   // Value is compared with the ratio to the relay, not with the figure
	AtMost bool    `json:"at_most,omitempty"` // Value is the most allowed, not the least
	Value  float64 `json:"value"`
}

func ratioAtLeast(v float64) Need { return Need{Ratio: true, Value: v} }
func ratioAtMost(v float64) Need  { return Need{Ratio: true, AtMost: true, Value: v} }
func atMost(v float64) Need       { return Need{AtMost: true, Value: v} }

// String is the requirement as the tables print it, without the unit: "≥ 0.95 ×", "≤ 12".
func (n Need) String() string {
	if n.Value == 0 {
		return ""
	}
	s := "≥ "
	if n.AtMost {
		s = "≤ "
	}
	s += plain(n.Value)
	if n.Ratio {
		s += " ×"
	}
	return s
}

// met reports whether v, a figure or a ratio as n asks, is good enough.
func (n Need) met(v float64) bool {
	if n.AtMost {
		return v <= n.Value
	}
	return v >= n.Value
}

// A Figure is one measured number of several programs, with one sample a round.
type Figure struct {
	Name string `json:"name"`
	Unit string `json:"unit"`
	Need Need   `json:"need"`
	// Samples holds the rounds of each program. The same index is the same round, so that ratios are of neighbours
	// in time.
	Samples map[string][]float64 `json:"samples"`
	// Fails says why a program has no figure here.
	Fails map[string]string `json:"fails,omitempty"`
}

func (f *Figure) add(program string, v float64) {
	if f.Samples == nil {
		f.Samples = map[string][]float64{}
	}
	f.Samples[program] = append(f.Samples[program], v)
}

// fail records why program has no figure; what it had before no longer counts.
func (f *Figure) fail(program, reason string) {
	if f.Fails == nil {
		f.Fails = map[string]string{}
	}
	f.Fails[program] = reason
	delete(f.Samples, program)
}

// A Spread is the median of a few rounds with the least and the greatest. N 0 means that there were none.
type Spread struct {
	N                int
	Median, Min, Max float64
}

func spread(v []float64) Spread {
	if len(v) == 0 {
		return Spread{}
	}
	v = slices.Sorted(slices.Values(v))
	m := v[len(v)/2]
	if len(v)%2 == 0 {
		m = (v[len(v)/2-1] + m) / 2
	}
	return Spread{len(v), m, v[0], v[len(v)-1]}
}

// ratio is the spread of program's rounds, each divided by the relay's of the same round. Rounds in which the relay
// has nothing, or zero, are left out.
func (f *Figure) ratio(program string) Spread {
	own, base := f.Samples[program], f.Samples[baseline]
	var r []float64
	for i := range min(len(own), len(base)) {
		if base[i] != 0 {
			r = append(r, own[i]/base[i])
		}
	}
	return spread(r)
}

// verdict is "ok", or what is missed, or "" where nothing is asked of program.
func (f *Figure) verdict(program string) string {
	if program != judged || f.Need.Value == 0 {
		return ""
	}
	if _, ok := f.Fails[program]; ok {
		return "misses " + plain(f.Need.Value)
	}
	s := spread(f.Samples[program])
	if f.Need.Ratio {
		s = f.ratio(program)
	}
	switch {
	case s.N == 0:
		return ""
	case f.Need.met(s.Median):
		return "ok"
	}
	return "misses " + plain(f.Need.Value)
}

// A Table is one work with its figures.
type Table struct {
	Work     string    `json:"work"`
	Title    string    `json:"title"`
	Programs []string  `json:"programs"`
	Figures  []*Figure `json:"figures"`
	Notes    []string  `json:"notes,omitempty"`
}

func (t *Table) figure(name, unit string, need Need) *Figure {
	f := &Figure{Name: name, Unit: unit, Need: need}
	t.Figures = append(t.Figures, f)
	return f
}

func (t *Table) note(format string, args ...any) {
	if s := fmt.Sprintf(format, args...); !slices.Contains(t.Notes, s) {
		t.Notes = append(t.Notes, s)
	}
}

// misses counts the requirements that are not reached.
func (t *Table) misses() int {
	n := 0
	for _, f := range t.Figures {
		if strings.HasPrefix(f.verdict(judged), "misses") {
			n++
		}
	}
	return n
}

// failures says of each program that fails why, once for each reason: "gost fails: upgrade answered 501".
func (t *Table) failures() []string {
	var lines []string
	for _, p := range t.Programs {
		for _, f := range t.Figures {
			if why, ok := f.Fails[p]; ok && !slices.Contains(lines, p+" fails: "+why) {
				lines = append(lines, p+" fails: "+why)
			}
		}
	}
	return lines
}

// text is the aligned table for a terminal. The range in it is that of the ratio, or of the figure itself where the
// requirement is a limit on that.
func (t *Table) text() string {
	rows := [][]string{{"figure", "program", "median", "unit", "to relay", "min–max", "verdict"}}
	for _, f := range t.Figures {
		name := f.Name
		for _, p := range t.Programs {
			row := []string{name, p, "", f.Unit, "", "", f.verdict(p)}
			name = ""
			if _, ok := f.Fails[p]; ok {
				row[2], row[3] = "fails", ""
				rows = append(rows, row)
				continue
			}
			s := spread(f.Samples[p])
			if s.N == 0 {
				row[2], row[3] = "–", ""
				rows = append(rows, row)
				continue
			}
			row[2] = number(s.Median)
			if r := f.ratio(p); r.N > 0 && p != baseline {
				row[4] = fmt.Sprintf("%.2f", r.Median)
				row[5] = fmt.Sprintf("%.2f–%.2f", r.Min, r.Max)
			}
			if f.Need.Value != 0 && !f.Need.Ratio {
				row[5] = "" // the limit is on the figure itself, so its own range is of interest
				if s.N > 1 {
					row[5] = number(s.Min) + "–" + number(s.Max)
				}
			}
			if row[6] != "" {
				row[6] += " (" + f.Need.String() + ")"
			}
			rows = append(rows, row)
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n", t.Work, t.Title)
	align(&b, rows, 2, 4)
	for _, n := range append(t.failures(), t.Notes...) {
		fmt.Fprintf(&b, "  %s\n", n)
	}
	return b.String()
}

// markdown is the table for a README: a row for each figure, a column for each program.
func (t *Table) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "**%s**\n\n| figure |", t.Title)
	for _, p := range t.Programs {
		fmt.Fprintf(&b, " %s |", p)
	}
	b.WriteString(" asked |\n|---|" + strings.Repeat("---:|", len(t.Programs)) + "---|\n")
	for _, f := range t.Figures {
		fmt.Fprintf(&b, "| %s |", strings.TrimSuffix(f.Name+", "+f.Unit, ", "))
		for _, p := range t.Programs {
			s, r := spread(f.Samples[p]), f.ratio(p)
			switch {
			case f.Fails[p] != "":
				b.WriteString(" fails |")
			case s.N == 0:
				b.WriteString(" – |")
			case r.N == 0 || p == baseline:
				fmt.Fprintf(&b, " %s |", number(s.Median))
			default:
				fmt.Fprintf(&b, " %s (%.2f ×) |", number(s.Median), r.Median)
			}
		}
		asked := f.Need.String()
		if v := f.verdict(judged); v != "" {
			asked += ": " + v
		}
		fmt.Fprintf(&b, " %s |\n", asked)
	}
	for _, n := range append(t.failures(), t.Notes...) {
		fmt.Fprintf(&b, "\n%s\n", n)
	}
	return b.String()
}

// align writes rows in columns two spaces apart, the columns named in right aligned to the right.
func align(b *strings.Builder, rows [][]string, right ...int) {
	width := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, c := range row {
			width[i] = max(width[i], utf8.RuneCountInString(c))
		}
	}
	for _, row := range rows {
		var line strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", width[i]-utf8.RuneCountInString(c))
			if slices.Contains(right, i) {
				c = pad + c
			} else {
				c += pad
			}
			line.WriteString("  " + c)
		}
		b.WriteString(strings.TrimRight(line.String(), " ") + "\n")
	}
}

// number prints v with three to four significant digits and separated thousands: 0.042, 1.25, 31.4, 218, 61,204.
func number(v float64) string {
	a := math.Abs(v)
	switch {
	case a == math.Trunc(a) && a < 1000:
		return strconv.FormatFloat(v, 'f', 0, 64)
	case a < 1:
		return strconv.FormatFloat(v, 'f', 3, 64)
	case a < 10:
		return strconv.FormatFloat(v, 'f', 2, 64)
	case a < 100:
		return strconv.FormatFloat(v, 'f', 1, 64)
	}
	s := strconv.FormatFloat(v, 'f', 0, 64)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// plain prints v without needless digits: 0.95, 12.
func plain(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
