package selection

import (
	"bufio"
	"encoding/binary"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"testing"
)

func TestParse(t *testing.T) {
	for _, tt := range []struct{ display, host, number string }{ // no number: an error
		{":0", "", "0"}, {":71.0", "", "71"}, {"unix:1", "", "1"}, {"localhost:10.0", "localhost", "10"},
		{"", "", ""}, {"x", "", ""}, {":", "", ""}, {":x", "", ""}, {":-1", "", ""},
	} {
		host, number, err := parse(tt.display)
		if host != tt.host || number != tt.number || (err == nil) != (tt.number != "") {
			t.Errorf("parse(%q) = %q, %q, %v, want %q, %q", tt.display, host, number, err, tt.host, tt.number)
		}
	}
}

func TestFind(t *testing.T) {
	var file []byte
	add := func(kind uint16, texts ...string) {
		file = binary.BigEndian.AppendUint16(file, kind)
		for _, text := range texts {
			file = append(binary.BigEndian.AppendUint16(file, uint16(len(text))), text...)
		}
	}
	add(256, "here", "0", "XDM-AUTHORIZATION-1", "other")
	add(256, "there", "0", scheme, "theirs")
	add(256, "here", "1", scheme, "second")
	add(256, "here", "0", scheme, "first")
	add(65535, "", "", scheme, "any")
	for _, tt := range []struct{ host, number, want string }{
		{"here", "0", "first"}, {"here", "1", "second"}, {"there", "0", "theirs"}, {"elsewhere", "7", "any"},
	} {
		if got := find(file, tt.host, tt.number); string(got) != tt.want {
			t.Errorf("find %s:%s = %q, want %q", tt.host, tt.number, got, tt.want)
		}
	}
	for n := range len(file) { // a file that was cut
		find(file[:n], "elsewhere", "7")
	}
	if got := find(nil, "here", "0"); got != nil {
		t.Errorf("found %q in nothing", got)
	}
}

// display starts an X display without a screen.
func display(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"Xvfb", "xclip"} {
		if _, err := exec.LookPath(name); err != nil {
			if os.Getenv("CI") == "true" && runtime.GOOS == "linux" { // elsewhere, nobody installs them
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	defer read.Close()
	cmd := exec.Command("Xvfb", "-displayfd", "3", "-nolisten", "tcp", "-screen", "0", "64x64x24")
	cmd.ExtraFiles = []*os.File{write}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	write.Close()
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	number, err := bufio.NewReader(read).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return ":" + strings.TrimSpace(number)
}

func TestPaste(t *testing.T) {
	d := display(t)
	paste := func(args ...string) string {
		cmd := exec.Command("xclip", append([]string{"-o", "-selection", "clipboard", "-display", d}, args...)...)
		out, _ := cmd.Output() // an error is an empty clipboard
		return string(out)
	}
	const text = "export http_proxy='http://127.0.0.1:1095'\nexport é=1"
	first, err := Take(t.Context(), d, text)
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range []string{"UTF8_STRING", "STRING", "TEXT", "text/plain;charset=utf-8"} {
		if got := paste("-t", target); got != text {
			t.Errorf("pasted as %s: %q, want %q", target, got, text)
		}
	}
	if got := paste("-t", "image/png"); got != "" {
		t.Errorf("pasted as a picture: %q", got)
	}
	if got := paste("-t", "TARGETS"); !strings.Contains(got, "UTF8_STRING\n") || !strings.Contains(got, "TARGETS\n") {
		t.Errorf("targets: %q", got)
	}
	second, err := Take(t.Context(), d, "second")
	if err != nil {
		t.Fatal(err)
	}
	<-first.Done() // it is told that the clipboard is another's
	if got := paste(); got != "second" {
		t.Errorf("pasted %q", got)
	}
	second.Close()
	if got := paste(); got != "" {
		t.Errorf("pasted %q from nobody", got)
	}
	if _, err := Take(t.Context(), ":32000", text); err == nil {
		t.Error("a display that is not there took a text")
	}
}
