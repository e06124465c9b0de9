package settings

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// decode puts value, as the TOML decoder gives it, where target points. The error is a reason, for people.
func decode(target, value any) error {
	switch target := target.(type) {
	case *bool:
		if v, ok := value.(bool); ok {
			*target = v
			return nil
		}
	case *int:
		if v, ok := value.(int64); ok {
			if int64(int(v)) != v {
				return fmt.Errorf("the number is too large")
			}
			*target = int(v)
			return nil
		}
	case *string:
		if v, ok := value.(string); ok {
			*target = v
			return nil
		}
	case *Secret:
		if v, ok := value.(string); ok {
			*target = Secret(v)
			return nil
		}
	case *Duration:
		if v, ok := value.(string); ok {
			d, err := parseDuration(v)
			if err != nil {
				return err
			}
			*target = d
			return nil
		}
	case *[]string:
		list, ok := value.([]any)
		if !ok {
			break
		}
		texts := make([]string, 0, len(list))
		for _, v := range list {
			text, ok := v.(string)
			if !ok {
				return fmt.Errorf("has to be %s; one of them is %s", wanted(target), given(v))
			}
			texts = append(texts, text)
		}
		*target = texts
		return nil
	}
	return fmt.Errorf("has to be %s, not %s", wanted(target), given(value))
}

// read puts text, as a person types it on a command line, where target points. The error is a reason, for people.
func read(target any, text string) error {
	switch target := target.(type) {
	case *bool:
		switch strings.ToLower(strings.TrimSpace(text)) {
		case "true", "yes", "on", "1":
			*target = true
		case "false", "no", "off", "0":
			*target = false
		default:
			return because("bool")
		}
	case *int:
		n, err := strconv.Atoi(strings.TrimSpace(text))
		if err != nil {
			return because("number")
		}
		*target = n
	case *string:
		*target = text
	case *Secret:
		*target = Secret(text)
	case *Duration:
		return decode(target, text)
	case *[]string:
		list, err := readList(text)
		if err != nil {
			return err
		}
		*target = list
	}
	return nil
}

// readList reads a TOML array of strings, or texts with commas between them. An empty text is an empty list.
func readList(text string) ([]string, error) {
	text = strings.TrimSpace(text)
	if strings.HasPrefix(text, "[") {
		var array struct{ V []string }
		if err := toml.Unmarshal([]byte("V = "+text), &array); err != nil {
			return nil, because("list")
		}
		return array.V, nil
	}
	list := []string{}
	for part := range strings.SplitSeq(text, ",") {
		if part = strings.TrimSpace(part); part != "" {
			list = append(list, part)
		}
	}
	return list, nil
}

// literal returns the value behind target as TOML, on one line. Secrets are written out when reveal is set.
func literal(target any, reveal bool) string {
	switch target := target.(type) {
	case *bool:
		return strconv.FormatBool(*target)
	case *int:
		return strconv.Itoa(*target)
	case *string:
		return quote(*target)
	case *Duration:
		return quote(target.String())
	case *Secret:
		if reveal {
			return quote(target.Reveal())
		}
		return quote(target.String())
	case *[]string:
		texts := make([]string, len(*target))
		for i, text := range *target {
			texts[i] = quote(text)
		}
		return "[" + strings.Join(texts, ", ") + "]"
	}
	panic(fmt.Sprintf("settings: no TOML for %T", target))
}

// quote returns text as a basic string (TOML v1.0.0, String). strconv.Quote knows escapes that TOML does not.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range text {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < 0x20 || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// value returns what target points at.
func value(target any) any {
	switch target := target.(type) {
	case *bool:
		return *target
	case *int:
		return *target
	case *string:
		return *target
	case *Secret:
		return *target
	case *Duration:
		return *target
	case *[]string:
		return *target
	}
	panic(fmt.Sprintf("settings: no value in %T", target))
}

// assign puts the value behind from where to points. Both are of one type.
func assign(to, from any) {
	switch to := to.(type) {
	case *bool:
		*to = *from.(*bool)
	case *int:
		*to = *from.(*int)
	case *string:
		*to = *from.(*string)
	case *Secret:
		*to = *from.(*Secret)
	case *Duration:
		*to = *from.(*Duration)
	case *[]string:
		*to = *from.(*[]string)
	}
}

// wanted says what a target takes.
func wanted(target any) string {
	switch target.(type) {
	case *bool:
		return "true or false"
	case *int:
		return "a whole number"
	case *Duration:
		return `a duration in quotes, such as "10s"`
	case *[]string:
		return "a list of texts in quotes"
	default:
		return "text in quotes"
	}
}

// given says what the TOML decoder found.
func given(value any) string {
	switch value.(type) {
	case bool:
		return "true or false"
	case int64:
		return "a whole number"
	case float64:
		return "a number with a fraction"
	case string:
		return "text"
	case []any:
		return "a list"
	case map[string]any:
		return "a table"
	default:
		return "a date or time"
	}
}
