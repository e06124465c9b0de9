package main

import (
	"errors"
	"fmt"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// changePath changes the user's own PATH, whatever its length (NSIS would cut it at 1,024 characters), and keeps its kind:
// one that expands what stands between percent signs, or one that does not.
func changePath(change func(string) string) error {
	const name = "Path"
	key, _, err := registry.CreateKey(registry.CURRENT_USER, "Environment", registry.QUERY_VALUE|registry.SET_VALUE)
	if err != nil {
		return fmt.Errorf("change PATH: %w", err)
	}
	defer key.Close()
	was, kind, err := key.GetStringValue(name)
	if err != nil && !errors.Is(err, registry.ErrNotExist) {
		return fmt.Errorf("change PATH: %w", err)
	}
	now := change(was)
	switch {
	case now == was:
		return nil
	case now == "":
		err = key.DeleteValue(name)
	case kind == registry.SZ:
		err = key.SetStringValue(name, now)
	default:
		err = key.SetExpandStringValue(name, now)
	}
	if err != nil {
		return fmt.Errorf("change PATH: %w", err)
	}
	return announce("Environment")
}

// announce tells the programs that run, such as the Explorer, that a part of the settings has changed.
func announce(part string) error {
	const (
		everybody      = 0xffff // HWND_BROADCAST
		settingChange  = 0x001a // WM_SETTINGCHANGE
		unlessHung     = 0x0002 // SMTO_ABORTIFHUNG
		patienceMillis = 1000   // with each
	)
	text, err := windows.UTF16PtrFromString(part)
	if err != nil {
		return err
	}
	user32("SendMessageTimeoutW").Call(everybody, settingChange, 0, uintptr(unsafe.Pointer(text)), unlessHung, patienceMillis, 0)
	return nil
}

func user32(name string) *windows.LazyProc {
	return windows.NewLazySystemDLL("user32.dll").NewProc(name)
}
