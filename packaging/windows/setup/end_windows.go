package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/drawbridge-app/drawbridge/app/programs"
)

// How long they may take to end when they are asked, and their guards after that.
const (
	patience      = 10 * time.Second
	guardPatience = 10 * time.Second
)

// end ends the programs that run from folder: the icon and the window, or all. First the lease on the system's proxy is
// given back, then who has a window is asked to close it, and who is left is ended. icon reports whether there was one.
func end(folder string, all bool) (icon bool, err error) {
	running, err := from(folder)
	if err != nil {
		return false, err
	}
	asked := chosen(running, all)
	guards := served(running, asked)
	var errs []error
	for _, p := range asked {
		icon = icon || p.is(programs.Tray)
	}
	handles, err := opened(asked)
	errs = append(errs, err)
	waiting, err := opened(guards)
	errs = append(errs, err)
	for _, handle := range handles {
		errs = append(errs, handle.end())
	}
	for _, handle := range waiting {
		handle.wait(guardPatience) // it gives back what its owner could not
		errs = append(errs, handle.kill())
	}
	return icon, errors.Join(errs...)
}

// from lists the processes of programs in folder, but for this one.
func from(folder string) ([]process, error) {
	place, err := os.Stat(folder)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	snapshot, err := windows.CreateToolhelp32Snapshot(windows.TH32CS_SNAPPROCESS, 0)
	if err != nil {
		return nil, fmt.Errorf("list processes: %w", err)
	}
	defer windows.CloseHandle(snapshot)
	var list []process
	entry := windows.ProcessEntry32{Size: uint32(unsafe.Sizeof(windows.ProcessEntry32{}))}
	for err = windows.Process32First(snapshot, &entry); err == nil; err = windows.Process32Next(snapshot, &entry) {
		path, err := image(entry.ProcessID)
		if err != nil || int(entry.ProcessID) == os.Getpid() {
			continue // another user's, or gone
		}
		if dir, err := os.Stat(filepath.Dir(path)); err == nil && os.SameFile(dir, place) {
			list = append(list, process{entry.ProcessID, entry.ParentProcessID, filepath.Base(path)})
		}
	}
	return list, nil
}

// image is the path of a process's program.
func image(id uint32) (string, error) {
	handle, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, id)
	if err != nil {
		return "", err
	}
	defer windows.CloseHandle(handle)
	path := make([]uint16, windows.MAX_LONG_PATH)
	size := uint32(len(path))
	if err := windows.QueryFullProcessImageName(handle, 0, &path[0], &size); err != nil {
		return "", err
	}
	return windows.UTF16ToString(path[:size]), nil
}

// An open process is one that can be waited for, and ended.
type open struct {
	process
	handle windows.Handle
}

// opened are those of list that live. Those that are not ours to end, such as an administrator's, are its error.
func opened(list []process) ([]open, error) {
	var handles []open
	var errs []error
	for _, p := range list {
		const gone = windows.ERROR_INVALID_PARAMETER
		handle, err := windows.OpenProcess(windows.PROCESS_TERMINATE|windows.SYNCHRONIZE, false, p.id)
		switch {
		case err == nil:
			handles = append(handles, open{p, handle})
		case err != gone:
			errs = append(errs, fmt.Errorf("end %s (process %d): %w", p.file, p.id, err))
		}
	}
	return handles, errors.Join(errs...)
}

// end ends a process in order, if it lets us.
func (o open) end() error {
	if o.ask() {
		o.wait(patience)
	}
	return o.kill()
}

// ask has the process give back the system's proxy, as at the end of a session, and closes its windows. It reports
// whether there was one to close.
func (o open) ask() bool {
	const (
		closing    = 0x0010 // WM_CLOSE
		endSession = 0x0016 // WM_ENDSESSION
		unlessHung = 0x0002 // SMTO_ABORTIFHUNG
	)
	told := make(map[string]bool)
	each := func(window windows.HWND, _ uintptr) uintptr {
		const on = 1
		var owner uint32
		if _, err := windows.GetWindowThreadProcessId(window, &owner); err != nil || owner != o.id {
			return on
		}
		name := make([]uint16, 64)
		if _, err := windows.GetClassName(window, &name[0], int32(len(name))); err != nil {
			return on
		}
		switch class := windows.UTF16ToString(name); class {
		case "DrawbridgeSession": // of package systemproxy: it returns when that is done
			user32("SendMessageTimeoutW").Call(uintptr(window), endSession, 1, 0, unlessHung, uintptr(patience.Milliseconds()), 0)
		case "SystrayClass", "GLFW30": // of the icon, and of the window
			user32("PostMessageW").Call(uintptr(window), closing, 0, 0)
			told[class] = true
		}
		return on
	}
	_ = windows.EnumWindows(syscall.NewCallback(each), nil)
	return len(told) > 0
}

// wait waits for the process's end.
func (o open) wait(most time.Duration) {
	_, _ = windows.WaitForSingleObject(o.handle, uint32(most.Milliseconds()))
}

// kill ends the process if it has not ended, and waits until it is gone and its file free.
func (o open) kill() error {
	defer windows.CloseHandle(o.handle)
	if s, err := windows.WaitForSingleObject(o.handle, 0); err == nil && s == windows.WAIT_OBJECT_0 {
		return nil
	}
	err := windows.TerminateProcess(o.handle, 1)
	o.wait(patience)
	if s, waitErr := windows.WaitForSingleObject(o.handle, 0); waitErr == nil && s == windows.WAIT_OBJECT_0 {
		return nil // by itself, or by us
	}
	return fmt.Errorf("end %s (process %d): %w", o.file, o.id, err)
}
