package update

import (
	"fmt"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// setupFolder is where our installer says that it has put the programs; empty: it has not been here.
func setupFolder() string {
	const uninstall = `Software\Microsoft\Windows\CurrentVersion\Uninstall\Drawbridge`
	key, err := registry.OpenKey(registry.CURRENT_USER, uninstall, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	folder, _, err := key.GetStringValue("InstallLocation")
	if err != nil {
		return ""
	}
	return folder
}

func systemVersion() string {
	v := windows.RtlGetVersion()
	return fmt.Sprintf("%d.%d.%d", v.MajorVersion, v.MinorVersion, v.BuildNumber)
}
