package autostart

import (
	"flag"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// command has in it what each form has to quote.
func command() []string {
	return []string{`/opt/My Apps & more/drawbridge-tray`, "--hidden", `--settings=100% "sure" $HOME\<x>.toml`}
}

func TestGolden(t *testing.T) {
	for file, got := range map[string]string{
		"autostart.desktop": desktopFile(Program, command()),
		"plain.desktop":     desktopFile(Program, []string{"/usr/bin/drawbridge-tray", "--hidden"}),
		"heal.desktop":      desktopFile(Heal, command()),
		"agent.plist":       agentFile(Program, command()),
		"heal.plist":        agentFile(Heal, command()),
	} {
		path := filepath.Join("testdata", file)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got != strings.ReplaceAll(string(want), "\r\n", "\n") {
			t.Errorf("%s is\n%s\nwant\n%s", file, got, want)
		}
	}
}

func TestCommandLine(t *testing.T) {
	for _, tt := range []struct {
		args []string
		want string
	}{
		{[]string{`C:\Drawbridge\drawbridge-tray.exe`, "--hidden"}, `C:\Drawbridge\drawbridge-tray.exe --hidden`},
		{[]string{`C:\Program Files\d.exe`, ""}, `"C:\Program Files\d.exe" ""`},
		{[]string{`a b\`, `say "hi"`, `\"`}, `"a b\\" "say \"hi\"" "\\\""`},
	} {
		if got := commandLine(tt.args); got != tt.want {
			t.Errorf("commandLine(%q) = %s, want %s", tt.args, got, tt.want)
		}
	}
}

func TestDesktopEnabled(t *testing.T) {
	ours := desktopFile(Program, command())
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"ours", ours, true},
		{"hidden", ours + "Hidden=true\n", false},
		{"not hidden", ours + "Hidden=false\n", true},
		{"disabled by GNOME", strings.ReplaceAll(ours, "enabled=true", "enabled=false"), false},
		{"with spaces", ours + "Hidden = true\n", false},
		{"another group", ours + "[Desktop Action x]\nHidden=true\n", true},
		{"no file", "", false},
		{"no command", "[Desktop Entry]\nType=Application\n", false},
	} {
		if got := desktopEnabled(tt.text); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAgentEnabled(t *testing.T) {
	ours := agentFile(Program, command())
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"ours", ours, true},
		{"disabled", strings.Replace(ours, "</dict>", "<key>Disabled</key>\n<true/></dict>", 1), false},
		{"not disabled", strings.Replace(ours, "</dict>", "<key>Disabled</key>\n<false/></dict>", 1), true},
		{"not at load", strings.Replace(ours, "<true/>", "<false/>", 1), false},
		{"no file", "", false},
	} {
		if got := agentEnabled(tt.text); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
}

func TestAgentLost(t *testing.T) {
	const program = "/Applications/Drawbridge.app/Contents/MacOS/drawbridge-tray"
	there := func(path string) bool { return path == program || path == command()[0] || isCopy(path) }
	for _, tt := range []struct {
		name, text string
		want       bool
	}{
		{"there", agentFile(Program, []string{program, "--at-login"}), false},
		{"there, and quoted", agentFile(Program, command()), false},
		{"moved", agentFile(Program, []string{"/Users/anna/Downloads/Drawbridge.app/Contents/MacOS/drawbridge-tray"}), true},
		{"moved and disabled", strings.Replace(agentFile(Program, []string{"/elsewhere"}), "<true/>", "<false/>", 1), false},
		{"a copy of macOS's", agentFile(Program, []string{"/private/var/folders/x/T/AppTranslocation/1/d/Drawbridge.app/Contents/MacOS/drawbridge-tray"}), true},
		{"no program", "<key>RunAtLoad</key><true/>", false},
		{"no file", "", false},
	} {
		if got := agentLost(tt.text, there); got != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, got, tt.want)
		}
	}
	if got := agentProgram(agentFile(Program, command())); got != command()[0] {
		t.Errorf("agentProgram = %q, want %q", got, command()[0])
	}
}

func TestApproved(t *testing.T) {
	for _, tt := range []struct {
		note []byte
		want bool
	}{{nil, true}, {[]byte{2, 0, 0, 0}, true}, {[]byte{6}, true}, {[]byte{3, 0, 0, 0, 1}, false}, {[]byte{7}, false}} {
		if got := approved(tt.note); got != tt.want {
			t.Errorf("approved(%v) = %v", tt.note, got)
		}
	}
}

// On this system, for real; on Windows and macOS that would be the tester's own login.
func TestEnable(t *testing.T) {
	if runtime.GOOS == "windows" || runtime.GOOS == "darwin" {
		t.Skip("this would change the login of whoever runs the test")
	}
	dir := t.TempDir()
	t.Setenv("XDG_CONFIG_HOME", dir)
	for _, e := range []Entry{Program, Heal} {
		t.Run(string(e), func(t *testing.T) { enables(t, e, filepath.Join(dir, "autostart")) })
	}
}

func enables(t *testing.T, e Entry, dir string) {
	is := func(want bool) {
		t.Helper()
		if got, err := e.Enabled(); got != want || err != nil {
			t.Errorf("Enabled() = %v, %v, want %v", got, err, want)
		}
	}
	is(false)
	if err := e.Disable(); err != nil {
		t.Errorf("Disable what is not there: %v", err)
	}
	if err := e.Enable(command()...); err != nil {
		t.Fatal(err)
	}
	is(true)
	for _, other := range []Entry{Program, Heal} {
		if is, err := other.Enabled(); is != (other == e) || err != nil {
			t.Errorf("%s is %v, %v", other, is, err)
		}
	}
	file := filepath.Join(dir, string(e)+".desktop")
	if err := os.WriteFile(file, []byte(desktopFile(e, command())+"Hidden=true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	is(false)
	if err := e.Enable(command()...); err != nil { // what a desktop's own settings disabled
		t.Fatal(err)
	}
	is(true)
	if err := e.Disable(); err != nil {
		t.Fatal(err)
	}
	is(false)
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
	if e.Enable() == nil {
		t.Error("no command was taken")
	}
}
