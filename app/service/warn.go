package service

import (
	"io/fs"
	"os"
	"path/filepath"
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

// Doubts says what speaks against having the machine start program, one sentence for each: somebody else could put
// another one in its place, or it may be gone tomorrow.
func Doubts(program string) []string {
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
