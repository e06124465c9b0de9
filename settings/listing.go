package settings

import "strings"

// TOML returns s as the text of a settings file with every value, each with a line of help. Secrets are "***": the text
// is for people, and Save does not write it.
func (s Settings) TOML() string {
	var b strings.Builder
	table := ""
	line := func(key, value, help string) {
		b.WriteString(key + " = " + value + " # " + help + "\n")
	}
	for _, f := range schema() {
		t, key := f.table()
		if t != table {
			table = t
			b.WriteString("\n[" + t + "]\n")
		}
		line(key, literal(f.at(&s), false), helpWith(f.help, f.choices))
		if f.key != "login.password" {
			continue
		}
		for i := range s.Profiles {
			b.WriteString("\n[[profile]]\n")
			for _, f := range profileSchema() {
				line(f.key, literal(f.at(&s.Profiles[i]), false), helpWith(f.help, f.choices))
			}
		}
	}
	return b.String()
}

// helpWith adds the choices to a line of help.
func helpWith(help string, choices []string) string {
	if choices == nil {
		return help
	}
	return help + ": " + strings.Join(choices, ", ")
}
