//go:build !windows && !darwin

package assets

import "embed"

//go:embed icons/tray/unix
var tray embed.FS

func trayFile(sign Sign, panel string) string {
	return "icons/tray/unix/" + string(sign) + "-" + panel + ".png"
}
