package programs

import (
	"io"
	"os"

	"golang.org/x/sys/windows"
)

// Voice is where a program says what it says before it ends, whole: an error, its version, its help. That is file, which
// is os.Stdout or os.Stderr. On Windows, a program with windows has neither, unless whoever started it gave them; then it
// is the console that it was started from, or else a box, which waits to be read.
func Voice(file *os.File) io.Writer {
	if _, err := windows.GetFileType(windows.Handle(file.Fd())); err == nil {
		return file
	}
	if file == os.Stderr {
		return box(windows.MB_ICONERROR)
	}
	return box(windows.MB_ICONINFORMATION)
}

// A box says things where there is no file. Its value is the picture in it.
type box uint32

func (b box) Write(text []byte) (int, error) {
	if toConsole(text) == nil {
		return len(text), nil
	}
	body, err := windows.UTF16PtrFromString(string(text))
	if err != nil {
		return 0, err
	}
	title, err := windows.UTF16PtrFromString("Drawbridge")
	if err != nil {
		return 0, err
	}
	if _, err := windows.MessageBox(0, body, title, uint32(b)|windows.MB_SETFOREGROUND); err != nil {
		return 0, err
	}
	return len(text), nil
}

// toConsole writes to the console of whoever started this process. It is not kept, because a program that stays would
// end with it.
func toConsole(text []byte) error {
	const parent = ^uintptr(0) // ATTACH_PARENT_PROCESS
	kernel := windows.NewLazySystemDLL("kernel32.dll")
	switch ok, _, err := kernel.NewProc("AttachConsole").Call(parent); {
	case ok != 0:
		defer kernel.NewProc("FreeConsole").Call()
	case err != windows.ERROR_ACCESS_DENIED: // which says that this process has one
		return err
	}
	console, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		return err
	}
	defer console.Close()
	_, err = console.Write(append([]byte("\n"), text...)) // behind the prompt, which did not wait
	return err
}
