// Package preferred finds the language that suits a user best, of those that there are words for. It stands beside package
// words since it takes tables of all the world's languages, for which programs that speak English alone have no use.
package preferred

import (
	"strings"

	"golang.org/x/text/language"

	"github.com/drawbridge-app/drawbridge/app/words"
)

// Language returns the language of a tag (BCP 47), or the nearest one that there are words for; "system" and "" ask the
// system which languages its user prefers. Where none is near, and where the system does not tell, that is English.
func Language(tag string) *words.Language {
	if l := words.In(tag); l.Tag == tag {
		return l
	}
	wanted := []string{tag}
	if tag == "system" || tag == "" {
		wanted = preferred()
	}
	return words.In(nearest(wanted))
}

// nearest is the tag of the language that suits best whom wants these, the best first; empty: none is near.
func nearest(wanted []string) string {
	var tags []string
	var known []language.Tag
	for _, c := range words.Choices() {
		tags = append(tags, c.Tag)
		known = append(known, language.Make(c.Tag))
	}
	var want []language.Tag
	for _, w := range wanted {
		if t, err := language.Parse(w); err == nil {
			want = append(want, t)
		}
	}
	_, i, confidence := language.NewMatcher(known).Match(want...)
	if confidence == language.No {
		return ""
	}
	return tags[i]
}

// The languages that the system's user prefers come from preferred, which each system has its own of. They are BCP 47
// tags or close to it, the best first; none where the system does not tell. What systems say is read here.

// fromEnvironment reads the variables by which Unix programs are told, as GNU gettext does: LANGUAGE is a list that
// counts unless the locale is C.
func fromEnvironment(get func(name string) string) []string {
	locale := ""
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if locale = get(name); locale != "" {
			break
		}
	}
	tag := tagOf(locale)
	if tag == "" {
		return nil
	}
	var tags []string
	for entry := range strings.SplitSeq(get("LANGUAGE"), ":") {
		if t := tagOf(entry); t != "" {
			tags = append(tags, t)
		}
	}
	return append(tags, tag)
}

// tagOf makes zh-CN of zh_CN.UTF-8@pinyin; it is empty for the locales that have no language.
func tagOf(locale string) string {
	locale, _, _ = strings.Cut(locale, "@")
	locale, _, _ = strings.Cut(locale, ".")
	if locale == "C" || locale == "POSIX" {
		return ""
	}
	return strings.ReplaceAll(locale, "_", "-")
}

// fromPropertyList reads the list of texts that macOS prints for AppleLanguages:
//
//	(
//	    "zh-Hans-CN",
//	    en
//	)
func fromPropertyList(out string) []string {
	var tags []string
	for line := range strings.Lines(out) {
		if tag := strings.Trim(line, "\", ()\r\n\t"); tag != "" {
			tags = append(tags, tag)
		}
	}
	return tags
}
