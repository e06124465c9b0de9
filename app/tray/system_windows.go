package tray

import (
	"context"
	"os/exec"
	"strings"
	"syscall"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// system needs nothing to be kept.
type system struct{}

// escape makes a title one that the menu shows as it is: an ampersand would mark the next letter.
func escape(title string) string { return strings.ReplaceAll(title, "&", "&&") }

// scale takes the screen's scale upon us: otherwise Windows draws icon and menu small, and stretches them.
func scale() { windows.NewLazySystemDLL("user32.dll").NewProc("SetProcessDPIAware").Call() }

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

// quiet keeps a program from flashing up a console.
func quiet(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}

func systemCopier() copier { return copier{"clip.exe"} }
