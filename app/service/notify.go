package service

import (
	"net"
	"os"
	"strconv"
	"strings"
)

// A Notifier tells the service manager how far the program is, where that wants to know (sd_notify(3)). The zero value
// tells nobody. What cannot be told is lost: the manager finds out by its own timeouts.
type Notifier struct{ socket string }

// Notify is the notifier of who started this program, and nobody's from then on: the programs that this one starts are
// not to speak for it.
func Notify() Notifier {
	socket := os.Getenv("NOTIFY_SOCKET")
	os.Unsetenv("NOTIFY_SOCKET")
	return Notifier{socket}
}

// Ready says that the program serves. status is a sentence for people; where nobody hears it, it is not asked for, since
// the words of all languages take a megabyte.
func (n Notifier) Ready(status func() string) {
	if n.socket != "" {
		n.send("READY=1", "STATUS="+oneLine(status()))
	}
}

// Reloading says that the program reads its settings again, until Ready.
func (n Notifier) Reloading() {
	n.send("RELOADING=1", "MONOTONIC_USEC="+strconv.FormatInt(monotonic().Microseconds(), 10))
}

// Stopping says that the program is about to end.
func (n Notifier) Stopping() { n.send("STOPPING=1") }

func (n Notifier) send(lines ...string) {
	if n.socket == "" {
		return
	}
	// Package net takes a name that begins with @ for an abstract one, as systemd does.
	conn, err := net.DialUnix("unixgram", nil, &net.UnixAddr{Name: n.socket, Net: "unixgram"})
	if err != nil {
		return
	}
	defer conn.Close()
	_, _ = conn.Write([]byte(strings.Join(lines, "\n")))
}

// oneLine is text without what would end the line that it stands in.
func oneLine(text string) string { return strings.Join(strings.Fields(text), " ") }
