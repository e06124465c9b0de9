package service

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Home reports whether the service needs to see users' folders, to read any of these files.
func Home(paths ...string) bool {
	for _, path := range paths {
		for _, home := range []string{"/home/", "/root/", "/run/user/"} {
			if strings.HasPrefix(path, home) {
				return true
			}
		}
	}
	return false
}

// Doubts says what speaks against having the machine start the unit, one sentence for each: somebody else could put
// another program in its place, it may be gone tomorrow, or the service cannot read it.
func Doubts(u Unit) []string {
	if runtime.GOOS == "windows" {
		return profiled(os.Getenv("PUBLIC"), u.Program, u.Settings)
	}
	program := u.Program
	return doubts(program, os.TempDir(), func(path string) (fs.FileInfo, error) { return os.Stat(path) })
}

func doubts(program, temp string, stat func(string) (fs.FileInfo, error)) []string {
	var said []string
	for _, dir := range []string{temp, "/tmp", "/var/tmp", "/dev/shm", "/run"} {
		if strings.HasPrefix(program, filepath.Clean(dir)+string(filepath.Separator)) {
			said = append(said, program+" lies in a folder for temporary files, and may be gone after a restart")
			break
		}
	}
	for path := program; ; path = filepath.Dir(path) {
		info, err := stat(path)
		if err == nil {
			if who := writers(info); who != "" {
				return append(said, path+" can be changed by "+who+", and with it what runs as a service of the whole machine; "+
					"install the program where only root writes, such as /usr/local/bin")
			}
		}
		if path == filepath.Dir(path) {
			return said
		}
	}
}

// profiled says which of these paths lie in a user's folder of Windows, where that user alone may read and write. public
// is the folder of all users, which lies beside them.
func profiled(public string, paths ...string) []string {
	at := strings.LastIndexByte(public, '\\')
	if at <= len(`C:`) { // not below a folder of their own
		return nil
	}
	users := public[:at+1]
	var said []string
	for _, path := range paths {
		in := len(path) > len(users) && strings.EqualFold(path[:len(users)], users)
		if in && !(len(path) > len(public) && strings.EqualFold(path[:len(public)+1], public+`\`)) {
			said = append(said, path+" lies in a user's folder, where the service, which runs as LocalService, cannot read it; "+
				`put it where all may read and only administrators write, such as a folder of its own in C:\Program Files`)
		}
	}
	return said
}
