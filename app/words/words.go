// Package words says things to people in their language: fixed sentences by key, and the sentences that a State makes.
//
// The sentences stand in assets/words, one TOML file a language. A new one is a key in en.toml and in each other file;
// a test fails where one is missing.
package words

import (
	"fmt"
	"maps"
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

// English is the language that all others fall back to. Who asks for it alone reads no other, and has none linked.
func English() *Language { return english() }

var english = sync.OnceValue(func() *Language { return read("en", files.English) })

// all reads the files, once.
func all() map[string]*Language {
	languages.read.Do(func() {
		languages.byTag = make(map[string]*Language)
		entries, err := files.Files.ReadDir(".")
		if err != nil {
			panic(err)
		}
		for _, entry := range entries {
			text, err := files.Files.ReadFile(entry.Name())
			if err != nil {
				panic(err)
			}
			tag := strings.TrimSuffix(entry.Name(), path.Ext(entry.Name()))
			languages.byTag[tag] = read(tag, text)
		}
		languages.byTag[english().Tag] = english()
	})
	return languages.byTag
}

// languages are those that all has read. A sync.OnceValue would have all of them linked into every program.
var languages struct {
	read  sync.Once
	byTag map[string]*Language
}

// read reads a file. It is part of the program, so one that cannot be read is a mistake in it.
func read(tag string, text []byte) *Language {
	var tables map[string]map[string]string
	if err := toml.Unmarshal(text, &tables); err != nil {
		panic(fmt.Sprintf("%s: %v", tag, err))
	}
	l := &Language{Tag: tag, sentences: make(map[string]string)}
	for table, sentences := range tables {
		for key, sentence := range sentences {
			l.sentences[table+"."+key] = sentence
		}
	}
	return l
}

// Choices lists the languages, English first.
func Choices() []Choice {
	cs := []Choice{{english().Tag, english().Say("language.name")}}
	for _, tag := range slices.Sorted(maps.Keys(all())) {
		if tag != english().Tag {
			cs = append(cs, Choice{tag, all()[tag].Say("language.name")})
		}
	}
	return cs
}

// In returns the language of a tag; English where there are no words for it. What suits best whom is for package
// [github.com/drawbridge-app/drawbridge/app/words/preferred] to say.
func In(tag string) *Language {
	if l, ok := all()[tag]; ok {
		return l
	}
	return English()
}

// Say returns the sentence of a key, "tray.quit". with are pairs of a name in braces and what stands in its place. A
// key that nobody has is returned as it is, which a test finds before a user does.
func (l *Language) Say(key string, with ...string) string {
	sentence, ok := l.sentences[key]
	if !ok {
		if sentence, ok = english().sentences[key]; !ok {
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
