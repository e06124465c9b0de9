package settings

import (
	"slices"
	"strconv"
	"strings"
)

// The functions here return a new text in which one thing differs. They never look at what else the file says.

// set gives the key of that path a value, written as TOML. A key that is not there is put where a person would: beside
// its neighbours, in its table, or in a new table at the end.
func (d *document) set(p path, value string) string {
	if it, ok := d.item(p); ok {
		return d.splice(it.value, value)
	}
	table, key := p[:len(p)-1], p[len(p)-1:]
	if it, ok := d.item(table); ok {
		return d.setInline(it, key, value)
	}
	for i, t := range d.tables {
		if slices.Equal(t.path, table) {
			return d.setIn(i, key, value)
		}
	}
	// timeouts.dial = … in the root makes a table that no header may open again: its next key goes beside it.
	for i, it := range slices.Backward(d.items) {
		if it.inside < 0 && len(it.path) == len(p) && slices.Equal(it.path[:len(table)], table) {
			return d.insertBelow(d.items[i].value.end, d.indent(it.key.start), p[len(d.tables[it.table].path):], value)
		}
	}
	return d.appendTable("["+keyText(table)+"]", []string{keyText(key) + " = " + value})
}

// setIn adds a key to the table with that number, below its last one.
func (d *document) setIn(number int, key path, value string) string {
	for _, it := range slices.Backward(d.items) {
		if it.table == number && it.inside < 0 {
			return d.insertBelow(it.value.end, d.indent(it.key.start), key, value)
		}
	}
	if number > 0 {
		head := d.tables[number].head
		return d.insertBelow(head.end, d.indent(head.start), key, value)
	}
	// The root has no key yet: it has to have its first one before the first header.
	line := keyText(key) + " = " + value + d.eol()
	if len(d.tables) == 1 {
		return d.ended() + line
	}
	start := d.blockStart(1)
	return d.text[:start] + line + d.eol() + d.text[start:]
}

// setInline adds a key to an inline table, behind its last one.
func (d *document) setInline(around item, key path, value string) string {
	text := keyText(key) + " = " + value
	for _, it := range slices.Backward(d.items) {
		if it.inside >= 0 && slices.Equal(d.items[it.inside].path, around.path) {
			return d.splice(span{it.value.end, it.value.end}, ", "+text)
		}
	}
	return d.splice(around.value, "{ "+text+" }")
}

// unset takes the key of that path out, with the rest of its line. A table that is left empty stays.
func (d *document) unset(p path) string {
	it, ok := d.item(p)
	if !ok {
		return d.text
	}
	if it.inside < 0 {
		return d.splice(span{d.lineStart(it.key.start), d.lineEnd(it.value.end)}, "")
	}
	// In an inline table the comma behind goes along, or else the one before.
	at := span{it.key.start, it.value.end}
	behind := strings.TrimLeft(d.text[at.end:], " \t")
	before := strings.TrimRight(d.text[:at.start], " \t")
	switch {
	case strings.HasPrefix(behind, ","):
		at.end = len(d.text) - len(strings.TrimLeft(behind[1:], " \t"))
	case strings.HasSuffix(before, ","):
		at.start = len(before) - 1
	}
	return d.splice(at, "")
}

// addProfile puts a profile behind the others. The lines are its keys with their values.
func (d *document) addProfile(lines []string) string {
	list, ok := d.item(path{"profile"})
	if !ok {
		return d.appendTable("[[profile]]", lines)
	}
	// The list stands inline. Behind its last element is always room for another.
	element := "{ " + strings.Join(lines, ", ") + " }"
	if !list.holds {
		return d.splice(list.value, "["+element+"]")
	}
	last := d.text[:list.value.end-1]
	last = strings.TrimRight(last, " \t\r\n")
	if strings.HasSuffix(last, ",") {
		return d.splice(span{len(last), len(last)}, " "+element)
	}
	return d.splice(span{len(last), len(last)}, ", "+element)
}

// removeProfile takes a profile out, with the comment right above its header.
func (d *document) removeProfile(index int) string {
	blocks := d.profileBlocks()
	if index >= len(blocks) {
		return d.text
	}
	b := blocks[index]
	if b.end == len(d.text) {
		return strings.TrimRight(d.text[:b.start], " \t\r\n") + d.eol()
	}
	return d.splice(b, "")
}

// orderProfiles puts the profiles into another order: order[i] is the index of the one that comes i-th.
func (d *document) orderProfiles(order []int) string {
	var b strings.Builder
	blocks := d.profileBlocks()
	end := 0
	for i, block := range blocks {
		b.WriteString(d.text[end:block.start])
		moved := blocks[order[i]]
		text := strings.TrimRight(d.text[moved.start:moved.end], " \t\r\n")
		b.WriteString(text + d.eol())
		if block.end < len(d.text) {
			b.WriteString(d.eol())
		}
		end = block.end
	}
	b.WriteString(d.text[end:])
	return b.String()
}

// profileBlocks returns where each [[profile]] stands, its keys and the comment right above it included.
func (d *document) profileBlocks() []span {
	var blocks []span
	for i, t := range d.tables {
		if !t.array || len(t.path) != 2 || t.path[0] != "profile" {
			continue
		}
		b := span{d.blockStart(i), len(d.text)}
		if i+1 < len(d.tables) {
			b.end = d.blockStart(i + 1)
		}
		blocks = append(blocks, b)
	}
	return blocks
}

// appendTable puts a header with lines at the end of the file, behind an empty line.
func (d *document) appendTable(header string, lines []string) string {
	text := d.ended()
	if strings.TrimSpace(text) != "" && !strings.HasSuffix(text, d.eol()+d.eol()) {
		text += d.eol()
	}
	return text + header + d.eol() + strings.Join(lines, d.eol()) + d.eol()
}

// insertBelow puts a key with its value on a line of its own, below the line of an offset.
func (d *document) insertBelow(offset int, indent string, key path, value string) string {
	line := indent + keyText(key) + " = " + value
	end := d.lineEnd(offset)
	if end == len(d.text) {
		return d.ended() + line + d.eol()
	}
	return d.splice(span{end, end}, line+d.eol())
}

// splice puts text in the place of a span.
func (d *document) splice(at span, text string) string {
	return d.text[:at.start] + text + d.text[at.end:]
}

// ended is the text with its last line ended.
func (d *document) ended() string {
	if d.text == "" || strings.HasSuffix(d.text, "\n") {
		return d.text
	}
	return d.text + d.eol()
}

// eol is how the file ends its lines.
func (d *document) eol() string {
	if strings.Contains(d.text, "\r\n") {
		return "\r\n"
	}
	return "\n"
}

func (d *document) lineStart(offset int) int { return strings.LastIndexByte(d.text[:offset], '\n') + 1 }

func (d *document) lineEnd(offset int) int {
	if n := strings.IndexByte(d.text[offset:], '\n'); n >= 0 {
		return offset + n + 1
	}
	return len(d.text)
}

// indent is the white space before the key or header at an offset.
func (d *document) indent(offset int) string {
	line := d.text[d.lineStart(offset):offset]
	return line[:len(line)-len(strings.TrimLeft(line, " \t"))]
}

// blockStart is where a table's text begins: at the comment right above its header, or else at the header.
func (d *document) blockStart(number int) int {
	head := d.tables[number].head.start
	start := d.lineStart(head)
	floor := 0 // behind the value before: a text of several lines may look like a comment
	for _, it := range d.items {
		if it.value.end < head {
			floor = d.lineEnd(it.value.end)
		}
	}
	for start > floor {
		above := d.lineStart(start - 1)
		if !strings.HasPrefix(strings.TrimLeft(d.text[above:start], " \t"), "#") {
			break
		}
		start = above
	}
	return start
}

// keyText writes a path as TOML, with quotes where a part needs them.
func keyText(p path) string {
	parts := make([]string, len(p))
	for i, part := range p {
		parts[i] = part
		bare := func(r rune) bool {
			return r < 0x80 && (r == '_' || r == '-' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
		}
		if part == "" || strings.ContainsFunc(part, func(r rune) bool { return !bare(r) }) {
			parts[i] = quote(part)
		}
	}
	return strings.Join(parts, ".")
}

// profilePath is the path of a profile's key.
func profilePath(index int, key string) path { return path{"profile", strconv.Itoa(index), key} }
