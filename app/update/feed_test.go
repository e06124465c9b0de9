package update_test

import (
	"context"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app/update"
	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
)

// A town is a server with updates behind a SOCKS endpoint, and a bridge that relays through that. Only the endpoint knows
// where example.com is.
type town struct {
	socks  *bridgetest.SOCKSServer
	bridge *bridge.Bridge
	way    update.Way
	pages  map[string]http.HandlerFunc // by path
	asked  atomic.Int64                // of the server
}

func newTown(t *testing.T) *town {
	t.Helper()
	bridgetest.Leaks(t)
	w := &town{pages: make(map[string]http.HandlerFunc)}
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		w.asked.Add(1)
		if page := w.pages[r.URL.Path]; page != nil {
			page(rw, r)
			return
		}
		http.NotFound(rw, r)
	}))
	server.Config.ErrorLog = log.New(io.Discard, "", 0) // a client that hangs up is part of the test
	server.StartTLS()
	t.Cleanup(server.Close)
	address := server.Listener.Addr().String()
	w.socks = bridgetest.StartSOCKS(t, bridgetest.SOCKS{Names: map[string]string{"example.com": address, "elsewhere.test": address}})
	var err error
	w.bridge, err = bridge.Start(bridge.Config{
		Listen: []string{"127.0.0.1:0"}, Login: bridge.Login{User: "anna", Password: "secret"},
		Upstream: upstream.Spec{Name: "test", URL: "socks5://" + w.socks.Addr, OneFlight: "no"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.bridge.Close() })
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	w.way = update.Way{Address: w.bridge.Addrs()[0].String(), User: "anna", Password: "secret", Roots: roots}
	return w
}

func send(text string) http.HandlerFunc {
	return func(rw http.ResponseWriter, _ *http.Request) { fmt.Fprint(rw, text) }
}

// announce serves a manifest with its signature.
func (w *town) announce(text []byte, signatures string) {
	w.pages["/update.json"], w.pages["/update.json.sig"] = send(string(text)), send(signatures)
}

const feedURL = "https://example.com/update.json"

func TestFeed(t *testing.T) {
	public, private := newKey(t)
	_, stranger := newKey(t)
	text := textOf(t, manifestOf("1.2.3"))
	signed := update.Sign(text, private)
	redirect := func(to string) http.HandlerFunc {
		return func(rw http.ResponseWriter, r *http.Request) { http.Redirect(rw, r, to, http.StatusFound) }
	}
	for _, tt := range []struct {
		name    string
		prepare func(w *town)
		want    update.Code
		says    string
	}{
		{"good", func(*town) {}, "", ""},
		{"redirected", func(w *town) {
			w.pages["/real"] = w.pages["/update.json"]
			w.pages["/update.json"] = redirect("https://example.com/real?ticket=secret#x")
		}, "", ""},
		{"in chunks", func(w *town) {
			w.pages["/update.json"] = func(rw http.ResponseWriter, _ *http.Request) {
				for _, b := range text {
					rw.Write([]byte{b})
					if b == '\n' {
						rw.(http.Flusher).Flush()
					}
				}
			}
		}, "", ""},
		{"wrong signature", func(w *town) { w.announce(append(text, '\n'), signed) }, update.Unsigned, "signature"},
		{"unknown key", func(w *town) { w.announce(text, update.Sign(text, stranger)) }, update.UnknownKey, "none of the keys"},
		{"no signature", func(w *town) { delete(w.pages, "/update.json.sig") }, update.Refused, "status 404"},
		{"no manifest, though signed", func(w *town) { w.announce([]byte("{}"), update.Sign([]byte("{}"), private)) }, update.Malformed, "format"},
		{"redirected to http", func(w *town) { w.pages["/update.json"] = redirect("http://example.com/real") }, update.Redirected, "not an https URL"},
		{"redirected to a file", func(w *town) { w.pages["/update.json"] = redirect("file:///etc/passwd") }, update.Redirected, "not an https URL"},
		{"redirected for ever", func(w *town) { w.pages["/update.json"] = redirect(feedURL) }, update.Redirected, "more than 5 times"},
		{"too large, as it says", func(w *town) {
			w.pages["/update.json"] = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Length", "99999999")
			}
		}, update.TooLarge, "99999999"},
		{"too large, without saying so", func(w *town) {
			w.pages["/update.json"] = func(rw http.ResponseWriter, _ *http.Request) {
				for range 100 {
					fmt.Fprint(rw, strings.Repeat(" ", 16<<10))
					rw.(http.Flusher).Flush()
				}
			}
		}, update.TooLarge, "more than 262144 bytes"},
		{"cut", func(w *town) {
			w.pages["/update.json"] = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Header().Set("Content-Length", fmt.Sprint(len(text)))
				rw.Write(text[:50])
			}
		}, update.Cut, "too early"},
		{"cut in chunks", func(w *town) {
			w.pages["/update.json"] = func(rw http.ResponseWriter, _ *http.Request) {
				rw.Write(text[:50])
				rw.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
		}, update.Cut, "too early"},
		{"a server that nobody vouches for", func(w *town) { w.way.Roots = x509.NewCertPool() }, update.Insecure, "certificate"},
		{"another server's certificate", func(w *town) { w.pages["/update.json"] = redirect("https://elsewhere.test/update.json") }, update.Insecure, "elsewhere.test"},
		{"a dead endpoint", func(w *town) { w.socks.Stop() }, update.NoWay, "status 502"},
		{"a name that the endpoint does not know", func(w *town) { w.pages["/update.json"] = redirect("https://nowhere.test/") }, update.NoWay, "nowhere.test"},
		{"a wrong login", func(w *town) { w.way.Password = "guessed" }, update.NoWay, "status 407"},
		{"no bridge", func(w *town) { w.bridge.Close() }, update.NoBridge, "refused"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t)
			w.announce(text, signed)
			tt.prepare(w)
			_, m, err := update.Feed{URL: feedURL, Keys: update.Keys{public}}.Read(t.Context(), w.way, update.Seen{}, noon)
			if update.CodeOf(err) != tt.want || err != nil && (!strings.Contains(err.Error(), tt.says) || strings.Contains(err.Error(), "secret")) {
				t.Errorf("Read = %v, %q, want %q that says %q", err, update.CodeOf(err), tt.want, tt.says)
			}
			if (m.Release.Version != "") != (tt.want == "") {
				t.Errorf("Read gives %+v", m)
			}
			for _, target := range w.socks.Targets() {
				if host, _, _ := strings.Cut(target, ":"); host != "example.com" && host != "elsewhere.test" && host != "nowhere.test" {
					t.Errorf("the endpoint was asked for %s", target)
				}
			}
			if tt.want == update.NoWay && tt.name != "a name that the endpoint does not know" && w.asked.Load() > 0 {
				t.Error("the server was reached past the endpoint")
			}
		})
	}
}

// A server that stops in the middle holds nobody for ever, and who does not want to wait need not.
func TestFeedEndsWithItsContext(t *testing.T) {
	w := newTown(t)
	hold := make(chan struct{})
	w.pages["/update.json"] = func(http.ResponseWriter, *http.Request) { <-hold }
	defer close(hold)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for w.asked.Load() == 0 {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	_, _, err := update.Feed{URL: feedURL}.Read(ctx, w.way, update.Seen{}, noon)
	if err == nil || !strings.Contains(err.Error(), context.Canceled.Error()) {
		t.Errorf("Read = %v", err)
	}
}

// fileArtifact is one whose content is known.
func fileArtifact(content string) update.Artifact {
	sum := sha256.Sum256([]byte(content))
	return update.Artifact{OS: "linux", Arch: "amd64", Kind: update.Archive, URL: "https://example.com/drawbridge-1.2.3.tar.gz",
		Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}

func TestDownload(t *testing.T) {
	content := strings.Repeat("all that is in a release ", 20_000)
	for _, tt := range []struct {
		name string
		page http.HandlerFunc
		want update.Code
	}{
		{"good", send(content), ""},
		{"tampered", send(strings.Replace(content, "release", "RELEASE", 1)), update.Tampered},
		{"shorter", send(content[:len(content)-1]), update.Cut},
		{"longer, as it says", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)+1))
			fmt.Fprint(rw, content+"x")
		}, update.TooLarge},
		{"longer, without saying so", func(rw http.ResponseWriter, _ *http.Request) {
			rw.(http.Flusher).Flush()
			fmt.Fprint(rw, content+"x")
		}, update.TooLarge},
		{"cut", func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Length", fmt.Sprint(len(content)))
			fmt.Fprint(rw, content[:1000])
		}, update.Cut},
		{"redirected to http", func(rw http.ResponseWriter, r *http.Request) {
			http.Redirect(rw, r, "http://example.com/x", http.StatusFound)
		}, update.Redirected},
		{"not there", http.NotFound, update.Refused},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newTown(t)
			w.pages["/drawbridge-1.2.3.tar.gz"] = tt.page
			dir := t.TempDir()
			last, steps := int64(0), 0
			i, err := update.Download(t.Context(), w.way, fileArtifact(content), dir, func(done int64) {
				if done < last {
					t.Errorf("%d bytes after %d", done, last)
				}
				last = done
				steps++
			})
			if update.CodeOf(err) != tt.want {
				t.Fatalf("Download = %v, %q, want %q", err, update.CodeOf(err), tt.want)
			}
			if tt.want != "" {
				if left, _ := os.ReadDir(dir); len(left) > 0 || i != nil {
					t.Errorf("%v is left", left)
				}
				return
			}
			got, err := os.ReadFile(i.Path)
			if err != nil || string(got) != content || last != int64(len(content)) || steps < 2 {
				t.Errorf("%d bytes, %v, after %d steps up to %d", len(got), err, steps, last)
			}
			if info, err := os.Stat(filepath.Dir(i.Path)); err != nil || filepath.Separator == '/' && info.Mode().Perm() != 0o700 {
				t.Errorf("its folder is %v, %v", info.Mode(), err)
			}
			i.Remove()
			if left, _ := os.ReadDir(dir); len(left) > 0 {
				t.Errorf("%v is left", left)
			}
		})
	}
}

// Who gives up a download leaves nothing behind.
func TestDownloadIsGivenUp(t *testing.T) {
	w := newTown(t)
	content := strings.Repeat("x", 200_000)
	hold := make(chan struct{})
	defer close(hold)
	w.pages["/drawbridge-1.2.3.tar.gz"] = func(rw http.ResponseWriter, _ *http.Request) {
		fmt.Fprint(rw, content[:100_000])
		rw.(http.Flusher).Flush()
		<-hold
	}
	dir := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	_, err := update.Download(ctx, w.way, fileArtifact(content), dir, func(done int64) {
		if done >= 50_000 {
			cancel()
		}
	})
	cancel()
	if left, _ := os.ReadDir(dir); err == nil || len(left) > 0 {
		t.Errorf("Download = %v, and %v is left", err, left)
	}
}
