//go:build unix

package main_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestNpm installs a package from a registry that only the endpoint can find: by http in absolute form, and by https
// through CONNECT.
func TestNpm(t *testing.T) {
	t.Parallel()
	npm := need(t, "npm")
	tarball := npmPackage(t)
	checksum := sha512.Sum512(tarball)
	o := newOrigin(t, map[string]http.Handler{
		"/portcullis": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			scheme := "http"
			if r.TLS != nil {
				scheme = "https"
			}
			w.Header().Set("Content-Type", "application/json")
			_ = json.NewEncoder(w).Encode(map[string]any{
				"name":      "portcullis",
				"dist-tags": map[string]string{"latest": "1.0.0"},
				"versions": map[string]any{"1.0.0": map[string]any{
					"name": "portcullis", "version": "1.0.0",
					"dist": map[string]string{
						"tarball":   scheme + "://" + r.Host + "/portcullis/-/portcullis-1.0.0.tgz",
						"integrity": "sha512-" + base64.StdEncoding.EncodeToString(checksum[:]),
					},
				}},
			})
		}),
		"/portcullis/-/portcullis-1.0.0.tgz": http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			_, _ = w.Write(tarball)
		}),
	})
	upstream, name := microsocks(t)
	bridge := run(t, "--upstream", upstream)

	tests := []struct {
		name     string
		registry string
		flags    []string
		env      []string
	}{
		{name: "http by setting", registry: o.http(name, "/"), flags: []string{"--proxy", bridge.url()}},
		{name: "http by environment", registry: o.http(name, "/"),
			env: []string{"HTTP_PROXY=" + bridge.url(), "http_proxy=" + bridge.url()}},
		{name: "https by setting", registry: o.https(name, "/"), flags: []string{"--https-proxy", bridge.url(), "--cafile", o.ca}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, "package.json", `{"name":"castle","version":"1.0.0"}`, 0o644)
			args := append([]string{"install", "portcullis", "--registry", test.registry, "--cache", filepath.Join(dir, "cache"),
				"--no-audit", "--no-fund", "--no-update-notifier", "--noproxy", "", "--fetch-retries", "0"}, test.flags...)
			cmd := exec.Command(npm, args...)
			cmd.Dir, cmd.Env = dir, environ(t.TempDir(), test.env...)
			succeed(t, cmd)
			got, err := os.ReadFile(filepath.Join(dir, "node_modules", "portcullis", "index.js"))
			if err != nil || !bytes.HasPrefix(got, []byte("module.exports")) {
				t.Errorf("installed %q, %v", clip(string(got)), err)
			}
		})
	}
}

// npmPackage is the tarball of a package with half a megabyte in it.
func npmPackage(t *testing.T) []byte {
	t.Helper()
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	archive := tar.NewWriter(zip)
	files := []struct{ name, content string }{
		{"package/package.json", `{"name":"portcullis","version":"1.0.0","main":"index.js"}`},
		{"package/index.js", "module.exports = '" + noiseSum(1) + "'\n//" + string(bytes.Repeat([]byte("="), 512<<10))},
	}
	for _, file := range files {
		if err := archive.WriteHeader(&tar.Header{Name: file.name, Mode: 0o644, Size: int64(len(file.content))}); err != nil {
			t.Fatal(err)
		}
		if _, err := archive.Write([]byte(file.content)); err != nil {
			t.Fatal(err)
		}
	}
	if err := archive.Close(); err != nil {
		t.Fatal(err)
	}
	if err := zip.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}
