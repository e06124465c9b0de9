package tray

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"unicode/utf16"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"
)

// notify shows a balloon at our icon, which Windows shows as a notification.
func (d *desk) notify(_ context.Context, _ notice, title, body string) {
	const (
		hasInfo      = 0x10 // NIF_INFO
		respectQuiet = 0x80 // NIIF_RESPECT_QUIET_TIME
	)
	data := notifyIconData{flags: hasInfo, infoFlags: respectQuiet}
	put(data.info[:], body)
	put(data.infoTitle[:], title)
	if err := data.modify(); err != nil {
		d.tray.log().Debug("notification not shown", "err", err)
	}
}

// setTooltip shows text at the icon. systray names Windows a size of its structure that there is none of, for which it
// shows 63 units of a tooltip (fyne-io/systray#133). It has to know ours all the same, for an Explorer that restarts; so
// what is longer is set again, whole.
func setTooltip(text string) {
	const most, hasTip = 63, 4 // NIF_TIP
	text = tip(text)
	systray.SetTooltip(text)
	if len(utf16.Encode([]rune(text))) <= most {
		return
	}
	data := notifyIconData{flags: hasTip}
	put(data.tip[:], text)
	_ = data.modify() // then it stays cut
}

// tip makes a text one that tooltips show as it is: how many ampersands make one there, 1, 2 or 3, is up to what shows it.
func tip(text string) string { return strings.ReplaceAll(text, "&", "+") }

// notifyIconData is NOTIFYICONDATAW.
type notifyIconData struct {
	size                       uint32
	window                     windows.Handle
	id, flags, callbackMessage uint32
	icon                       windows.Handle
	tip                        [128]uint16
	state, stateMask           uint32
	info                       [256]uint16
	version                    uint32
	infoTitle                  [64]uint16
	infoFlags                  uint32
	guid                       windows.GUID
	balloonIcon                windows.Handle
}

// modify changes of our icon what data's flags say.
func (data *notifyIconData) modify() error {
	const (
		modify = 1   // NIM_MODIFY
		iconID = 100 // systray's
	)
	window, err := iconWindow()
	if err != nil {
		return err
	}
	data.size, data.window, data.id = uint32(unsafe.Sizeof(*data)), window, iconID
	ok, _, err := windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW").Call(modify, uintptr(unsafe.Pointer(data)))
	if ok == 0 {
		return fmt.Errorf("Shell_NotifyIcon: %w", err)
	}
	return nil
}

// put writes text into a field, cut to what fits with a zero at its end.
func put(field []uint16, text string) {
	if u, err := windows.UTF16FromString(text); err == nil {
		copy(field[:len(field)-1], u)
	}
}

// iconWindow finds the hidden window of our own that systray has for its icon.
func iconWindow() (windows.Handle, error) {
	class, err := windows.UTF16PtrFromString("SystrayClass")
	if err != nil {
		return 0, err
	}
	find := windows.NewLazySystemDLL("user32.dll").NewProc("FindWindowExW")
	for after := uintptr(0); ; {
		after, _, _ = find.Call(0, after, uintptr(unsafe.Pointer(class)), 0)
		if after == 0 {
			return 0, errors.New("there is no icon")
		}
		var pid uint32
		if _, err := windows.GetWindowThreadProcessId(windows.HWND(after), &pid); err == nil && int(pid) == os.Getpid() {
			return windows.Handle(after), nil
		}
	}
}
