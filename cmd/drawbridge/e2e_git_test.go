//go:build unix

package main_test

import (
	"bytes"
	"io"
	"net/http"
	"net/http/cgi"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestGit clones and pushes over http with git's own server behind net/http/cgi: gzip, chunked uploads, 100-continue
// and long answers as git makes them.
func TestGit(t *testing.T) {
	t.Parallel()
	git := need(t, "git")
	home := t.TempDir()
	env := environ(home, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_TERMINAL_PROMPT=0",
		"GIT_AUTHOR_NAME=a", "GIT_AUTHOR_EMAIL=a@site.test", "GIT_COMMITTER_NAME=a", "GIT_COMMITTER_EMAIL=a@site.test")
	do := func(dir string, args ...string) string {
		t.Helper()
		cmd := exec.Command(git, args...)
		cmd.Dir, cmd.Env = dir, env
		return string(succeed(t, cmd))
	}

	root := t.TempDir()
	do(root, "init", "-q", "--bare", "-b", "main", "repo.git")
	do(filepath.Join(root, "repo.git"), "config", "http.receivepack", "true")
	backend := &cgi.Handler{
		Path: filepath.Join(strings.TrimSpace(do(root, "--exec-path")), "git-http-backend"),
		Dir:  root,
		Env:  []string{"GIT_PROJECT_ROOT=" + root, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "HOME=" + home},
	}
	if _, err := os.Stat(backend.Path); err != nil {
		missing(t, "this git has no http-backend")
	}
	chunked := make(chan struct{}, 100)
	o := newOrigin(t, map[string]http.Handler{"/repo.git/": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength < 0 { // CGI takes no chunked body
			body, err := io.ReadAll(r.Body)
			if err != nil {
				http.Error(w, err.Error(), http.StatusBadRequest)
				return
			}
			r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
			chunked <- struct{}{}
		}
		backend.ServeHTTP(w, r)
	})})

	upstream, name := shadowsocks(t)
	proxy := "http.proxy=" + run(t, "--upstream", upstream).url()
	url := o.http(name, "/repo.git")

	work := t.TempDir()
	do(work, "-c", proxy, "clone", "-q", url, "first") // empty
	first := filepath.Join(work, "first")
	content, _ := io.ReadAll(noise(4 << 20)) // more than http.postBuffer, so git sends it in chunks
	write(t, first, "noise", string(content), 0o644)
	do(first, "add", "noise")
	do(first, "commit", "-q", "-m", "noise")
	do(first, "-c", proxy, "push", "-q", "origin", "HEAD:main")
	if len(chunked) == 0 {
		t.Error("git pushed nothing in chunks")
	}

	do(work, "-c", proxy, "clone", "-q", "-b", "main", url, "second")
	got, err := os.ReadFile(filepath.Join(work, "second", "noise"))
	if err != nil || !bytes.Equal(got, content) {
		t.Errorf("cloned %d bytes, %v; pushed %d", len(got), err, len(content))
	}
	if got, want := do(filepath.Join(work, "second"), "rev-parse", "HEAD"), do(first, "rev-parse", "HEAD"); got != want {
		t.Errorf("cloned commit %s, want %s", got, want)
	}
}
