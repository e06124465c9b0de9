package autostart

import (
	"os"
	"testing"

	"golang.org/x/sys/windows/registry"
)

// In the registry, where it would be the tester's own login.
func TestEnableInRegistry(t *testing.T) {
	if os.Getenv("CI") != "true" {
		t.Skip("this would change the login of whoever runs the test; CI=true says that nobody minds")
	}
	is := func(want bool) {
		t.Helper()
		if got, err := Program.Enabled(); got != want || err != nil {
			t.Errorf("Enabled() = %v, %v, want %v", got, err, want)
		}
	}
	is(false)
	if err := Program.Disable(); err != nil {
		t.Errorf("Disable what is not there: %v", err)
	}
	program := `C:\Program Files\Drawbridge\drawbridge-tray.exe`
	if err := Program.Enable(program, "--hidden"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { Program.Disable() })
	is(true)
	line, err := registryValue(runKey, func(k registry.Key) (string, error) {
		s, _, err := k.GetStringValue(name)
		return s, err
	})
	if want := `"` + program + `" --hidden`; line != want || err != nil {
		t.Errorf("Windows will start %s, %v, want %s", line, err, want)
	}
	key, _, err := registry.CreateKey(registry.CURRENT_USER, approvedKey, registry.SET_VALUE)
	if err != nil {
		t.Fatal(err)
	}
	defer key.Close()
	if err := key.SetBinaryValue(name, []byte{3, 0, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8}); err != nil { // as the Task Manager says no
		t.Fatal(err)
	}
	is(false)
	if err := Program.Enable(program, "--hidden"); err != nil {
		t.Fatal(err)
	}
	is(true)
	if err := Program.Disable(); err != nil {
		t.Fatal(err)
	}
	is(false)
	if Program.Enable() == nil {
		t.Error("no command was taken")
	}
}

// What is no program to stay is run once, under a name of its own.
func TestOnceInRegistry(t *testing.T) {
	if os.Getenv("CI") != "true" {
		t.Skip("this would change the login of whoever runs the test; CI=true says that nobody minds")
	}
	const e = Program + ".Test" // Heal's own value is changed by other packages' tests at the same time
	is := func(want string) {
		t.Helper()
		enabled, err := e.Enabled()
		if enabled != (want != "") || err != nil {
			t.Errorf("Enabled() = %v, %v", enabled, err)
		}
		line, err := registryValue(`Software\Microsoft\Windows\CurrentVersion\RunOnce`, func(k registry.Key) (string, error) {
			s, _, err := k.GetStringValue("Drawbridge.Test")
			return s, err
		})
		if line != want || err != nil {
			t.Errorf("Windows will start %s, %v, want %s", line, err, want)
		}
	}
	is("")
	program := `C:\Program Files\Drawbridge\drawbridge-tray.exe`
	if err := e.Enable(program, "--heal"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Disable() })
	is(`"` + program + `" --heal`)
	if other, err := Program.Enabled(); other || err != nil {
		t.Errorf("the program is enabled as well: %v, %v", other, err)
	}
	for range 2 {
		if err := e.Disable(); err != nil {
			t.Fatal(err)
		}
		is("")
	}
}
