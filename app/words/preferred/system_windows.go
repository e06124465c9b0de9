package preferred

import "golang.org/x/sys/windows"

func preferred() []string {
	tags, _ := windows.GetUserPreferredUILanguages(windows.MUI_LANGUAGE_NAME)
	return tags
}
