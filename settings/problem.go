package settings

import (
	"fmt"
	"strings"
)

// Problem is one thing that is wrong, told so that a person can mend it.
type Problem struct {
	File   string // path of the file; empty when the value does not come from one
	Line   int    // in File, from 1; 0 when there is no place to point at
	Column int    // in Line, in bytes, from 1
	Field  string // key as in the file: "listen", "profile.Office.url"; empty when the text as a whole is meant
	Text   string // the offending text; empty when the value is missing, secret or not text
	Reason string // in English, lower case, without field and text

	// Code is Reason for faces that speak other languages, with the values of the names in its sentence. Where they have no
	// sentence for it, and for "other" or an empty one, Reason is what there is to say.
	Code string
	With map[string]string
}

// Error returns place, field, text and reason in one line.
func (p Problem) Error() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d:%d", p.Line, p.Column)
		}
		b.WriteString(": ")
	}
	if p.Field != "" {
		fmt.Fprintf(&b, "%s: ", p.Field)
	}
	if p.Text != "" {
		fmt.Fprintf(&b, "%q: ", p.Text)
	}
	b.WriteString(p.Reason)
	return b.String()
}

// Problems is everything that is wrong with some settings. Get it from an error with errors.As; it is then never empty.
type Problems []Problem

// Error returns one line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// err returns ps as an error: nil when there is no problem.
func (ps Problems) err() error {
	if len(ps) == 0 {
		return nil
	}
	return ps
}
