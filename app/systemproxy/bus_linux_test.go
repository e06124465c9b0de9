package systemproxy

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"

	"github.com/drawbridge-app/drawbridge/app/tray/traytest"
)

// What a real bus passes on is what was sent, and it is there when emit returns.
func TestBusSignal(t *testing.T) {
	bus := traytest.NewBus(t)
	if err := bus.AddMatchSignal(dbus.WithMatchInterface("org.example.Scope")); err != nil {
		t.Fatal(err)
	}
	signals := make(chan *dbus.Signal, 9)
	bus.Signal(signals)
	for _, text := range []string{"", "a", "four", "Zugbrücke"} {
		s := busSignal{path: "/org/example", scope: "org.example.Scope", member: "Done", text: text}
		ctx, cancel := context.WithTimeout(t.Context(), traytest.Patience)
		if err := s.emit(ctx, "tcp:host=localhost,port=1;"+bus.Address); err != nil {
			t.Fatalf("emit(%q): %v", text, err)
		}
		cancel()
		for got := range signals {
			if got.Name != "org.example.Scope.Done" { // such as of names on the bus
				continue
			}
			if got.Path != "/org/example" || len(got.Body) != 1 || got.Body[0] != text {
				t.Errorf("heard %s %s %q, want %q", got.Path, got.Name, got.Body, text)
			}
			break
		}
	}
}

// Neither a bus that is not there, nor one that says nothing or nonsense, holds anybody up for longer than ctx.
func TestBusSignalUnheard(t *testing.T) {
	for name, answer := range map[string]string{
		"silent":        "",
		"refused":       "REJECTED EXTERNAL\r\n",
		"silent later":  "OK 1234\r\n",
		"no D-Bus":      "OK 1234\r\nHTTP/1.1 400 Bad Request\r\n\r\n",
		"refused later": "OK 1234\r\nl\x03\x01\x01\x00\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bus")
			l, err := net.Listen("unix", path)
			if err != nil {
				t.Fatal(err)
			}
			go func() {
				if conn, err := l.Accept(); err == nil {
					defer conn.Close()
					conn.Write([]byte(answer))
					conn.Read(make([]byte, 1<<10))
					<-t.Context().Done()
				}
			}()
			defer l.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
			defer cancel()
			if err := (busSignal{path: "/", scope: "org.example.Scope", member: "Done"}).emit(ctx, "unix:path="+path); err == nil {
				t.Error("emit = nil, and nobody has heard it")
			}
		})
	}
	if err := (busSignal{}).emit(t.Context(), "unix:path="+filepath.Join(t.TempDir(), "none")); err == nil {
		t.Error("emit where nobody listens = nil")
	}
}

func TestBusSocket(t *testing.T) {
	for address, want := range map[string]string{
		"":                                     "",
		"unix:path=/run/user/1/b":              "/run/user/1/b",
		"unix:guid=7,path=/a%20b%2c%25,x=y":    "/a b,%",
		"unix:abstract=/tmp/dbus-x,guid=7":     "@/tmp/dbus-x",
		"unix:runtime=yes;unix:path=/b":        "/b",
		"unix:path=%zz;tcp:host=h;unix:path=c": "c",
		"tcp:host=localhost,port=7":            "",
		"unixexec:path=/bin/true":              "",
	} {
		if got := busSocket(address); got != want {
			t.Errorf("busSocket(%q) = %q, want %q", address, got, want)
		}
	}
}
