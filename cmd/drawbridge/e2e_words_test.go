//go:build unix

package main_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/words"
)

// The words of languages that it does not speak are not in the program: they would be in memory all day.
func TestProgramHasEnglishAlone(t *testing.T) {
	text, err := os.ReadFile(program(t))
	if err != nil {
		t.Fatal(err)
	}
	for _, choice := range words.Choices() {
		sentence := words.In(choice.Tag).Say("status.on")
		if has := bytes.Contains(text, []byte(sentence)); has != (choice.Tag == words.English().Tag) {
			t.Errorf("%s: the program has %q: %t", choice.Tag, sentence, has)
		}
	}
}
