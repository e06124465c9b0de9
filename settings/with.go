package settings

import (
	"errors"
	"fmt"
	"strings"
)

// With returns s with keys changed, as Set does it in a file: for a form. What cannot be read is told as Problems, and
// the rest is changed all the same; whether the outcome is right, Validate knows.
func (s Settings) With(changes ...Change) (Settings, error) {
	s = s.Clone()
	var wrong Problems
	for _, c := range changes {
		_, err := s.change(c)
		if problems, ok := errors.AsType[Problems](err); ok {
			wrong = append(wrong, problems...)
		}
	}
	return s, wrong.err()
}

// Text returns the value of a key as a person types it in a form, which Change takes back. A Secret is "***"; an unknown
// key is empty.
func Text(s Settings, key string) string {
	value, err := Get(s, key)
	if err != nil {
		return ""
	}
	if list, ok := value.([]string); ok {
		return strings.Join(list, ", ")
	}
	return fmt.Sprint(value)
}
