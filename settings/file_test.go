package settings

import (
	"errors"
	"flag"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// v1 is what testdata/v1.toml says.
func v1() Settings {
	return Settings{
		Version:      1,
		Listen:       []string{"127.0.0.1:8080", "[::1]:8080", "0.0.0.0:8081"},
		Open:         true,
		Via:          true,
		ForwardedFor: true,
		Use:          "Tor",
		Login:        Login{"ann", "open sesame"},
		Profiles: []Profile{
			{"Office", "socks5://127.0.0.1:1080", "bob", "hunter2", "password", "yes", 4},
			{"Tor", "socks5://127.0.0.1:9050", "", "", "auto", "no", 0},
		},
		Timeouts: Timeouts{
			Dial:       Duration(11 * time.Second),
			Handshake:  Duration(12 * time.Second),
			Header:     Duration(31 * time.Second),
			Idle:       Duration(3 * time.Minute),
			TunnelIdle: Duration(90 * time.Minute),
		},
		Pool: Pool{
			PerHost: 8, Total: 512, Idle: 128,
			IdleTimeout: Duration(45 * time.Second),
			Wait:        Duration(1500 * time.Millisecond),
		},
		Limits: Limits{HeadBytes: 32768, HeadFields: 128, Clients: 1000},
		Log:    Log{"debug", "json"},
		Desktop: Desktop{
			Start: "on", LeftClick: "menu", Theme: "dark", Accent: "plum", TextSize: "large", Language: "zh-Hans",
		},
		Bypass:      []string{"*.corp", "10.0.0.0/8"},
		SystemProxy: "pac",
	}
}

// diff compares settings with their secrets, which cmp would print: it is for made-up ones only.
func diff(got, want Settings) string {
	return cmp.Diff(want, got, cmp.Transformer("reveal", Secret.Reveal))
}

func TestEveryVersionIsRead(t *testing.T) {
	for file, want := range map[string]Settings{"v1.toml": v1()} {
		got, err := Load(filepath.Join("testdata", file))
		if err != nil {
			t.Errorf("Load(%s): %v", file, err)
		}
		if d := diff(got, want); d != "" {
			t.Errorf("Load(%s), -want +got:\n%s", file, d)
		}
	}
}

func TestParse(t *testing.T) {
	with := func(change func(*Settings)) Settings {
		s := Default()
		change(&s)
		return s
	}
	profile := DefaultProfile()
	profile.Name, profile.URL = "a", "socks5://127.0.0.1:1080"
	tests := map[string]Settings{
		"":                                     Default(),
		"version = 1":                          Default(),
		"# only a comment\r\n":                 Default(),
		"use = ''":                             Default(),
		"profile = []":                         Default(),
		"pool = {}":                            Default(),
		"via = true\r\nopen = true":            with(func(s *Settings) { s.Via, s.Open = true, true }),
		"timeouts.dial = '1s'":                 with(func(s *Settings) { s.Timeouts.Dial = Duration(time.Second) }),
		"timeouts = { dial = '1s' }":           with(func(s *Settings) { s.Timeouts.Dial = Duration(time.Second) }),
		"[ timeouts ]\n\"dial\" = \"1s\"":      with(func(s *Settings) { s.Timeouts.Dial = Duration(time.Second) }),
		"[pool]\nidle = 0x1_0":                 with(func(s *Settings) { s.Pool.Idle = 16 }),
		"limits = { head_bytes = 10_000, }":    with(func(s *Settings) { s.Limits.HeadBytes = 10000 }),
		"listen = [\n '127.0.0.1:1', # one\n]": with(func(s *Settings) { s.Listen = []string{"127.0.0.1:1"} }),
		"profile = [{ name = 'a', url = 'socks5://127.0.0.1:1080' }]":  with(func(s *Settings) { s.Profiles = []Profile{profile} }),
		"[[profile]]\nurl = 'socks5://127.0.0.1:1080'\nname = '''a'''": with(func(s *Settings) { s.Profiles = []Profile{profile} }),
	}
	for text, want := range tests {
		got, err := Parse("test.toml", []byte(text))
		if err != nil {
			t.Errorf("Parse(%q): %v", text, err)
			continue
		}
		if d := diff(got, want); d != "" {
			t.Errorf("Parse(%q), -want +got:\n%s", text, d)
		}
	}
}

func TestWrongFilesAreToldWithTheirPlaces(t *testing.T) {
	files, _ := filepath.Glob("testdata/wrong/*.toml")
	if len(files) == 0 {
		t.Fatal("no files")
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, err = Parse(filepath.Base(file), text)
		var problems Problems
		if !errors.As(err, &problems) {
			t.Errorf("%s: got %v, want Problems", file, err)
			continue
		}
		got := err.Error() + "\n"
		if strings.Contains(got, "hunter2") {
			t.Errorf("%s: a secret shows:\n%s", file, got)
		}
		golden := strings.TrimSuffix(file, ".toml") + ".golden"
		if *update {
			os.WriteFile(golden, []byte(got), 0o644)
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(string(want), got); d != "" {
			t.Errorf("%s, -want +got:\n%s", file, d)
		}
	}
}

func TestParseRefusesWhatIsNoText(t *testing.T) {
	for _, text := range []string{"use = \"\xff\"", "\xff\xfe", "use = \"\x00\""} {
		if _, err := Parse("test.toml", []byte(text)); err == nil {
			t.Errorf("Parse(%q): no error", text)
		}
	}
}

func TestMissingFileGivesDefaults(t *testing.T) {
	got, err := Load(filepath.Join(t.TempDir(), "none", "settings.toml"))
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got error %v, want fs.ErrNotExist", err)
	}
	if d := diff(got, Default()); d != "" {
		t.Errorf("-want +got:\n%s", d)
	}
}

func TestLoadRefusesWhatIsNoFile(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); err == nil || errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a directory: got %v", err)
	}
	large := filepath.Join(dir, "large.toml")
	if err := os.WriteFile(large, []byte(strings.Repeat("#\n", maxText)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Load(large); err == nil {
		t.Error("a file of 2 MiB: no error")
	}
}

func TestByteOrderMarkIsReadOver(t *testing.T) {
	file := write(t, byteOrderMark+"via = true\n")
	s, err := Load(file)
	if err != nil || !s.Via {
		t.Errorf("got via %v, %v", s.Via, err)
	}
}

func TestSaveThenLoad(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "dir", "settings.toml")
	for _, want := range []Settings{Default(), v1(), Default()} {
		if err := Save(file, want); err != nil {
			t.Fatal(err)
		}
		got, err := Load(file)
		if err != nil {
			t.Fatal(err)
		}
		if d := diff(got, want); d != "" {
			t.Errorf("-want +got:\n%s", d)
		}
	}
	if runtime.GOOS == "windows" {
		return
	}
	for name, want := range map[string]fs.FileMode{file: 0o600, filepath.Dir(file): 0o700} {
		info, err := os.Stat(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", name, got, want)
		}
	}
}

func TestSaveRefuses(t *testing.T) {
	invalid := Default()
	invalid.Listen = nil
	tests := []struct {
		name, text string
		settings   Settings
	}{
		{"invalid settings", "via = true\n", invalid},
		{"a file that is no TOML", "via = \n", Default()},
		{"a file with an unknown key", "vai = true\n", Default()},
		{"a file with a wrong type", "via = 1\n", Default()},
		{"a file of a newer version", "version = 2\n", Default()},
	}
	for _, tt := range tests {
		file := write(t, tt.text)
		if err := Save(file, tt.settings); err == nil {
			t.Errorf("%s: no error", tt.name)
		}
		if got := content(t, file); got != tt.text {
			t.Errorf("%s: the file is now %q", tt.name, got)
		}
		if got := entries(t, filepath.Dir(file)); len(got) != 1 {
			t.Errorf("%s: left behind %q", tt.name, got)
		}
	}
}

func TestSaveLeavesNothingBehindWhenItCannotWrite(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("needs a directory that this user cannot write")
	}
	file := write(t, "via = true\n")
	dir := filepath.Dir(file)
	os.Chmod(dir, 0o500)
	defer os.Chmod(dir, 0o700)
	if err := Save(file, Default()); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("got %v, want fs.ErrPermission", err)
	}
	if got := content(t, file); got != "via = true\n" {
		t.Errorf("the file is now %q", got)
	}
}

func TestSaveReplacesTheFileInOneStep(t *testing.T) {
	file := write(t, "via = true\n")
	was, _ := os.Stat(file)
	os.SameFile(was, was) // Windows looks only when it is asked
	if err := Save(file, Default()); err != nil {
		t.Fatal(err)
	}
	is, _ := os.Stat(file)
	if os.SameFile(was, is) {
		t.Error("the file was written over, so a crash could have cut it")
	}
	if got := entries(t, filepath.Dir(file)); len(got) != 1 {
		t.Errorf("left behind %q", got)
	}
}

// Windows lets nobody replace a file that is open.
func TestSaveWhileSomebodyReads(t *testing.T) {
	file := write(t, "via = true\n")
	reader, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	done := time.AfterFunc(100*time.Millisecond, func() { reader.Close() })
	defer done.Stop()
	if err := Set(file, Change{"via", "false"}); err != nil {
		t.Error(err)
	}
	if got := content(t, file); got != "via = false\n" {
		t.Errorf("the file holds %q", got)
	}
}

func TestSaveKeepsASymbolicLink(t *testing.T) {
	target := write(t, "via = true\n")
	link := filepath.Join(t.TempDir(), "settings.toml")
	symlink(t, target, link)
	if err := Set(link, Change{"via", "false"}); err != nil {
		t.Fatal(err)
	}
	if info, _ := os.Lstat(link); info.Mode()&fs.ModeSymlink == 0 {
		t.Error("the link became a file")
	}
	if got := content(t, target); got != "via = false\n" {
		t.Errorf("its target holds %q", got)
	}
}

func TestExposed(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no modes")
	}
	file := write(t, "")
	for mode, want := range map[fs.FileMode]bool{0o600: false, 0o400: false, 0o640: true, 0o604: true, 0o644: true} {
		os.Chmod(file, mode)
		if got := Exposed(file); got != want {
			t.Errorf("Exposed with mode %o = %v, want %v", mode, got, want)
		}
	}
	if Exposed(file + ".none") {
		t.Error("a missing file is exposed")
	}
}

func TestDefaultPathHonoursXDG(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("XDG is of Linux")
	}
	t.Setenv("XDG_CONFIG_HOME", "/tmp/xdg")
	got, err := DefaultPath()
	if want := "/tmp/xdg/drawbridge/settings.toml"; got != want || err != nil {
		t.Errorf("DefaultPath() = %q, %v, want %q", got, err, want)
	}
}

// write returns a file of that content, alone in its directory.
func write(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "settings.toml")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// symlink skips the test where there are no symbolic links. Wine says that it has made one, and has not.
func symlink(t *testing.T, target, link string) {
	t.Helper()
	err := os.Symlink(target, link)
	if err == nil {
		_, err = os.Readlink(link)
	}
	if err != nil {
		t.Skip(err)
	}
}

func content(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func entries(t *testing.T, dir string) []string {
	t.Helper()
	list, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range list {
		names = append(names, e.Name())
	}
	return names
}
