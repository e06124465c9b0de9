package assets

import "embed"

//go:embed icons/tray/darwin
var tray embed.FS

func trayFile(sign Sign, _ string) string {
	return "icons/tray/darwin/" + string(sign) + ".png"
}
