// Package words says things to people in their language: fixed sentences by key, and the sentences that a State makes.
//
// The sentences stand in assets/words, one TOML file a language. A new one is a key in en.toml and in each other file;
// a test fails where one is missing.
package words

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2"

	files "github.com/drawbridge-app/drawbridge/assets/words"
)

// A Language says sentences. It is immutable.
type Language struct {
	Tag       string // BCP 47
	sentences map[string]string
}

// A Choice is a language that there are words for.
type Choice struct {
	Tag  string
	Name string // in itself
}

// english is the language that all others fall back to.
const english = "en"

// all reads the files, once: they are part of the program, so one that cannot be read is a mistake in it.
var all = sync.OnceValue(func() map[string]*Language {
	languages := make(map[string]*Language)
	entries, err := files.Files.ReadDir(".")
	if err != nil {
		panic(err)
	}
	for _, entry := range entries {
		text, err := files.Files.ReadFile(entry.Name())
		if err != nil {
			panic(err)
		}
		var tables map[string]map[string]string
		if err := toml.Unmarshal(text, &tables); err != nil {
			panic(fmt.Sprintf("%s: %v", entry.Name(), err))
		}
		l := &Language{Tag: strings.TrimSuffix(entry.Name(), path.Ext(entry.Name())), sentences: make(map[string]string)}
		for table, sentences := range tables {
			for key, sentence := range sentences {
				l.sentences[table+"."+key] = sentence
			}
		}
		languages[l.Tag] = l
	}
	return languages
})

// Choices lists the languages, English first.
func Choices() []Choice {
	var cs []Choice
	for tag, l := range all() {
		cs = append(cs, Choice{tag, l.Say("language.name")})
	}
	slices.SortFunc(cs, func(a, b Choice) int {
		if (a.Tag == english) != (b.Tag == english) {
			if a.Tag == english {
				return -1
			}
			return 1
		}
		return strings.Compare(a.Tag, b.Tag)
	})
	return cs
}

// In returns the language of a tag; English where there are no words for it. What suits best whom is for package
// [github.com/drawbridge-app/drawbridge/app/words/preferred] to say.
func In(tag string) *Language {
	if l, ok := all()[tag]; ok {
		return l
	}
	return all()[english]
}

// Say returns the sentence of a key, "tray.quit". with are pairs of a name in braces and what stands in its place. A
// key that nobody has is returned as it is, which a test finds before a user does.
func (l *Language) Say(key string, with ...string) string {
	sentence, ok := l.sentences[key]
	if !ok {
		if sentence, ok = all()[english].sentences[key]; !ok {
			return key
		}
	}
	if len(with) == 0 {
		return sentence
	}
	pairs := make([]string, len(with))
	for i, w := range with {
		if i%2 == 0 {
			w = "{" + w + "}"
		}
		pairs[i] = w
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}
