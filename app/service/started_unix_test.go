//go:build unix

package service

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// notified stands in for systemd: it returns the socket, and what comes to it.
func notified(t *testing.T, name string) func() string {
	t.Helper()
	conn, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: name, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	t.Setenv("NOTIFY_SOCKET", name)
	return func() string {
		t.Helper()
		conn.SetReadDeadline(time.Now().Add(20 * time.Second))
		buf := make([]byte, 4096)
		n, err := conn.Read(buf)
		if err != nil {
			t.Fatal(err)
		}
		return string(buf[:n])
	}
}

func TestNotify(t *testing.T) {
	dir, err := os.MkdirTemp("", "db") // a socket's path has to be short
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	names := []string{filepath.Join(dir, "n")}
	if _, err := os.Stat("/proc/self"); err == nil { // Linux has abstract ones
		names = append(names, "@drawbridge-test-"+filepath.Base(dir))
	}
	for _, name := range names {
		heard := notified(t, name)
		n := Notify()
		if got, there := os.LookupEnv("NOTIFY_SOCKET"); there {
			t.Errorf("the programs that this one starts could speak for it, to %s", got)
		}
		n.Ready(func() string { return "On.\nREADY=0" })
		if got, want := heard(), "READY=1\nSTATUS=On. READY=0"; got != want {
			t.Errorf("ready says %q, want %q", got, want)
		}
		n.Reloading()
		var usec int64
		if got := heard(); !strings.HasPrefix(got, "RELOADING=1\nMONOTONIC_USEC=") {
			t.Errorf("reloading says %q", got)
		} else if _, err := fmt.Sscanf(got, "RELOADING=1\nMONOTONIC_USEC=%d", &usec); err != nil || usec > monotonic().Microseconds() {
			t.Errorf("reloading says %q: %v", got, err)
		}
		n.Stopping()
		if got := heard(); got != "STOPPING=1" {
			t.Errorf("stopping says %q", got)
		}
	}
	// Nobody wants to know, or who wanted has gone.
	t.Setenv("NOTIFY_SOCKET", "")
	Notify().Ready(func() string { t.Error("nobody asked for the status"); return "" })
	Notifier{filepath.Join(dir, "gone")}.Ready(func() string { return "On." })
}

// inheritor is set where this test's program is started again, as systemd would start it.
const inheritor = "DRAWBRIDGE_TEST_INHERITS"

// Sockets come as descriptors from 3 on; the process that they are meant for takes those, again and again, and no other
// process does.
func TestInherit(t *testing.T) {
	if os.Getenv(inheritor) != "" {
		inherits(t)
		return
	}
	var files []*os.File
	var addresses []string
	for _, address := range []string{"127.0.0.1:0", "127.0.0.1:0"} {
		l, err := net.Listen("tcp4", address)
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		f, err := l.(*net.TCPListener).File()
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		files, addresses = append(files, f), append(addresses, l.Addr().String())
	}
	none, err := os.Open(os.DevNull)
	if err != nil {
		t.Fatal(err)
	}
	defer none.Close()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	for _, pid := range []string{"$$", "1"} {
		cmd := exec.Command("sh", "-c", `LISTEN_FDS=3 LISTEN_FDNAMES=a:b:c LISTEN_PID=`+pid+` exec "$0" -test.run '^TestInherit$' -test.v`, self)
		cmd.ExtraFiles = append(append([]*os.File{}, files...), none)
		cmd.Env = append(os.Environ(), inheritor+"="+strings.Join(append(addresses, pid), ","))
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "--- PASS: TestInherit") {
			t.Errorf("for process %s: %v\n%s", pid, err, out)
		}
	}
}

var errOtherwise = errors.New("otherwise")

func inherits(t *testing.T) {
	is := strings.Split(os.Getenv(inheritor), ",")
	addresses, pid := is[:2], is[2]
	in, err := Inherit()
	if os.Getenv("LISTEN_FDS") != "" || os.Getenv("LISTEN_PID") != "" {
		t.Error("the programs that this one starts would take them too")
	}
	otherwise := func(string) (*net.TCPListener, error) { return nil, errOtherwise }
	if pid == "1" {
		if _, bound := in.Bind(addresses[0], otherwise); err != nil || len(in.Addresses()) > 0 || !errors.Is(bound, errOtherwise) {
			t.Errorf("took what is another process's: %q, %v", in.Addresses(), err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), "socket 5") {
		t.Errorf("of a file that is no socket it says %v", err)
	}
	if got := in.Addresses(); strings.Join(got, " ") != strings.Join(addresses, " ") {
		t.Errorf("Addresses() = %q, want %q", got, addresses)
	}
	for range 2 { // turned off and on
		l, err := in.Bind(addresses[1], otherwise)
		if err != nil {
			t.Fatal(err)
		}
		client, err := net.Dial("tcp", addresses[1])
		if err != nil {
			t.Fatal(err)
		}
		conn, err := l.Accept()
		if err != nil {
			t.Fatal(err)
		}
		conn.Close()
		client.Close()
		l.Close()
	}
	if _, err := in.Bind("127.0.0.1:1", otherwise); !errors.Is(err, errOtherwise) {
		t.Errorf("an address that is not among them: %v", err)
	}
}

// Lines for the journal carry a priority in front, and neither the time nor the level.
func TestJournalLines(t *testing.T) {
	var b strings.Builder
	format := func(w io.Writer, o *slog.HandlerOptions) slog.Handler { return slog.NewTextHandler(w, o) }
	log := slog.New(journalHandler(&b, slog.LevelDebug, format)).With("a", 1)
	log.Debug("looked")
	log.Info("did", "time", "now")
	log.WithGroup("g").Warn("hm", "level", "two\nlines")
	log.Error("broke")
	want := "<7>msg=looked a=1\n<6>msg=did a=1 time=now\n<4>msg=hm a=1 g.level=\"two\\nlines\"\n<3>msg=broke a=1\n"
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", &b, want)
	}
	b.Reset()
	log = slog.New(journalHandler(&b, slog.LevelWarn, format))
	if log.Info("quiet"); b.Len() > 0 {
		t.Errorf("below its level it says %q", &b)
	}
}
