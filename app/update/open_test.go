package update

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"testing/synctest"
	"time"
)

func TestOpener(t *testing.T) {
	at := filepath.Join("folder", "file")
	for _, tt := range []struct {
		system string
		kind   Kind
		want   []string
	}{
		{"windows", Setup, []string{at}},
		{"windows", Archive, []string{"explorer.exe", "folder"}},
		{"windows", Image, nil},
		{"darwin", Image, []string{"/usr/bin/open", at}},
		{"darwin", Archive, []string{"/usr/bin/open", "folder"}},
		{"darwin", Setup, nil},
		{"linux", Archive, []string{"xdg-open", "folder"}},
		{"linux", Setup, nil},
		{"freebsd", Archive, []string{"xdg-open", "folder"}},
	} {
		if got := openerOn(tt.system, &Installer{Artifact: Artifact{Kind: tt.kind}, Path: at}); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("openerOn(%s, %s) = %q, want %q", tt.system, tt.kind, got, tt.want)
		}
	}
}

// What was changed after the download is not opened: not if it is shorter, longer, other, or another file.
func TestWhatHasChangedIsNotOpened(t *testing.T) {
	const content = "installer"
	sum := sha256.Sum256([]byte(content))
	for _, tt := range []struct {
		name   string
		change func(path string) error
		want   Code
	}{
		{"nothing", func(string) error { return nil }, ""},
		{"another byte", func(path string) error { return os.WriteFile(path, []byte("Installer"), 0o600) }, Tampered},
		{"more", func(path string) error { return os.WriteFile(path, []byte(content+"!"), 0o600) }, Tampered},
		{"less", func(path string) error { return os.WriteFile(path, []byte("install"), 0o600) }, Tampered},
		{"gone", os.Remove, Disk},
		{"a link to another place", func(path string) error {
			moved := path + "-moved"
			if err := os.Rename(path, moved); err != nil {
				return err
			}
			return os.Symlink(moved, path)
		}, Tampered},
	} {
		path := filepath.Join(t.TempDir(), "setup")
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := tt.change(path); err != nil {
			if tt.name == "a link to another place" {
				t.Logf("%s: %v", tt.name, err) // Windows lets not everybody make one
				continue
			}
			t.Fatal(err)
		}
		i := &Installer{Path: path, Artifact: Artifact{Kind: "none", Size: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}}
		want := tt.want
		if want == "" {
			want = NotOpened // by a kind that there is no program for
		}
		err := i.Open()
		if tt.name == "a link to another place" && CodeOf(err) == Disk { // where links are not followed
			continue
		}
		if CodeOf(err) != want {
			t.Errorf("%s: Open = %v, want %q", tt.name, err, want)
		}
	}
}

// Only a folder of ours is ever removed.
func TestRemoveIsCareful(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "file")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	(&Installer{Path: path}).Remove()
	(*Installer)(nil).Remove()
	if _, err := os.Stat(path); err != nil {
		t.Errorf("a folder that is not ours has gone: %v", err)
	}
}

func TestStalled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, alive, stop := stalled(t.Context(), time.Minute)
		defer stop()
		for range 10 {
			time.Sleep(50 * time.Second)
			alive()
		}
		if ctx.Err() != nil {
			t.Error("what goes on was given up")
		}
		time.Sleep(61 * time.Second)
		if CodeOf(named(ctx, "https://example.com/", errSlow)) != TooSlow {
			t.Errorf("what stands still is %v", ctx.Err())
		}
	})
}
