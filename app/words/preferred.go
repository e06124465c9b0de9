package words

import "strings"

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
