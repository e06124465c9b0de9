package window

import "testing"

func TestSettingsPictures(t *testing.T) {
	s := on()
	see(t, "settings", "settings", &owner{}, s, nil)
	end := func(w *Window) {
		p := w.current().(*settingsPage)
		w.fyne.Canvas().Focus(p.find("desktop.language").widget)
	}
	see(t, "settings-end", "settings", &owner{}, s, end)
	see(t, "settings-proxy", "settings", &owner{}, s, func(w *Window) {
		w.openSetting("system_proxy")
		w.fyne.Canvas().Focused().(*inputSelect).SetSelected("PAC file")
	})
	wrong := func(w *Window) {
		retype(w, "listen", "127.0.0.1:1095, localhost:1096")
		retype(w, "timeouts.dial", "10")
		retype(w, "login.user", "anna")
	}
	see(t, "settings-wrong", "settings", &owner{}, s, wrong)
	s.Settings.Desktop.TextSize = "larger"
	see(t, "settings-larger", "settings", &owner{}, s, nil)
	s.Settings.Desktop.TextSize, s.Settings.Desktop.Language = "normal", "zh-Hans"
	see(t, "settings-chinese", "settings", &owner{}, s, wrong)
}
