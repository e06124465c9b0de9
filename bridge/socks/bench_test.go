package socks_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/socks"
)

// BenchmarkDialContext measures whole dials against an endpoint in the same
// process, beside a TCP connection alone.
func BenchmarkDialContext(b *testing.B) {
	reply := []byte("\x05\x00\x05\x00\x00\x01\x00\x00\x00\x00\x00\x00")
	// An endpoint that costs as little as possible: it agrees to everything.
	endpoint := bridgetest.StartOrigin(b, func(conn net.Conn) {
		in := make([]byte, 512)
		for sent := 0; sent < len(reply); {
			n, err := conn.Read(in)
			if err != nil {
				return
			}
			if n > 3 { // the request came
				conn.Write(reply[sent:])
				sent = len(reply)
			} else {
				conn.Write(reply[:2])
				sent = 2
			}
		}
		io.Copy(io.Discard, conn)
	})
	b.Run("connect only", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			conn, err := net.Dial("tcp", endpoint.Addr)
			if err != nil {
				b.Fatal(err)
			}
			conn.(*net.TCPConn).SetLinger(0)
			conn.Close()
		}
	})
	for _, flight := range []socks.OneFlight{socks.FlightYes, socks.FlightNo} {
		b.Run(fmt.Sprintf("one flight %v", flight), func(b *testing.B) {
			d := &socks.Dialer{Address: endpoint.Addr, OneFlight: flight}
			defer d.Close()
			b.ReportAllocs()
			for b.Loop() {
				conn, err := d.DialContext(context.Background(), "tcp", "site.test:443")
				if err != nil {
					b.Fatal(err)
				}
				conn.(*net.TCPConn).SetLinger(0)
				conn.Close()
			}
		})
	}
}
