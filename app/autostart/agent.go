package autostart

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// agentFile is a launch agent's property list (launchd.plist(5)) that starts command. In its settings, macOS shows the
// application of that identifier for it, where there is one.
func agentFile(e Entry, command []string) string {
	var b strings.Builder
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + string(e) + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, a := range command {
		b.WriteString("\t\t<string>")
		_ = xml.EscapeText(&b, []byte(a)) // a Builder takes all
		b.WriteString("</string>\n")
	}
	b.WriteString(`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>AssociatedBundleIdentifiers</key>
	<string>` + string(Program) + `</string>
`)
	if e == Program {
		b.WriteString(`	<key>ProcessType</key>
	<string>Interactive</string>
`)
	}
	b.WriteString("</dict>\n</plist>\n")
	return b.String()
}

// agentEnabled reports whether launchd starts what a file says.
func agentEnabled(text string) bool {
	has := func(key string) bool {
		return regexp.MustCompile(`<key>` + key + `</key>\s*<true\s*/>`).MatchString(text)
	}
	return has("RunAtLoad") && !has("Disabled")
}

// isCopy reports whether a program is one that macOS has made a copy of, for this one run, because the application was
// opened where it was downloaded to ("app translocation").
func isCopy(program string) bool { return strings.Contains(program, "/AppTranslocation/") }

// agentProgram is the program that a file starts, empty if it can't be told.
func agentProgram(text string) string {
	found := regexp.MustCompile(`<key>ProgramArguments</key>\s*<array>\s*(<string>[^<]*</string>)`).FindStringSubmatch(text)
	if found == nil {
		return ""
	}
	var program string
	if err := xml.Unmarshal([]byte(found[1]), &program); err != nil {
		return ""
	}
	return program
}

// agentLost reports whether launchd would start a program that is not there any more.
func agentLost(text string, there func(program string) bool) bool {
	program := agentProgram(text)
	return agentEnabled(text) && program != "" && (isCopy(program) || !there(program))
}
