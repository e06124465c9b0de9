package preferred

import (
	"reflect"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/words"
)

// suiting is the tag of the language for somebody who wants these.
func suiting(wanted []string) string { return words.In(nearest(wanted)).Tag }

func TestNearest(t *testing.T) {
	for _, tt := range []struct {
		wanted []string
		want   string
	}{
		{nil, "en"},
		{[]string{"en_GB"}, "en"},
		{[]string{"zh_CN"}, "zh-Hans"},
		{[]string{"zh-SG"}, "zh-Hans"},
		{[]string{"ru_RU", "en"}, "ru"},
		{[]string{"tlh", "ru"}, "ru"},
		{[]string{"C"}, "en"},
		{[]string{"de"}, "en"},
	} {
		if got := suiting(tt.wanted); got != tt.want {
			t.Errorf("the language for %q is %s, want %s", tt.wanted, got, tt.want)
		}
	}
}

func TestFromEnvironment(t *testing.T) {
	for _, test := range []struct {
		all, messages, lang, language string
		want                          []string
		tag                           string // of the language that there are words for
	}{
		{"", "", "", "", nil, "en"},
		{"", "", "zh_CN.UTF-8", "", []string{"zh-CN"}, "zh-Hans"},
		{"", "ru_RU", "zh_CN.UTF-8", "", []string{"ru-RU"}, "ru"},
		{"C.UTF-8", "ru_RU", "zh_CN", "ru:zh", nil, "en"},
		{"POSIX", "", "ru_RU", "", nil, "en"},
		{"", "", "de_DE@euro", "de::ru_RU.KOI8-R:en", []string{"de", "ru-RU", "en", "de-DE"}, "ru"},
		{"", "", "de_DE.UTF-8", "", []string{"de-DE"}, "en"},
	} {
		env := map[string]string{"LC_ALL": test.all, "LC_MESSAGES": test.messages, "LANG": test.lang, "LANGUAGE": test.language}
		got := fromEnvironment(func(name string) string { return env[name] })
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("fromEnvironment(%v) = %q, want %q", env, got, test.want)
		}
		if tag := suiting(got); tag != test.tag {
			t.Errorf("the language for %q is %s, want %s", got, tag, test.tag)
		}
	}
}

func TestFromPropertyList(t *testing.T) {
	for out, want := range map[string][]string{
		"":       nil,
		"()\n":   nil,
		"(\n)\n": nil,
		"(\n    \"zh-Hans-CN\",\n    en,\n    \"ru-RU\"\n)\n": {"zh-Hans-CN", "en", "ru-RU"},
	} {
		if got := fromPropertyList(out); !reflect.DeepEqual(got, want) {
			t.Errorf("fromPropertyList(%q) = %q, want %q", out, got, want)
		}
	}
}
