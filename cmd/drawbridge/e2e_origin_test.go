//go:build unix

package main_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"hash"
	"io"
	"log"
	"math/big"
	randv2 "math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// origin is the target of most tests: net/http, which knows nothing of us.
type origin struct {
	port string // of http
	tls  string // port of https
	ca   string // PEM file with the authority of the https certificate
}

// newOrigin starts an origin with these additions to what it serves.
func newOrigin(t *testing.T, more map[string]http.Handler) *origin {
	t.Helper()
	mux := http.NewServeMux()
	mux.HandleFunc("/hello", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "hello from %s", r.Host)
	})
	mux.HandleFunc("/echo", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Method", r.Method)
		_, _ = io.Copy(w, r.Body)
	})
	mux.HandleFunc("/sum", sum)
	mux.HandleFunc("/bytes/{n}", func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.ParseInt(r.PathValue("n"), 10, 64)
		w.Header().Set("Content-Length", r.PathValue("n"))
		_, _ = io.Copy(w, noise(n))
	})
	mux.HandleFunc("/cut/{how}", cut)
	mux.HandleFunc("/ws", echoWebSocket)
	for pattern, handler := range more {
		mux.Handle(pattern, handler)
	}

	quiet := log.New(io.Discard, "", 0) // clients that reset are part of the tests
	plain := httptest.NewUnstartedServer(mux)
	plain.Config.ErrorLog = quiet
	plain.Start()
	t.Cleanup(plain.CloseClientConnections) // before Close, which would wait for them
	t.Cleanup(plain.Close)

	certificate, ca := certify(t)
	secure := httptest.NewUnstartedServer(mux)
	secure.Config.ErrorLog = quiet
	secure.TLS = &tls.Config{Certificates: []tls.Certificate{certificate}}
	secure.StartTLS()
	t.Cleanup(secure.CloseClientConnections)
	t.Cleanup(secure.Close)

	o := &origin{ca: ca}
	_, o.port = split(t, plain.Listener.Addr().String())
	_, o.tls = split(t, secure.Listener.Addr().String())
	return o
}

// http is the URL of path under this name.
func (o *origin) http(name, path string) string { return "http://" + name + ":" + o.port + path }

// https is the URL of path under this name.
func (o *origin) https(name, path string) string { return "https://" + name + ":" + o.tls + path }

// sum answers with what arrived: "SHA-256 LENGTH FRAMING".
func sum(w http.ResponseWriter, r *http.Request) {
	h := sha256.New()
	n, err := io.Copy(h, r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	framing := "length"
	if r.ContentLength < 0 {
		framing = "chunked"
	}
	fmt.Fprint(w, digest(h), " ", n, " ", framing)
}

func digest(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// noise is n bytes that are the same every time and do not compress.
func noise(n int64) io.Reader {
	var seed [32]byte
	return io.LimitReader(randv2.NewChaCha8(seed), n)
}

// noiseSum is the digest of noise(n).
func noiseSum(n int64) string {
	h := sha256.New()
	_, _ = io.Copy(h, noise(n))
	return digest(h)
}

// cut breaks off in the middle of its answer.
func cut(w http.ResponseWriter, r *http.Request) {
	head := "Content-Length: 100\r\n\r\nonly this"
	if r.PathValue("how") == "chunked" {
		head = "Transfer-Encoding: chunked\r\n\r\n9\r\nonly this\r\n"
	}
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(err)
	}
	defer conn.Close()
	_, _ = io.WriteString(conn, "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\n"+head)
}

func echoWebSocket(w http.ResponseWriter, r *http.Request) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer conn.CloseNow()
	conn.SetReadLimit(8 << 20)
	for {
		kind, message, err := conn.Read(r.Context())
		if err != nil {
			return
		}
		if err := conn.Write(r.Context(), kind, message); err != nil {
			return
		}
	}
}

// certify makes a certificate for the names of these tests, and a file with the authority that signed it: itself.
func certify(t *testing.T) (certificate tls.Certificate, ca string) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(time.Now().UnixNano()),
		Subject:               pkix.Name{CommonName: "drawbridge test"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
		DNSNames:              []string{"localhost", "site.test", "*.site.test"},
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	var file strings.Builder
	if err := pem.Encode(&file, &pem.Block{Type: "CERTIFICATE", Bytes: der}); err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, write(t, t.TempDir(), "ca.pem", file.String(), 0o644)
}
