package service

import (
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Log returns the handler for where the service manager wants the log: systemd's journal, where that reads what comes out
// of stderr. w writes there, too. Nil: the manager has no wishes.
func Log(stderr *os.File, w io.Writer, level slog.Leveler, format Format) slog.Handler {
	if !toJournal(stderr) {
		return nil
	}
	return journalHandler(w, level, format)
}

// toJournal reports whether what is written to f comes into the journal (systemd.exec(5), $JOURNAL_STREAM).
func toJournal(f *os.File) bool {
	before, behind, _ := strings.Cut(os.Getenv("JOURNAL_STREAM"), ":")
	device, err := strconv.ParseUint(before, 10, 64)
	if err != nil {
		return false
	}
	inode, err := strconv.ParseUint(behind, 10, 64)
	if err != nil {
		return false
	}
	info, err := f.Stat()
	if err != nil {
		return false
	}
	var is unix.Stat_t
	raw, err := f.SyscallConn()
	if err != nil || info.Mode().IsRegular() {
		return false
	}
	var failed error
	if err := raw.Control(func(fd uintptr) { failed = unix.Fstat(int(fd), &is) }); err != nil || failed != nil {
		return false
	}
	return uint64(is.Dev) == device && is.Ino == inode
}

// Output returns out: what a service prints goes into its log here.
func Output(out io.Writer) io.Writer { return out }
