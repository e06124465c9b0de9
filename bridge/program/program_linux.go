package program

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// tables are the files in which the kernel lists sockets; the second has those
// that programs opened for IPv6 and use for IPv4.
var tables = [...]string{"/proc/net/tcp", "/proc/net/tcp6"}

func listening(port uint16) Program {
	return first(eachRow(func(r *row) bool { return r.listens(port) }))
}

func holders(wanted map[pair]uint64) map[pair]Program {
	keys := make(map[string]pair, 2*len(wanted))
	for ends := range wanted {
		for _, key := range procKeys(ends) {
			keys[key] = ends
		}
	}
	ends := make(map[string]pair, len(wanted)) // by inode
	found := owners(eachRow(func(r *row) bool {
		p, ok := keys[string(r.ends)]
		if ok {
			ends[string(r.inode)] = p
		}
		return ok
	}))
	programs := make(map[pair]Program, len(found))
	for inode, p := range found {
		programs[ends[inode]] = p
	}
	return programs
}

// eachRow reads the tables once and returns the inodes of the rows that pick
// wants, if they belong to somebody whose programs we may see.
func eachRow(pick func(*row) bool) (inodes map[string]bool) {
	inodes = make(map[string]bool)
	user := strconv.Itoa(os.Geteuid())
	for _, table := range tables {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			if r, ok := parseRow(lines.Bytes()); ok && pick(&r) && (user == "0" || user == string(r.user)) {
				inodes[string(r.inode)] = true
			}
		}
		file.Close()
	}
	return inodes
}

func first(inodes map[string]bool) Program {
	for _, p := range owners(inodes) {
		return p
	}
	return Program{}
}

// owners finds the programs that have the sockets of these inodes open. It comes
// to this process last, which may have the most descriptors of all and hardly ever
// is what somebody looks for.
func owners(inodes map[string]bool) map[string]Program {
	found := make(map[string]Program, len(inodes))
	self := strconv.Itoa(os.Getpid())
	entries, err := os.ReadDir("/proc")
	if err != nil || len(inodes) == 0 {
		return found
	}
	for _, e := range entries {
		if name := e.Name(); '1' <= name[0] && name[0] <= '9' && name != self {
			if owned(name, inodes, found); len(found) == len(inodes) {
				return found
			}
		}
	}
	owned(self, inodes, found)
	return found
}

// owned adds to found what the process pid has of the inodes.
func owned(pid string, inodes map[string]bool, found map[string]Program) {
	dir, err := os.Open("/proc/" + pid + "/fd")
	if err != nil {
		return // gone, or another user's
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	var program Program
	var link [64]byte
	for _, name := range names {
		n, err := unix.Readlinkat(int(dir.Fd()), name, link[:])
		if err != nil {
			continue
		}
		inode, ok := bytes.CutPrefix(link[:n], []byte("socket:["))
		if !ok {
			continue
		}
		inode = inode[:len(inode)-1]
		if !inodes[string(inode)] || found[string(inode)] != (Program{}) {
			continue
		}
		if program.PID == 0 {
			program.PID, _ = strconv.Atoi(pid)
			program.Name = nameOf(pid)
		}
		found[string(inode)] = program
	}
}

// nameOf is what a process calls itself, which the kernel cuts off after 15
// bytes; its file's name then has the rest.
func nameOf(pid string) string {
	const most = 15
	data, _ := os.ReadFile("/proc/" + pid + "/comm")
	name := strings.TrimSpace(string(data))
	if len(name) < most {
		return name
	}
	path, _ := os.Readlink("/proc/" + pid + "/exe")
	if file := filepath.Base(strings.TrimSuffix(path, " (deleted)")); strings.HasPrefix(file, name) {
		return file
	}
	return name
}
