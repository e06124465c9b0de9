package systemproxy_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/windows/registry"
)

// A user is one whose registry and folders nobody minds.
type user struct {
	*testing.T
	before string // the setting
}

// newUser is one with this setting: values of Internet Settings.
func newUser(t *testing.T, own map[string]any) *user {
	t.Helper()
	if os.Getenv("CI") != "true" && os.Getenv("WINEPREFIX") == "" {
		t.Skip("this would change the proxy of whoever runs the test")
	}
	t.Setenv("LocalAppData", t.TempDir())
	u := &user{T: t}
	was := u.values()
	t.Cleanup(func() { u.write(was) })
	u.write(own)
	u.before = u.setting()
	return u
}

const settingsKey = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`

// values are those that say the proxy; what is not there is not in it.
func (u *user) values() map[string]any {
	u.Helper()
	key, err := registry.OpenKey(registry.CURRENT_USER, settingsKey, registry.QUERY_VALUE)
	if err != nil {
		u.Fatal(err)
	}
	defer key.Close()
	now := make(map[string]any)
	for _, name := range []string{"ProxyServer", "ProxyOverride", "AutoConfigURL"} {
		if s, _, err := key.GetStringValue(name); err == nil && s != "" {
			now[name] = s
		}
	}
	if n, _, err := key.GetIntegerValue("ProxyEnable"); err == nil {
		now["ProxyEnable"] = uint32(n)
	}
	return now
}

func (u *user) setting() string { return fmt.Sprint(u.values()) }

func (u *user) write(values map[string]any) {
	u.Helper()
	key, _, err := registry.CreateKey(registry.CURRENT_USER, settingsKey, registry.SET_VALUE)
	if err != nil {
		u.Fatal(err)
	}
	defer key.Close()
	for _, name := range []string{"ProxyServer", "ProxyOverride", "AutoConfigURL", "ProxyEnable"} {
		switch v := values[name].(type) {
		case string:
			err = key.SetStringValue(name, v)
		case uint32:
			err = key.SetDWordValue(name, v)
		default:
			if err = key.DeleteValue(name); errors.Is(err, registry.ErrNotExist) {
				err = nil
			}
		}
		if err != nil {
			u.Fatal(err)
		}
	}
}

// led reports whether the system is led to the bridge.
func (u *user) led() bool { return strings.Contains(u.setting(), "127.0.0.1:1095") }

// clean fails the test if the user's own is not there, or something is left behind.
func (u *user) clean() {
	u.Helper()
	if now := u.setting(); now != u.before {
		u.Errorf("the registry has %s, want %s", now, u.before)
	}
	if line := u.once(); line != "" {
		u.Errorf("the next login starts %s", line)
	}
	if _, err := os.Stat(u.journal()); err == nil {
		u.Error("the journal stayed")
	}
}

func (u *user) journal() string {
	return filepath.Join(os.Getenv("LocalAppData"), "drawbridge", "system-proxy.json")
}

// once is what the next login starts for us.
func (u *user) once() string {
	key, err := registry.OpenKey(registry.CURRENT_USER, `Software\Microsoft\Windows\CurrentVersion\RunOnce`, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	line, _, _ := key.GetStringValue("Drawbridge.Heal")
	return line
}

func (u *user) until(what string, right func() bool) {
	u.Helper()
	const patience = 20 * time.Second
	for end := time.Now().Add(patience); !right(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			u.Fatalf("never: %s; the registry has %s", what, u.setting())
		}
	}
}
