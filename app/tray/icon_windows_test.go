package tray

import (
	"strings"
	"testing"
	"unsafe"
)

// With another size, Windows takes less of it, or nothing.
func TestNotifyIconDataIsWindows(t *testing.T) {
	want := uintptr(976)
	if unsafe.Sizeof(uintptr(0)) == 4 {
		want = 956
	}
	if got := unsafe.Sizeof(notifyIconData{}); got != want {
		t.Errorf("it has %d bytes, want %d", got, want)
	}
}

func TestPut(t *testing.T) {
	var data notifyIconData
	put(data.tip[:], strings.Repeat("x", 200))
	if data.tip[126] != 'x' || data.tip[127] != 0 {
		t.Errorf("a long text ends with %v, want an x and a zero", data.tip[126:])
	}
}

func TestTip(t *testing.T) {
	if got := tip("R & D"); got != "R + D" {
		t.Errorf("tip = %q", got)
	}
}
