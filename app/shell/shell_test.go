package shell

import (
	"os/exec"
	"slices"
	"testing"

	"github.com/drawbridge-app/drawbridge/settings"
)

func TestAddress(t *testing.T) {
	tests := []struct{ listen, want string }{ // no want: an error
		{"127.0.0.1:1095", "127.0.0.1:1095"},
		{"0.0.0.0:1095", "127.0.0.1:1095"},
		{":1095", "127.0.0.1:1095"},
		{"[::]:1095", "[::1]:1095"},
		{"[::1]:1095", "[::1]:1095"},
		{"[::ffff:0.0.0.0]:1095", "127.0.0.1:1095"},
		{"192.0.2.1:80", "192.0.2.1:80"},
		{"gate.example:80", "gate.example:80"},
		{"127.0.0.1:0", ""},
		{"127.0.0.1:", ""},
		{"127.0.0.1", ""},
		{"127.0.0.1:http", ""},
		{"'; reboot; ':80", ""},
		{"", ""},
	}
	for _, tt := range tests {
		got, err := Address(tt.listen)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("Address(%q) = %q, %v, want %q", tt.listen, got, err, tt.want)
		}
	}
}

func TestProxyURL(t *testing.T) {
	tests := []struct {
		login settings.Login
		want  string
	}{
		{settings.Login{}, "http://127.0.0.1:1095"},
		{settings.Login{User: "ann", Password: "x"}, "http://ann:x@127.0.0.1:1095"},
		{settings.Login{User: "a@b", Password: "é:/ $'%!"}, "http://a%40b:%C3%A9%3A%2F%20%24%27%25%21@127.0.0.1:1095"},
	}
	for _, tt := range tests {
		if got := ProxyURL("127.0.0.1:1095", tt.login); got != tt.want {
			t.Errorf("ProxyURL(%q) = %q, want %q", tt.login.User, got, tt.want)
		}
	}
}

func TestEnvironmentHonoursTheBypassList(t *testing.T) {
	const always = "localhost,127.0.0.1,::1"
	tests := []struct {
		bypass []string
		want   string
	}{
		{nil, always},
		{[]string{"corp", "*.corp", "example.org"}, always + ",corp,.corp"},
		{[]string{"<local>", "10.*", "fd00::1"}, always + ",127.0.0.0/8,[::1],10.0.0.0/8,fd00::1,[fd00::1]"},
		{[]string{"*.corp", "*"}, "*"},
		{[]string{"not a pattern"}, always},
	}
	for _, tt := range tests {
		values := make(map[string]string)
		for _, v := range Environment("127.0.0.1:1095", settings.Settings{Bypass: tt.bypass}) {
			values[v.Name] = v.Value
		}
		if values["no_proxy"] != tt.want || values["NO_PROXY"] != tt.want {
			t.Errorf("with %q: no_proxy=%s, NO_PROXY=%s, want %s", tt.bypass, values["no_proxy"], values["NO_PROXY"], tt.want)
		}
	}
}

func TestProgram(t *testing.T) {
	tests := []struct {
		goos, own, comspec string
		there              []string
		want               string // empty: an error
	}{
		{"linux", "/usr/bin/fish", "", nil, "/usr/bin/fish"},
		{"darwin", "", "", nil, "/bin/sh"},
		{"windows", "", `C:\Windows\cmd.exe`, []string{"powershell.exe", `C:\Windows\cmd.exe`}, "powershell.exe"},
		{"windows", "", `C:\Windows\cmd.exe`, []string{`C:\Windows\cmd.exe`}, `C:\Windows\cmd.exe`},
		{"windows", "/usr/bin/bash", "", []string{"pwsh.exe", "powershell.exe"}, "pwsh.exe"},
		{"windows", `C:\nu.exe`, "", []string{"pwsh.exe", `C:\nu.exe`}, `C:\nu.exe`},
		{"windows", "", "", nil, ""},
	}
	for _, tt := range tests {
		getenv := func(name string) string { return map[string]string{"SHELL": tt.own, "ComSpec": tt.comspec}[name] }
		look := func(name string) (string, error) {
			if !slices.Contains(tt.there, name) {
				return "", exec.ErrNotFound
			}
			return name, nil
		}
		got, err := Program(tt.goos, getenv, look)
		if got != tt.want || (err == nil) != (tt.want != "") {
			t.Errorf("Program(%s) with SHELL=%s and %q = %q, %v, want %q", tt.goos, tt.own, tt.there, got, err, tt.want)
		}
	}
}

func TestGuess(t *testing.T) {
	tests := []struct{ login, goos, want string }{
		{"/bin/bash", "linux", "bash"},
		{"/usr/local/bin/fish", "darwin", "fish"},
		{"/opt/homebrew/bin/nu", "darwin", "nu"},
		{"/usr/bin/pwsh", "linux", "powershell"},
		{"/bin/dash", "linux", "sh"},
		{"", "linux", "sh"},
		{"", "windows", "powershell"},
		{`C:\Program Files\Git\usr\bin\bash.exe`, "windows", "bash"},
	}
	for _, tt := range tests {
		if got := Guess(tt.login, tt.goos); got != tt.want {
			t.Errorf("Guess(%q, %s) = %q, want %q", tt.login, tt.goos, got, tt.want)
		}
	}
}

func TestShellsQuote(t *testing.T) {
	tests := []struct{ shell, value, set, unset string }{
		{"sh", `a'b$c`, `export x='a'\''b$c'`, "unset x"},
		{"fish", `a'b\c`, `set -gx x 'a\'b\\c'`, "set -e x"},
		{"powershell", `a'b$c`, `$env:x = 'a''b$c'`, "Remove-Item -ErrorAction SilentlyContinue Env:x"},
		{"cmd", `a&b%41`, `set "x=a&b%41"`, `set "x="`},
		{"nu", `a"b\c`, `$env.x = "a\"b\\c"`, "hide-env --ignore-errors x"},
	}
	for _, tt := range tests {
		sh := shells()[tt.shell]
		if got := sh.Set("x", tt.value); got != tt.set {
			t.Errorf("%s set: %s, want %s", tt.shell, got, tt.set)
		}
		if got := sh.Unset("x"); got != tt.unset {
			t.Errorf("%s unset: %s, want %s", tt.shell, got, tt.unset)
		}
	}
	for _, name := range Names() {
		if sh, ok := Named(name); !ok || sh.Name != name {
			t.Errorf("Named(%q) = %q, %v", name, sh.Name, ok)
		}
	}
	if len(shells()) != len(Names()) {
		t.Error("a shell has no place in the list")
	}
}
