package service

import (
	"encoding/xml"
	"path"
	"strings"
)

// launchdList is the property list of a launch agent or daemon (launchd.plist(5)). It is started again when it has
// failed, not when somebody has ended it.
func launchdList(u Unit, logs string) string {
	var b strings.Builder
	text := func(indent, s string) {
		b.WriteString(indent + "<string>")
		_ = xml.EscapeText(&b, []byte(s)) // a Builder takes all
		b.WriteString("</string>\n")
	}
	b.WriteString(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>Label</key>
	<string>` + agent + `</string>
	<key>ProgramArguments</key>
	<array>
`)
	for _, word := range append([]string{u.Program}, u.Arguments()...) {
		text("\t\t", word)
	}
	b.WriteString(`	</array>
	<key>RunAtLoad</key>
	<true/>
	<key>KeepAlive</key>
	<dict>
		<key>SuccessfulExit</key>
		<false/>
	</dict>
	<key>ExitTimeOut</key>
	<integer>20</integer>
	<key>StandardErrorPath</key>
`)
	log := path.Join(logs, "drawbridge.log")
	text("\t", log)
	b.WriteString("\t<key>StandardOutPath</key>\n")
	text("\t", log)
	b.WriteString("</dict>\n</plist>\n")
	return b.String()
}
