package bridge

import (
	"fmt"
	"html"
	"strconv"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// statusText holds the reason phrases of the answers that we give ourselves.
var statusText = map[int]string{
	200: "OK",
	304: "Not Modified",
	400: "Bad Request",
	403: "Forbidden",
	404: "Not Found",
	405: "Method Not Allowed",
	407: "Proxy Authentication Required",
	408: "Request Timeout",
	431: "Request Header Fields Too Large",
	501: "Not Implemented",
	502: "Bad Gateway",
	503: "Service Unavailable",
	504: "Gateway Timeout",
	505: "HTTP Version Not Supported",
	508: "Loop Detected",
}

// An answer is a response of our own.
type answer struct {
	status int
	kind   string // media type
	fields string // further header fields, each with CRLF
	body   string
	stored bool // it may be, by clients who ask every time whether it changed
}

// append renders the answer. A request by HEAD gets no body, but its length.
func (a answer) append(out []byte, head, close bool) []byte {
	out = fmt.Appendf(out, "HTTP/1.1 %d %s\r\n", a.status, statusText[a.status])
	if a.kind != "" {
		out = append(out, "Content-Type: "+a.kind+"\r\n"...)
	}
	out = append(out, "Content-Length: "...)
	out = strconv.AppendInt(out, int64(len(a.body)), 10)
	if a.stored {
		out = append(out, "\r\nCache-Control: no-cache\r\n"...)
	} else {
		out = append(out, "\r\nCache-Control: no-store\r\n"...)
	}
	out = append(out, a.fields...)
	if close {
		out = append(out, "Connection: close\r\n"...)
	}
	out = append(out, "\r\n"...)
	if !head {
		out = append(out, a.body...)
	}
	return out
}

// page is the answer that explains a failure: HTML to those who ask for it,
// which is browsers, and plain text to all others. The target may be unknown.
func (f *failure) page(asHTML bool, target string) answer {
	a := answer{status: f.status, kind: "text/plain; charset=utf-8",
		fields: "Proxy-Status: " + f.proxyStatus() + "\r\n" + f.fields}
	title := fmt.Sprintf("%d %s", f.status, statusText[f.status])
	rows := rows{{"Target", target}, {"Stage", string(f.stage)}, {"Cause", f.cause}, {"Next", f.next}}
	if !asHTML {
		a.body = "Drawbridge: " + title + "\n\n" + rows.text()
		return a
	}
	a.kind = "text/html; charset=utf-8"
	a.body = htmlPage(title, deckBroken, "<h1>"+title+"</h1>\n"+rows.html())
	return a
}

// rows are what a page lists; those without a value are left out.
type rows [][2]string

func (rs rows) text() string {
	var b strings.Builder
	for _, r := range rs {
		if r[1] != "" {
			fmt.Fprintf(&b, "%s: %s\n", r[0], r[1])
		}
	}
	return b.String()
}

func (rs rows) html() string {
	var b strings.Builder
	b.WriteString("<dl>")
	for _, r := range rs {
		if r[1] != "" {
			fmt.Fprintf(&b, "<dt>%s</dt><dd>%s</dd>", html.EscapeString(r[0]), html.EscapeString(r[1]))
		}
	}
	b.WriteString("</dl>\n")
	return b.String()
}

func wantsHTML(req *http1.Request) bool {
	for e := range req.All("accept") {
		kind, _, _ := strings.Cut(string(e), ";")
		if strings.EqualFold(strings.TrimSpace(kind), "text/html") {
			return true
		}
	}
	return false
}

// proxyStatus is the member of RFC 9209 that tells programs what the page tells
// people.
func (f *failure) proxyStatus() string {
	s := "drawbridge; error=" + f.token
	if f.hop != "" {
		s += "; next-hop=" + sfString(f.hop)
	}
	return s + "; details=" + sfString(string(f.stage)+": "+f.cause)
}

// sfString quotes a String of RFC 8941 §3.3.3, which holds only ASCII.
func sfString(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 0x7f:
			b.WriteRune(r)
		default:
			b.WriteByte('?')
		}
	}
	b.WriteByte('"')
	return b.String()
}

// The sign: two towers, and a deck between them that is level while traffic
// crosses, and broken off before the second tower when it does not arrive.
const (
	deckLevel  = "M2 22H62"
	deckBroken = "M2 22H40M54 22H62"
)

// htmlPage is the frame of every page that we show, light and dark. It loads
// nothing.
func htmlPage(title, deck, body string) string {
	return `<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>` + title + ` - Drawbridge</title>
<style>
:root { color-scheme: light dark; --bg: #F7F7F4; --surface: #FFFFFF; --line: #DAD9D2; --ink: #1B2329; --muted: #566069; --accent: #0B6E79 }
@media (prefers-color-scheme: dark) { :root { --bg: #12171B; --surface: #1A2126; --line: #2E383F; --ink: #E8ECEE; --muted: #9BA8B0; --accent: #4CC3CC } }
body { margin: 0; background: var(--bg); color: var(--ink); font: 14px/1.5 system-ui, sans-serif }
main { max-width: 640px; margin: 48px auto 16px; padding: 24px; background: var(--surface); border: 1px solid var(--line) }
svg { display: block; width: 64px; height: 32px; margin: 0 0 16px; fill: none; stroke: var(--accent); stroke-width: 3; stroke-linecap: round }
h1 { margin: 0 0 16px; font-size: 20px; font-weight: 600 }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 8px 16px; margin: 0 }
dt { color: var(--muted) } dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums }
footer { max-width: 640px; margin: 0 auto; padding: 0 24px; color: var(--muted); font-size: 12px }
</style>
<main>
<svg viewBox="0 0 64 32" aria-hidden="true"><path d="M14 6V30M50 6V30` + deck + `"/></svg>
` + body + `</main>
<footer>Drawbridge</footer>
</html>
`
}
