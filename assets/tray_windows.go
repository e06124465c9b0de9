package assets

import "embed"

//go:embed icons/tray/windows
var tray embed.FS

func trayFile(sign Sign, panel string) string {
	return "icons/tray/windows/" + string(sign) + "-" + panel + ".ico"
}
