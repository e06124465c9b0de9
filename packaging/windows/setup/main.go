// Setup is what the Windows installer and its uninstaller run of their own, and do not install: what NSIS cannot do well.
//
//	setup end FOLDER          ends the icon and the window that run from the folder
//	setup end-all FOLDER      ends every program that does, such as a bridge in a terminal
//	setup path add FOLDER     puts the folder on the user's PATH
//	setup path remove FOLDER  takes it off
//
// It speaks by its exit code: [exitIcon] says that there was an icon, which the installer then starts again.
package main

import (
	"fmt"
	"os"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2
	exitIcon   = 10
)

func main() {
	code, err := run(os.Args[1:])
	if err != nil {
		fmt.Fprintf(os.Stderr, "setup: %v\n", err)
	}
	os.Exit(code)
}

func run(args []string) (code int, err error) {
	icon := false
	switch {
	case len(args) == 2 && args[0] == "end":
		icon, err = end(args[1], false)
	case len(args) == 2 && args[0] == "end-all":
		icon, err = end(args[1], true)
	case len(args) == 3 && args[0] == "path" && args[1] == "add":
		err = changePath(func(list string) string { return with(list, args[2]) })
	case len(args) == 3 && args[0] == "path" && args[1] == "remove":
		err = changePath(func(list string) string { return without(list, args[2]) })
	default:
		return exitUsage, fmt.Errorf("unknown arguments %q", args)
	}
	switch {
	case err != nil:
		return exitFailed, err
	case icon:
		return exitIcon, nil
	}
	return exitOK, nil
}
