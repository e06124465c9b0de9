package settings

import (
	"fmt"
	"slices"
	"strings"
)

// didYouMean returns `; did you mean "…"?` for the known key that is nearest to key, or nothing when none is near.
func didYouMean(key string, known []string) string {
	if near := nearest(key, known); near != "" {
		return fmt.Sprintf("; did you mean %q?", near)
	}
	return ""
}

// nearest returns the known key that key may stand for; empty: none is near.
func nearest(key string, known []string) string {
	best, least := "", 1+max(1, len(key)/4)
	for _, k := range known {
		// The right key in the wrong table is the commonest mistake of all.
		if last := k[strings.LastIndexByte(k, '.')+1:]; last == key[strings.LastIndexByte(key, '.')+1:] {
			return k
		}
		if d := distance(key, k); d < least {
			best, least = k, d
		}
	}
	return best
}

// distance counts the letters to put in, take out, change or swap with their neighbour to get from a to b.
func distance(a, b string) int {
	var before, above, row []int
	for j := range len(b) + 1 {
		row = append(row, j)
	}
	for i := range len(a) {
		before, above, row = above, row, []int{i + 1}
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(above[j]+cost, above[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row = append(row, d)
		}
	}
	return row[len(b)]
}

// fieldKeys returns the keys of some fields.
func fieldKeys[T any](fields []field[T]) []string {
	keys := make([]string, len(fields))
	for i, f := range fields {
		keys[i] = f.key
	}
	return keys
}

// tableNames returns the tables of the schema, profile among them.
func tableNames() []string {
	names := []string{}
	for _, f := range schema() {
		if table, _ := f.table(); table != "" && !slices.Contains(names, table) {
			names = append(names, table)
		}
	}
	return append(names, "profile")
}

// isTable reports whether name is a table of the schema that is there once.
func isTable(name string) bool { return name != "profile" && slices.Contains(tableNames(), name) }
