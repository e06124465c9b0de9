package tray

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// system needs nothing to be kept.
type system struct{}

// escape makes a title one that the menu shows as it is: an ampersand would mark the next letter.
func escape(title string) string { return strings.ReplaceAll(title, "&", "&&") }

// thread is one that serves windows.
type thread uint32

func mainThread() thread { return thread(windows.GetCurrentThreadId()) }

// end ends the thread's loop where there is no icon whose end would.
func (t thread) end() {
	const quit = 0x0012 // WM_QUIT
	windows.NewLazySystemDLL("user32.dll").NewProc("PostThreadMessageW").Call(uintptr(t), quit, 0, 0)
}

// follow keeps to the taskbar's colour.
func (d *desk) follow(ctx context.Context) {
	const path = `Software\Microsoft\Windows\CurrentVersion\Themes\Personalize`
	key, err := registry.OpenKey(registry.CURRENT_USER, path, registry.QUERY_VALUE|registry.NOTIFY)
	if err != nil {
		return // a Windows before this setting: its taskbar is dark
	}
	d.panel = taskbar(key)
	changed, err := windows.CreateEvent(nil, 0, 0, nil)
	if err != nil {
		key.Close()
		return
	}
	ended, err := windows.CreateEvent(nil, 1, 0, nil)
	if err != nil {
		key.Close()
		windows.CloseHandle(changed)
		return
	}
	d.background.Go(func() {
		defer key.Close()
		defer windows.CloseHandle(changed)
		defer windows.CloseHandle(ended)
		waited := make(chan struct{})
		stop := context.AfterFunc(ctx, func() { windows.SetEvent(ended); close(waited) })
		defer func() {
			if !stop() {
				<-waited // it uses ended
			}
		}()
		for ctx.Err() == nil {
			if windows.RegNotifyChangeKeyValue(windows.Handle(key), false, windows.REG_NOTIFY_CHANGE_LAST_SET, changed, true) != nil {
				return
			}
			p := taskbar(key)
			d.post(ctx, func() { d.panel = p })
			if _, err := windows.WaitForMultipleObjects([]windows.Handle{changed, ended}, false, windows.INFINITE); err != nil {
				return
			}
		}
	})
}

// taskbar is the colour that the user's setting gives it.
func taskbar(key registry.Key) panel {
	light, _, err := key.GetIntegerValue("SystemUsesLightTheme")
	return panel(err == nil && light != 0)
}

// notify shows a balloon at our icon, which Windows shows as a notification.
func (d *desk) notify(_ context.Context, _ notice, title, body string) {
	if err := balloon(title, body); err != nil {
		d.tray.log().Debug("notification not shown", "err", err)
	}
}

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

func balloon(title, body string) error {
	const (
		modify       = 1    // NIM_MODIFY
		hasInfo      = 0x10 // NIF_INFO
		respectQuiet = 0x80 // NIIF_RESPECT_QUIET_TIME
		iconID       = 100  // systray's
	)
	window, err := iconWindow()
	if err != nil {
		return err
	}
	data := notifyIconData{window: window, id: iconID, flags: hasInfo, infoFlags: respectQuiet}
	data.size = uint32(unsafe.Sizeof(data))
	put(data.info[:], body)
	put(data.infoTitle[:], title)
	ok, _, err := windows.NewLazySystemDLL("shell32.dll").NewProc("Shell_NotifyIconW").Call(modify, uintptr(unsafe.Pointer(&data)))
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

// quiet keeps a program from flashing up a console.
func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}

func systemCopier() copier { return copier{"clip.exe"} }
