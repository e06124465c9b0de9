package autostart

import (
	"encoding/xml"
	"regexp"
	"strings"
)

// agentFile is a launch agent's property list (launchd.plist(5)) that starts command.
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
