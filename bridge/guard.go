package bridge

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/http1"
)

// A guard knows who may come in. It compares digests, so that the time it takes
// tells nothing about either text, its length included.
type guard struct{ user, password [sha256.Size]byte }

// newGuard returns nil, which lets everybody in, for the zero Login.
func newGuard(l Login) *guard {
	if l == (Login{}) {
		return nil
	}
	return &guard{sha256.Sum256([]byte(l.User)), sha256.Sum256([]byte(l.Password))}
}

// Admits reports whether user and password are this login.
func (l Login) Admits(user, password string) bool {
	g := newGuard(l)
	return g == nil || g.admits(user, password)
}

func (g *guard) admits(user, password string) bool {
	u, p := sha256.Sum256([]byte(user)), sha256.Sum256([]byte(password))
	return subtle.ConstantTimeCompare(u[:], g.user[:])&subtle.ConstantTimeCompare(p[:], g.password[:]) == 1
}

// check reads the credentials of the Basic scheme (RFC 7617).
func (g *guard) check(req *http1.Request) *failure {
	if g == nil {
		return nil
	}
	f := &failure{status: 407, stage: AtClient, cause: "this bridge asks for a login", token: "http_request_denied",
		next:   "Give the program the user name and password that are set in Drawbridge, as http://USER:PASSWORD@HOST:PORT.",
		fields: "Proxy-Authenticate: Basic realm=\"Drawbridge\", charset=\"UTF-8\"\r\n"}
	scheme, code, _ := strings.Cut(string(req.Get("proxy-authorization")), " ")
	if scheme == "" {
		return f
	}
	f.cause = "the login was not accepted"
	if !strings.EqualFold(scheme, "basic") {
		return f
	}
	pair, err := base64.StdEncoding.DecodeString(strings.TrimSpace(code))
	user, password, ok := strings.Cut(string(pair), ":")
	if err != nil || !ok || !g.admits(user, password) {
		return f
	}
	return nil
}
