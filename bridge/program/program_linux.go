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
	for _, p := range owners(eachRow(func(r *row) bool { return r.listens(port) }), nil) {
		return p
	}
	return Program{}
}

func holders(wanted map[pair]uint64, likely map[int]bool) map[pair]Program {
	ends := diagnose(wanted, os.Geteuid())
	if len(ends) == 0 {
		ends = search(wanted)
	}
	inodes := make(map[uint32]bool, len(ends))
	for inode := range ends {
		inodes[inode] = true
	}
	programs := make(map[pair]Program, len(ends))
	for inode, p := range owners(inodes, likely) {
		programs[ends[inode]] = p
	}
	return programs
}

// search finds in the tables what diagnose asks for.
func search(wanted map[pair]uint64) map[uint32]pair {
	keys := make(map[string]pair, 2*len(wanted))
	for ends := range wanted {
		for _, key := range procKeys(ends) {
			keys[key] = ends
		}
	}
	found := make(map[uint32]pair)
	eachRow(func(r *row) bool {
		ends, ok := keys[string(r.ends)]
		if ok {
			found[r.inode] = ends
		}
		return ok
	})
	return found
}

// eachRow reads the tables once and returns the inodes of the rows that pick
// wants. Rows of other users, whose programs we may not see, are passed over.
func eachRow(pick func(*row) bool) map[uint32]bool {
	inodes := make(map[uint32]bool)
	user := strconv.Itoa(os.Geteuid())
	for _, table := range tables {
		file, err := os.Open(table)
		if err != nil {
			continue
		}
		lines := bufio.NewScanner(file)
		for lines.Scan() {
			if r, ok := parseRow(lines.Bytes()); ok && (user == "0" || user == string(r.user)) && pick(&r) {
				inodes[r.inode] = true
			}
		}
		file.Close()
	}
	return inodes
}

// owners finds the programs that have the sockets of these inodes open. It looks
// at the likely ones first, and last at this process, which may have the most
// descriptors of all and hardly ever is what somebody looks for.
func owners(inodes map[uint32]bool, likely map[int]bool) map[uint32]Program {
	found := make(map[uint32]Program, len(inodes))
	self := os.Getpid()
	for pid := range likely {
		if pid != self && len(found) < len(inodes) {
			owned(pid, inodes, found)
		}
	}
	if len(found) == len(inodes) {
		return found
	}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil || pid == self || likely[pid] {
			continue
		}
		if owned(pid, inodes, found); len(found) == len(inodes) {
			return found
		}
	}
	owned(self, inodes, found)
	return found
}

// owned adds to found what the process pid has of the inodes.
func owned(pid int, inodes map[uint32]bool, found map[uint32]Program) {
	dir, err := os.Open("/proc/" + strconv.Itoa(pid) + "/fd")
	if err != nil {
		return // gone, or another user's
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	fd := int(dir.Fd())
	program := Program{PID: pid}
	var link [64]byte
	for _, name := range names {
		n, err := unix.Readlinkat(fd, name, link[:])
		if err != nil {
			continue
		}
		inode, ok := socketInode(link[:n])
		if _, known := found[inode]; !ok || known || !inodes[inode] {
			continue
		}
		if program.Name == "" {
			program.Name = nameOf(pid)
		}
		found[inode] = program
	}
}

// socketInode reads socket:[12345].
func socketInode(link []byte) (uint32, bool) {
	link, isSocket := bytes.CutPrefix(link, []byte("socket:["))
	if !isSocket {
		return 0, false
	}
	n, err := strconv.ParseUint(string(bytes.TrimSuffix(link, []byte("]"))), 10, 32)
	return uint32(n), err == nil
}

// nameOf is what a process calls itself, which the kernel cuts off after 15
// bytes; its file's name then has the rest.
func nameOf(pid int) string {
	const most = 15
	of := "/proc/" + strconv.Itoa(pid)
	data, _ := os.ReadFile(of + "/comm")
	name := strings.TrimSpace(string(data))
	if len(name) < most {
		return name
	}
	path, _ := os.Readlink(of + "/exe")
	if file := filepath.Base(strings.TrimSuffix(path, " (deleted)")); strings.HasPrefix(file, name) {
		return file
	}
	return name
}
