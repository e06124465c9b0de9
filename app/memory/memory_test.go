package memory_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/memory"
)

type window struct {
	Width, Height int
	Page          string
}

// home gives the test a folder of its own to remember in.
func home(t *testing.T) (dir string) {
	t.Helper()
	base := t.TempDir()
	for _, name := range []string{"XDG_STATE_HOME", "LocalAppData", "HOME"} {
		t.Setenv(name, base)
	}
	dir, err := memory.Dir()
	if err != nil || !strings.HasPrefix(dir, base) {
		t.Fatalf("Dir() = %q, %v, want it in %s", dir, err, base)
	}
	return dir
}

func TestSaveAndLoad(t *testing.T) {
	dir := home(t)
	got := window{Page: "first"}
	if memory.Load("window", &got) || got != (window{Page: "first"}) {
		t.Errorf("Load = %+v before anything was saved", got)
	}
	for _, want := range []window{{800, 600, "log"}, {640, 480, "rules"}} {
		if err := memory.Save("window", want); err != nil {
			t.Fatalf("Save: %v", err)
		}
		if got := (window{}); !memory.Load("window", &got) || got != want {
			t.Errorf("Load = %+v, want %+v", got, want)
		}
	}
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 1 || left[0].Name() != "window.json" {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if info, _ := left[0].Info(); runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, want 0600", info.Mode())
	}
}

func TestWhatIsBrokenIsForgotten(t *testing.T) {
	path := filepath.Join(home(t), "window.json")
	before := window{800, 600, "log"}
	for name, text := range map[string]string{
		"empty": "", "no JSON": "{", "another type": "[1]", "wrong in its second half": `{"Width":1,"Height":"tall"}`,
		"too large": `{"Page":"` + strings.Repeat("x", 1<<20) + `"}`,
	} {
		if err := memory.Save("window", before); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got := before; memory.Load("window", &got) || got != before {
			t.Errorf("%s: Load = %+v, want what was there", name, got)
		}
	}
	if err := memory.Save("window", before); err != nil {
		t.Errorf("Save over a broken file: %v", err)
	}
}

func TestNames(t *testing.T) {
	home(t)
	for _, name := range []string{"", "..", "a/b", `a\b`, "a.b", "C:"} {
		if memory.Save(name, 1) == nil || memory.Load(name, new(int)) {
			t.Errorf("%q was taken for a name", name)
		}
	}
	if err := memory.Save("x", func() {}); err == nil {
		t.Error("Save of a func = nil, want an error")
	}
}

func TestSaveThatFailsLeavesNothing(t *testing.T) {
	dir := home(t)
	if err := os.MkdirAll(filepath.Join(dir, "x.json", "y"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := memory.Save("x", 1); err == nil || !strings.HasPrefix(err.Error(), "remember x: ") {
		t.Errorf("Save over a folder = %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("left behind: %v", left)
	}
}
