package bridgetest

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// Proxy describes an HTTP proxy that knows CONNECT alone. The zero value is a
// well-behaved one that knows no names.
type Proxy struct {
	// Names maps "site.test:443" or "site.test" (any port) to the address that is
	// really connected to. Other names get 502; IP addresses are connected to as
	// they are.
	Names map[string]string

	// Authorization is the value of Proxy-Authorization without which there is
	// 407; empty: none is asked for.
	Authorization string
	// Offers is what Proxy-Authenticate says then; empty: Basic.
	Offers string

	// Answer is said in the place of everything else, as it stands; empty: nothing.
	Answer string
	// Early is said in one segment with the answer that a target is reached.
	Early string

	// Secure makes it speak TLS, with a certificate for 127.0.0.1 that Roots has.
	Secure bool
}

// ProxyServer is a running Proxy.
type ProxyServer struct {
	Addr  string
	Roots *x509.CertPool // nil unless it is Secure

	script Proxy
	server *server
	secure *tls.Config

	mu      sync.Mutex
	targets []string
}

// StartProxy starts an HTTP proxy, which ends with the test.
func StartProxy(t testing.TB, script Proxy) *ProxyServer {
	t.Helper()
	listening := mustListen(t)
	p := &ProxyServer{Addr: listening.addr(), script: script, server: listening}
	if script.Secure {
		p.certify(t)
	}
	listening.start(p.serve)
	return p
}

// Targets returns the requests so far, host:port as they were received.
func (p *ProxyServer) Targets() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.targets...)
}

// Accepted returns how many connections there have been.
func (p *ProxyServer) Accepted() int { n, _, _ := p.server.counts(); return n }

// Stop closes the server before the test ends: later dials are refused.
func (p *ProxyServer) Stop() { p.server.close() }

func (p *ProxyServer) certify(t testing.TB) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	card := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, card, card, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	p.Roots = x509.NewCertPool()
	p.Roots.AddCert(parsed)
	p.secure = &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{der}, PrivateKey: key}}}
}

func (p *ProxyServer) serve(tcp *net.TCPConn, _ int) {
	conn := net.Conn(tcp)
	if p.secure != nil {
		conn = tls.Server(tcp, p.secure)
	}
	in := bufio.NewReader(conn)
	req, err := http.ReadRequest(in)
	if err != nil {
		return
	}
	p.mu.Lock()
	p.targets = append(p.targets, req.RequestURI)
	p.mu.Unlock()
	address, refusal := p.decide(req)
	if refusal != "" {
		io.WriteString(conn, refusal)
		return
	}
	target, err := p.server.dial(address)
	if err != nil {
		io.WriteString(conn, "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n")
		return
	}
	defer p.server.done(target)
	io.WriteString(conn, "HTTP/1.1 200 Connection established\r\nVia: 1.1 test\r\n\r\n"+p.script.Early)
	if p.secure == nil {
		exchange(tcp, in, target)
		return
	}
	var both sync.WaitGroup
	both.Go(func() { io.Copy(target, in); target.CloseWrite() })
	both.Go(func() { io.Copy(conn, target); conn.(*tls.Conn).CloseWrite() })
	both.Wait()
}

// decide returns where to connect to, or else the answer that refuses.
func (p *ProxyServer) decide(req *http.Request) (address, refusal string) {
	host, _, _ := net.SplitHostPort(req.RequestURI)
	offers := p.script.Offers
	if offers == "" {
		offers = `Basic realm="x"`
	}
	named := p.script.Names[req.RequestURI]
	if named == "" {
		named = p.script.Names[host]
	}
	switch {
	case p.script.Answer != "":
		return "", p.script.Answer
	case p.script.Authorization != "" && req.Header.Get("Proxy-Authorization") != p.script.Authorization:
		return "", fmt.Sprintf("HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: %s\r\nContent-Length: 0\r\n\r\n", offers)
	case req.Method != "CONNECT":
		return "", "HTTP/1.1 405 Method Not Allowed\r\nContent-Length: 0\r\n\r\n"
	case named != "":
		return named, ""
	case net.ParseIP(host) == nil:
		return "", "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
	}
	return req.RequestURI, ""
}
