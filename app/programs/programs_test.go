package programs

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

func TestFind(t *testing.T) {
	const name = "drawbridge-not-installed"
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	if path, err := Find(name); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("Find = %q, %v", path, err)
	}
	put := func(dir string) string {
		path := filepath.Join(dir, file(name, runtime.GOOS))
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { os.Remove(path) })
		return path
	}
	onPath := put(dir)
	if path, err := Find(name); path != onPath || err != nil {
		t.Errorf("Find = %q, %v, want %q, on PATH", path, err, onPath)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	beside := put(filepath.Dir(self))
	if path, err := Find(name); path != beside || err != nil {
		t.Errorf("Find = %q, %v, want %q, beside this program", path, err, beside)
	}
}

// A link on PATH leads to the programs' folder, as macOS's package has it.
func TestFindThroughALink(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if self, err = filepath.EvalSymlinks(self); err != nil {
		t.Fatal(err)
	}
	const name = "drawbridge-linked"
	want := filepath.Join(filepath.Dir(self), file(name, runtime.GOOS))
	if err := os.WriteFile(want, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.Remove(want) })
	link := filepath.Join(t.TempDir(), file("link", runtime.GOOS))
	if err := os.Symlink(self, link); err != nil {
		if runtime.GOOS == "windows" {
			t.Skipf("not every user of Windows may make links: %v", err)
		}
		t.Fatal(err)
	}
	cmd := exec.Command(link)
	cmd.Env = append(os.Environ(), "DRAWBRIDGE_TEST_PLAY=find "+name)
	if got, err := cmd.Output(); string(got) != want || err != nil {
		t.Errorf("Find = %q, %v, want %q", got, err, want)
	}
}

// The test binary plays the program that is started.
func TestMain(m *testing.M) {
	play, name, _ := strings.Cut(os.Getenv("DRAWBRIDGE_TEST_PLAY"), " ")
	switch play {
	case "find":
		path, err := Find(name)
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Print(path)
		return
	case "well":
		return
	case "badly":
		fmt.Fprintf(os.Stderr, "a library complains\n\nplay: there is no stage\n\n")
		os.Exit(1)
	case "silently":
		os.Exit(3)
	}
	os.Exit(m.Run())
}

func TestStartTellsHowItEnded(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, name := range []string{"TMPDIR", "TMP"} { // the latter on Windows
		t.Setenv(name, dir)
	}
	for play, want := range map[string]string{"well": "", "badly": "play: there is no stage", "silently": "exit status 3"} {
		cmd := exec.Command(self)
		cmd.Env = append(os.Environ(), "DRAWBRIDGE_TEST_PLAY="+play)
		ended, err := Start(cmd)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if err := <-ended; err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%s: it ended with %q, want %q", play, got, want)
		}
	}
	if left, _ := filepath.Glob(filepath.Join(dir, "*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
	if _, err := Start(exec.Command(filepath.Join(t.TempDir(), file("none", runtime.GOOS)))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("Start of what is not there: %v, want fs.ErrNotExist", err)
	}
}

// Where somebody gave this program a place to speak, it speaks there.
func TestVoiceIsTheFile(t *testing.T) {
	file, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := Voice(file); got != file {
		t.Errorf("Voice = %v, want the file", got)
	}
}
