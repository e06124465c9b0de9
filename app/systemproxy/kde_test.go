package systemproxy

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// newKDE is KDE with this file; told is how often its programs have been told of a change.
func newKDE(t *testing.T, file string) (k kde, told *int) {
	t.Helper()
	told = new(int)
	k = kde{file: filepath.Join(t.TempDir(), "config", "kioslaverc"), notify: func(context.Context) { *told++ }}
	if file != "" {
		if err := writeKDE(k.file, file); err != nil {
			t.Fatal(err)
		}
	}
	return k, told
}

func TestKDEFile(t *testing.T) {
	for _, tt := range []struct {
		name, file string
		p          Proxy
		want       string
	}{
		{"no file", "", first, `[Proxy Settings]
httpProxy=http://127.0.0.1 1095
httpsProxy=http://127.0.0.1 1095
NoProxyFor=localhost,127.0.0.0/8,::1
ProxyType=1
`},
		{"the user's", "[Proxy Settings]\nReversedException=true\nsocksProxy=socks://old 1\nProxyType=0\n\n[Other]\nx=1\n",
			Proxy{Address: "[::1]:1095", Bypass: past(t, "*.example", "10.0.0.0/8")}, `[Proxy Settings]
ReversedException=
socksProxy=
ProxyType=1
httpProxy=http://[::1] 1095
httpsProxy=http://[::1] 1095
NoProxyFor=localhost,127.0.0.0/8,::1,.example

[Other]
x=1
`},
		{"SOCKS", "", second, `[Proxy Settings]
httpProxy=http://127.0.0.1 2095
httpsProxy=http://127.0.0.1 2095
socksProxy=socks://127.0.0.1 2096
NoProxyFor=localhost,127.0.0.0/8,::1
ProxyType=1
`},
		{"a file", "", byFile, "[Proxy Settings]\nProxy Config Script=http://127.0.0.1:1095/x/proxy.pac\nProxyType=2\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			k, told := newKDE(t, tt.file)
			l := newLease(t.TempDir(), k, nil, func(string) platform { return k })
			if err := l.Take(t.Context(), tt.p); err != nil {
				t.Fatal(err)
			}
			if got, _ := readKDE(k.file); got != tt.want {
				t.Errorf("the file is\n%s\nwant\n%s", got, tt.want)
			}
			if err := l.Return(t.Context()); err != nil {
				t.Fatal(err)
			}
			if got, _ := readKDE(k.file); got != tt.file {
				t.Errorf("in the end the file is\n%s\nwant\n%s", got, tt.file)
			}
			if _, err := os.Stat(k.file); tt.file == "" && err == nil {
				t.Error("an empty file stayed")
			}
			if *told != 2 {
				t.Errorf("KDE was told %d times", *told)
			}
		})
	}
}

func TestKDELocked(t *testing.T) {
	const file = "[Proxy Settings]\nProxyType[$i]=0\n"
	k, _ := newKDE(t, file)
	l := newLease(t.TempDir(), k, nil, func(string) platform { return k })
	if err := l.Take(t.Context(), first); err == nil || !strings.Contains(err.Error(), "administrator") {
		t.Errorf("Take = %v", err)
	}
	if got, _ := readKDE(k.file); got != file {
		t.Errorf("the file is %q", got)
	}
	if s, err := l.Status(t.Context()); s.Taken || err != nil {
		t.Errorf("Status = %+v, %v", s, err)
	}
}

func TestKDEKeepsASymbolicLink(t *testing.T) {
	k, _ := newKDE(t, "")
	target := filepath.Join(t.TempDir(), "dotfiles")
	if err := writeKDE(target, users); err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(k.file), 0o700); err != nil {
		t.Fatal(err)
	}
	err := os.Symlink(target, k.file)
	if err == nil {
		_, err = os.Readlink(k.file) // Wine says that it has made one, and has not
	}
	if err != nil && runtime.GOOS == "windows" { // Wine, or a user who may make no links
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	l := newLease(t.TempDir(), k, nil, func(string) platform { return k })
	if err := l.Take(t.Context(), first); err != nil {
		t.Fatal(err)
	}
	if got, _ := readKDE(target); !strings.Contains(got, "=http://127.0.0.1 1095") {
		t.Errorf("the file is\n%s", got)
	}
	if err := l.Return(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got, _ := readKDE(target); got != users {
		t.Errorf("in the end the file is\n%s", got)
	}
	if info, err := os.Lstat(k.file); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
}

func TestKDEUsersOwn(t *testing.T) {
	for _, file := range []string{
		"[Proxy Settings]\nhttpProxy=http://127.0.0.1 1095\nhttpsProxy=http://127.0.0.1:1095/\nProxyType=1\n",
		"[Proxy Settings]\nProxy Config Script=http://127.0.0.1:1095/old.pac\nProxyType=2\n",
	} {
		k, _ := newKDE(t, file)
		now, err := k.read(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range k.user(first, now) {
			if want := (value{Unset: true}); e.Key != kdeType && e.Value != want || e.Key == kdeType && e.Value.Text != "=0" {
				t.Errorf("%s is %v", e.Key, e.Value)
			}
		}
		other := Proxy{Address: "127.0.0.1:7"}
		if got := lines(k.user(other, now)); got != lines(now) {
			t.Errorf("the user's own became\n%s", got)
		}
	}
}
