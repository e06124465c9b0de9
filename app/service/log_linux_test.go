package service

import (
	"fmt"
	"os"
	"testing"

	"golang.org/x/sys/unix"
)

// What comes into the journal is told by the stream's device and inode: a file that standard error was sent to does not.
func TestToJournal(t *testing.T) {
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	defer w.Close()
	var is unix.Stat_t
	if err := unix.Fstat(int(w.Fd()), &is); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		stream string
		want   bool
	}{
		{fmt.Sprintf("%d:%d", is.Dev, is.Ino), true},
		{fmt.Sprintf("%d:%d", is.Dev, is.Ino+1), false},
		{fmt.Sprintf("%d:%d", is.Dev+1, is.Ino), false},
		{"", false},
		{"nonsense", false},
	} {
		t.Setenv("JOURNAL_STREAM", tt.stream)
		if got := toJournal(w); got != tt.want {
			t.Errorf("toJournal with %q = %t", tt.stream, got)
		}
	}
}
