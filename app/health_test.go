package app_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"runtime"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/settings"
)

// through are settings that go through an upstream.
func through(url string) settings.Settings {
	s := home()
	s.Profiles[0].URL = url
	return s
}

// An upstream that is down shows at once, without a client, and so does that it
// has come back.
func TestHealth(t *testing.T) {
	bridgetest.Leaks(t)
	address := hold(t) // no SOCKS server, and none of its business
	c, _ := newController(t)
	s := through("socks5://" + address)
	s.Timeouts.Handshake = 1e6
	if err := c.Apply(t.Context(), s); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be down", func() bool { return c.State().Upstream.State == app.Down })
	now := c.State()
	p, ok := now.Problem()
	if !ok || p.Code != "upstream.timeout" || p.With["profile"] != "home" || p.With["address"] != address || p.Text == "" {
		t.Errorf("Problem() = %+v, want one of the upstream", p)
	}
	if h := now.Upstream; h.Cause != "timeout" || h.Detail == "" || h.At.IsZero() {
		t.Errorf("Upstream = %+v, want down, by a timeout", h)
	}

	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	if err := c.Apply(t.Context(), through(socks.URL())); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be up", func() bool { return c.State().Upstream.State == app.Up })
	now = c.State()
	if _, ok := now.Problem(); ok || now.Upstream.Greeting <= 0 || now.Upstream.Target != 0 {
		t.Errorf("State() = %+v, want up, and the problem over", now)
	}
	c.Stop()
	if h := c.State().Upstream; h != (app.Health{}) {
		t.Errorf("Upstream = %+v while off, want nothing", h)
	}
}

// Without a client, an endpoint that has come back is found out about.
func TestRecovery(t *testing.T) {
	bridgetest.Leaks(t)
	if testing.Short() {
		t.Skip("takes five seconds")
	}
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{Faults: []bridgetest.Fault{bridgetest.Close(bridgetest.AtGreeting).On(1)}})
	c, _ := newController(t)
	if err := c.Apply(t.Context(), through(socks.URL())); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the upstream to be down", func() bool { return c.State().Upstream.State == app.Down })
	bridgetest.Eventually(t, "the upstream to be up", func() bool { return c.State().Upstream.State == app.Up })
	if p, ok := c.State().Problem(); ok || len(c.State().Problems) != 1 {
		t.Errorf("Problem() = %+v, want it over", p)
	}
}

func TestTraffic(t *testing.T) {
	bridgetest.Leaks(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{})
	origin := bridgetest.StartOrigin(t, func(conn net.Conn) { io.Copy(conn, conn) })
	c, _ := newController(t)
	if err := c.Apply(t.Context(), through(socks.URL())); err != nil {
		t.Fatal(err)
	}
	target := "127.0.0.1:" + origin.Port()
	client := connect(t, c.State().Listen[0], target)
	if _, err := fmt.Fprint(client, "hello"); err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadFull(client, make([]byte, 5)); err != nil {
		t.Fatal(err)
	}
	bridgetest.Eventually(t, "the traffic to show", func() bool {
		now := c.State()
		return now.Traffic.Tunnels == 1 && now.Traffic.Down > 0 && now.Traffic.Up > 0 && now.Upstream.Target > 0
	})
	list, err := c.Connections(t.Context())
	if err != nil || len(list) != 1 || list[0].Target != target || list[0].Kind != "connect" || list[0].Via != "home" || !list[0].Ended.IsZero() {
		t.Fatalf("Connections = %+v, %v, want one", list, err)
	}
	samples, err := c.History(t.Context())
	if err != nil || len(samples) == 0 {
		t.Fatalf("History = %v, %v, want some", samples, err)
	}
	sum := app.Sample{}
	for _, s := range samples {
		sum.Up, sum.Down = sum.Up+s.Up, sum.Down+s.Down
	}
	if sum.Up <= 0 || sum.Down <= 0 {
		t.Errorf("History = %v, want something in it", samples)
	}
	do(t, c, app.Intent{Verb: app.Close, Connections: []uint64{list[0].ID + 1}})
	do(t, c, app.Intent{Verb: app.Close, Connections: []uint64{list[0].ID}})
	if _, err := client.Read(make([]byte, 1)); err == nil {
		t.Error("the connection lives on after Close")
	}
	var ended []app.Connection
	bridgetest.Eventually(t, "the connection to have ended", func() bool {
		ended, err = c.Connections(t.Context())
		return err == nil && len(ended) == 1 && !ended[0].Ended.IsZero()
	})
	if e := ended[0]; e.ID != list[0].ID || e.End != "cut" || e.Route != "upstream" || e.PID != list[0].PID {
		t.Errorf("Connections = %+v, want the one, cut", ended)
	}
	if runtime.GOOS == "linux" && list[0].PID != os.Getpid() {
		t.Errorf("the client's program is %q, %d; want this one", list[0].Program, list[0].PID)
	}
	c.Stop()
	do(t, c, app.Intent{Verb: app.Close})
	if list, err := c.Connections(t.Context()); err != nil || list == nil || len(list) != 0 || c.State().Traffic != (app.Traffic{}) {
		t.Errorf("Connections = %v, %v, Traffic %+v while off, want none", list, err, c.State().Traffic)
	}
}

// connect opens a tunnel for the length of a test.
func connect(t *testing.T, proxy, target string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", proxy)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	fmt.Fprintf(conn, "CONNECT %s HTTP/1.1\r\nHost: %[1]s\r\n\r\n", target)
	r := bufio.NewReader(conn)
	for {
		line, err := r.ReadString('\n')
		if err != nil {
			t.Fatal(err)
		}
		if line == "\r\n" {
			return conn
		}
		if strings.HasPrefix(line, "HTTP/") && !strings.Contains(line, " 200 ") {
			t.Fatalf("CONNECT is answered %s", line)
		}
	}
}

func TestCheckOfAProfileThatIsNotSaved(t *testing.T) {
	bridgetest.Leaks(t)
	socks := bridgetest.StartSOCKS(t, bridgetest.SOCKS{User: "anna", Password: "secret"})
	origin := bridgetest.StartScript(t, bridgetest.Script{bridgetest.Head(), bridgetest.Send("HTTP/1.1 204 No Content\r\n\r\n")})
	c, _ := newController(t)
	s := home()
	s.Profiles[0].User, s.Profiles[0].Password = "anna", "secret"
	if err := c.Adopt(t.Context(), s); err != nil || c.State().On {
		t.Fatalf("Adopt = %v, want nil, and off", err)
	}
	edited := s.Profiles[0]
	edited.Name, edited.URL, edited.Password = "new", socks.URL(), "***"
	if strings.Contains(edited.URL, "@") {
		edited.URL = "socks5://" + socks.Addr
	}
	want := app.CheckRequest{URL: "http://" + origin.Addr + "/", Profile: &edited, Stored: "home"}
	if got, err := c.Check(t.Context(), want); err != nil || got.Failed != "" || got.Profile != "new" || got.Method != "password" {
		t.Errorf("Check = %+v, %v, want all well", got, err)
	}
	want.Stored = "" // there is no password of "new"
	if got, err := c.Check(t.Context(), want); err != nil || got.Failed == "" {
		t.Errorf("Check = %+v, %v, want it to fail", got, err)
	}
	if _, err := c.Check(t.Context(), app.CheckRequest{URL: "ftp://x"}); err == nil {
		t.Error("Check of ftp://x = nil, want an error")
	}
}
