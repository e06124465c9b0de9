package settings

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"
)

// document is the text of a settings file, taken apart just enough to say where every key and value stands. The TOML
// decoder alone would give the values; an edit that leaves the rest of the file as it is, and an error with a line and a
// column, need the places.
type document struct {
	text   string
	tables []table // tables[0] is the root, before the first header
	items  []item  // every key with a value, in the order of the text
}

// path is a key in full. An element of an array of tables is its index: profile, 0, url.
type path []string

// span is a range of bytes in the text.
type span struct{ start, end int }

// table is a header: [timeouts] or [[profile]].
type table struct {
	path  path
	head  span // the header's name; empty for the root
	array bool // [[…]]
}

// item is a key with its value.
type item struct {
	path       path
	table      int // in document.tables: where the text stands
	inside     int // in document.items: the inline table or array around it, or -1
	key, value span
	data       any  // bool, int64, string, float64, []any; nil for dates, and for what holds other items
	holds      bool // an inline table, or an array of them: its content are items of their own
}

// parse takes text apart. What is not TOML gives a Problem with its place.
func parse(text string) (*document, error) {
	// The decoder finds what the parser alone lets pass: a key or table that is there twice.
	var whole map[string]any
	if err := toml.Unmarshal([]byte(text), &whole); err != nil {
		problem := Problem{Reason: strings.TrimPrefix(err.Error(), "toml: ")}
		var at *toml.DecodeError
		if errors.As(err, &at) {
			problem.Line, problem.Column = at.Position()
			problem.Field = strings.Join(at.Key(), ".")
		}
		return nil, Problems{problem}
	}

	d := &document{text: text, tables: []table{{}}}
	counts := map[string]int{} // elements so far of each array of tables, by its joined path
	var parser unstable.Parser
	parser.Reset([]byte(text))
	for parser.NextExpression() {
		switch node := parser.Expression(); node.Kind {
		case unstable.Table, unstable.ArrayTable:
			d.addTable(node, counts)
		case unstable.KeyValue:
			d.addItem(node, d.tables[len(d.tables)-1].path, -1)
		}
	}
	if err := parser.Error(); err != nil {
		return nil, Problems{{Reason: strings.TrimPrefix(err.Error(), "toml: ")}}
	}
	return d, nil
}

// addTable records a header. Inside of it, the name of an array of tables stands for the array's last element.
func (d *document) addTable(node *unstable.Node, counts map[string]int) {
	names, head := keyOf(node)
	array := node.Kind == unstable.ArrayTable
	var full path
	for i, name := range names {
		full = append(full, name)
		joined := strings.Join(full, "\x00")
		if array && i == len(names)-1 {
			counts[joined]++
		}
		if n := counts[joined]; n > 0 {
			full = append(full, strconv.Itoa(n-1))
		}
	}
	d.tables = append(d.tables, table{path: full, head: head, array: array})
}

// addItem records a key with its value, and what an inline value holds.
func (d *document) addItem(node *unstable.Node, parent path, inside int) {
	names, key := keyOf(node)
	full := append(slices.Clone(parent), names...)
	end := int(node.Raw.Offset + node.Raw.Length)
	start := key.end + strings.IndexByte(d.text[key.end:], '=') + 1
	start += len(d.text[start:end]) - len(strings.TrimLeft(d.text[start:end], " \t"))

	value := node.Value()
	d.items = append(d.items, item{
		path: full, table: len(d.tables) - 1, inside: inside,
		key: key, value: span{start, end}, data: dataOf(value),
	})
	d.addContent(len(d.items)-1, value)
}

// addContent records the items within the inline value of items[i], if it is one.
func (d *document) addContent(i int, value *unstable.Node) {
	switch {
	case value.Kind == unstable.InlineTable:
		d.items[i].holds = true
		for children := value.Children(); children.Next(); {
			d.addItem(children.Node(), d.items[i].path, i)
		}
	case value.Kind == unstable.Array && holdsTables(value):
		d.items[i].holds = true
		n := 0
		for children := value.Children(); children.Next(); n++ {
			element := d.items[i]
			element.path = append(slices.Clone(element.path), strconv.Itoa(n))
			element.inside, element.holds, element.data = i, false, dataOf(children.Node())
			d.items = append(d.items, element)
			d.addContent(len(d.items)-1, children.Node())
		}
	}
}

// holdsTables reports whether an array has an inline table in it.
func holdsTables(array *unstable.Node) bool {
	for children := array.Children(); children.Next(); {
		if children.Node().Kind == unstable.InlineTable {
			return true
		}
	}
	return false
}

// keyOf returns the parts of a node's key, and where it stands.
func keyOf(node *unstable.Node) (names path, at span) {
	at.start = -1
	for key := node.Key(); key.Next(); {
		raw := key.Node().Raw
		if at.start < 0 {
			at.start = int(raw.Offset)
		}
		at.end = int(raw.Offset + raw.Length)
		names = append(names, string(key.Node().Data))
	}
	return names, at
}

// dataOf returns the value of a node, in the types of the TOML decoder where the schema knows them.
func dataOf(node *unstable.Node) any {
	switch node.Kind {
	case unstable.String:
		return string(node.Data)
	case unstable.Bool:
		return string(node.Data) == "true"
	case unstable.Integer:
		// Base 0 reads TOML's prefixes and underscores; the parser has refused what TOML does not have.
		if n, err := strconv.ParseInt(string(node.Data), 0, 64); err == nil {
			return n
		}
		return nil
	case unstable.Float:
		return 0.0
	case unstable.Array:
		list := []any{}
		for children := node.Children(); children.Next(); {
			list = append(list, dataOf(children.Node()))
		}
		return list
	case unstable.InlineTable:
		return map[string]any{}
	default:
		return nil
	}
}

// item returns the item of that path.
func (d *document) item(p path) (item, bool) {
	for _, it := range d.items {
		if slices.Equal(it.path, p) {
			return it, true
		}
	}
	return item{}, false
}

// place returns the line and column, both from 1, of an offset in the text.
func (d *document) place(offset int) (line, column int) {
	before := d.text[:offset]
	return 1 + strings.Count(before, "\n"), offset - strings.LastIndexByte(before, '\n')
}

// placeOf returns the place of the value of that path: of its header or of the tables above it when the key is not
// there, and 0, 0 when nothing of it is.
func (d *document) placeOf(p path) (line, column int) {
	if it, ok := d.item(p); ok {
		return d.place(it.value.start)
	}
	for ; len(p) > 0; p = p[:len(p)-1] {
		if it, ok := d.item(p); ok {
			return d.place(it.value.start)
		}
		for _, t := range d.tables[1:] {
			if slices.Equal(t.path, p) {
				return d.place(t.head.start)
			}
		}
	}
	return 0, 0
}
