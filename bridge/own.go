package bridge

import (
	"fmt"
	"html"
	"net"
	"net/netip"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

const allow = "Allow: GET, HEAD, OPTIONS, CONNECT\r\n"

// own answers a request that is for the bridge itself. All that it serves is
// one page about itself, and its PAC text to those who know where; and that only under a host that no name server can
// make up, so that a page from elsewhere cannot read it by pointing a name of
// its own at this machine (DNS rebinding).
func (c *client) own(t http1.Target, n int) bool {
	req := &c.req
	method := string(req.Method)
	switch {
	case !ownHost(req.Host):
		return c.refuse(&failure{status: 403, stage: AtClient, token: "http_request_denied",
			cause: "a request for " + http1.Quote(req.Host) + " that is not addressed to a proxy",
			next:  "Set this address as the program's HTTP proxy; Drawbridge does not intercept connections."}, n)
	case method == "OPTIONS":
		return c.answer(answer{status: 200, fields: allow}, false, c.keeps(), n)
	case c.plan.servesPAC(t.Path) && (method == "GET" || method == "HEAD"):
		return c.pac(method == "HEAD", n)
	case string(t.Path) != "/" && !c.plan.servesPAC(t.Path):
		return c.answer(c.note(404, "There is only one page here: /", ""), method == "HEAD", c.keeps(), n)
	case method != "GET" && method != "HEAD":
		return c.answer(c.note(405, "This can only be read.", allow), false, c.keeps(), n)
	}
	return c.answer(c.statusPage(), method == "HEAD", c.keeps(), n)
}

// keeps reports whether the connection can go on after an answer of our own: it
// cannot when a body follows that nobody reads.
func (c *client) keeps() bool {
	return c.req.Persistent() && c.req.Framing().Kind == http1.NoBody
}

// ownHost reports whether a Host field names this machine by an address or as
// localhost.
func ownHost(host []byte) bool {
	name := string(host)
	if h, _, err := net.SplitHostPort(name); err == nil {
		name = h
	}
	name = strings.Trim(name, "[]")
	if strings.EqualFold(name, "localhost") {
		return true
	}
	_, err := netip.ParseAddr(name)
	return err == nil
}

func (c *client) note(status int, text, fields string) answer {
	return answer{status: status, kind: "text/plain; charset=utf-8", fields: fields, body: "Drawbridge: " + text + "\n"}
}

// statusPage shows a visitor that the bridge is there, and how to use it.
func (c *client) statusPage() answer {
	u := c.plan.upstream
	s := c.bridge.Stats()
	address := c.conn.LocalAddr().String()
	state := "On. Traffic crosses through " + u.Name() + "."
	next, deck := "", deckLevel
	if h := u.Health(); !h.OK() {
		deck = deckBroken
		state = "On, but " + u.Name() + " does not answer."
		next = reason(h.LastError)
	} else if u.Direct() {
		state = "On. Traffic goes directly: the built-in endpoint is in use."
	}
	rows := rows{
		{"Listens on", address}, {"Upstream", u.String()}, {"Last problem", next},
		{"Open", counted(s.Clients, "connection") + ", " + counted(s.Tunnels, "tunnel")},
		{"Moved", fmt.Sprintf("%s up, %s down", bytesText(s.Up), bytesText(s.Down))},
		{"In a terminal", "curl -x http://" + address + " http://example.com/"},
	}
	if !wantsHTML(&c.req) {
		return answer{status: 200, kind: "text/plain; charset=utf-8", body: "Drawbridge\n" + state + "\n\n" + rows.text()}
	}
	return answer{status: 200, kind: "text/html; charset=utf-8",
		body:   htmlPage("On", deck, "<h1>"+html.EscapeString(state)+"</h1>\n"+rows.html()),
		fields: "X-Frame-Options: DENY\r\nReferrer-Policy: no-referrer\r\n"}
}

func counted(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func bytesText(n int64) string {
	f, unit := float64(n), 0
	units := [...]string{"B", "kB", "MB", "GB", "TB"}
	for f >= 1000 && unit < len(units)-1 {
		f /= 1000
		unit++
	}
	if unit == 0 {
		return fmt.Sprintf("%d B", n)
	}
	return fmt.Sprintf("%.1f %s", f, units[unit])
}
