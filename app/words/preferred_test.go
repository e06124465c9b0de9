package words

import (
	"reflect"
	"testing"
)

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
		if tag := nearest(got); tag != test.tag {
			t.Errorf("nearest(%q) = %s, want %s", got, tag, test.tag)
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
