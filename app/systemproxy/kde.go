package systemproxy

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/drawbridge-app/drawbridge/bridge/route"
)

const kdeName = "kde"

// kde is the setting of KDE 5 and 6, the file kioslaverc, and GNOME's too, which Firefox reads also there.
type kde struct {
	file   string // path of kioslaverc
	notify func(ctx context.Context)
	gnome  *gnome // nil: there is no such thing here
}

const kdeGroup = "Proxy Settings"

// Keys of the group, named so in the journal.
const (
	kdePrefix   = "kioslaverc "
	kdeType     = kdePrefix + "ProxyType"
	kdePAC      = kdePrefix + "Proxy Config Script"
	kdeBypass   = kdePrefix + "NoProxyFor"
	kdeReversed = kdePrefix + "ReversedException"
	kdeHTTP     = kdePrefix + "httpProxy"
	kdeHTTPS    = kdePrefix + "httpsProxy"
	kdeFTP      = kdePrefix + "ftpProxy"
	kdeSOCKS    = kdePrefix + "socksProxy"
)

// kdeKeys are all of them.
var kdeKeys = [...]string{kdeType, kdePAC, kdeBypass, kdeReversed, kdeHTTP, kdeHTTPS, kdeFTP, kdeSOCKS}

func (k kde) name() string { return kdeName }

func (k kde) read(ctx context.Context) ([]entry, error) {
	file, err := readKDE(k.file)
	if err != nil {
		return nil, err
	}
	var entries []entry
	for _, key := range kdeKeys {
		entries = append(entries, entry{key, iniGet(file, kdeGroup, key[len(kdePrefix):])})
	}
	if k.gnome == nil {
		return entries, nil
	}
	others, err := k.gnome.read(ctx)
	return append(entries, others...), err
}

func (k kde) write(ctx context.Context, entries []entry) error {
	file, err := readKDE(k.file)
	if err != nil {
		return err
	}
	text := file
	var others []entry
	for _, e := range entries {
		key, ok := strings.CutPrefix(e.Key, kdePrefix)
		if !ok {
			others = append(others, e)
			continue
		}
		if iniLocked(text, kdeGroup, key) {
			return fmt.Errorf("%s: an administrator has locked it", e.Key)
		}
		text = iniSet(text, kdeGroup, key, e.Value)
	}
	if text != file {
		if err := writeKDE(k.file, text); err != nil {
			return err
		}
		k.notify(ctx)
	}
	if len(others) == 0 || k.gnome == nil {
		return nil
	}
	return k.gnome.write(ctx, others)
}

// plan implements platform.
func (k kde) plan(p Proxy, now []entry) []entry {
	want := kdePlan(p, now)
	if k.gnome != nil {
		want = append(want, k.gnome.plan(p, now)...)
	}
	return want
}

func kdePlan(p Proxy, now []entry) []entry {
	if p.PAC != "" {
		return []entry{text(kdePAC, "="+p.PAC), text(kdeType, "=2")}
	}
	empty := func(key string) entry { // as it is, if it is not there
		if v, _ := find(now, key); v.Unset {
			return entry{key, v}
		}
		return text(key, "=")
	}
	socks := empty(kdeSOCKS)
	if p.SOCKS != "" {
		socks = text(kdeSOCKS, kdeAddress("socks", p.SOCKS))
	}
	return []entry{
		text(kdeHTTP, kdeAddress("http", p.Address)),
		text(kdeHTTPS, kdeAddress("http", p.Address)),
		empty(kdeFTP),
		socks,
		text(kdeBypass, "="+strings.Join(p.bypass(route.KDE, "localhost", "127.0.0.0/8", "::1"), ",")),
		empty(kdeReversed), // otherwise the list would be of what does not go direct
		text(kdeType, "=1"),
	}
}

// kdeAddress is how KDE writes the address of a proxy: a space before the port.
func kdeAddress(scheme, address string) string {
	host, port, _ := net.SplitHostPort(address) // was checked
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	return "=" + scheme + "://" + host + " " + port
}

// user implements platform.
func (k kde) user(p Proxy, now []entry) []entry {
	none := value{Unset: true}
	mode, _ := find(now, kdeType)
	if url, _ := find(now, kdePAC); p.serves(strings.TrimPrefix(url.Text, "=")) {
		now = replaced(now, kdePAC, none)
		if mode.Text == "=2" {
			now = replaced(now, kdeType, value{Text: "=0"})
		}
	}
	for _, key := range []string{kdeHTTP, kdeHTTPS, kdeFTP, kdeSOCKS} {
		is, _ := find(now, key)
		if !kdeLeads(p, is.Text) {
			continue
		}
		now = replaced(now, key, none)
		if mode.Text == "=1" {
			now = replaced(now, kdeType, value{Text: "=0"})
		}
	}
	if k.gnome != nil {
		now = k.gnome.user(p, now)
	}
	return now
}

// kdeLeads reports whether that is p, which KDE also writes with a colon before the port.
func kdeLeads(p Proxy, text string) bool {
	_, address, _ := strings.Cut(strings.TrimPrefix(text, "="), "://")
	host, port, err := net.SplitHostPort(strings.Replace(strings.TrimSuffix(address, "/"), " ", ":", 1))
	return err == nil && p.leads(host, port)
}

// readKDE returns what stands in the file, nothing if there is none.
func readKDE(path string) (string, error) {
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	return string(text), err
}

// writeKDE replaces the file, whole or not at all; where nothing is left in it, it goes. A symbolic link stays one.
func writeKDE(path, text string) error {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target
	}
	if text == "" {
		return os.Remove(path)
	}
	mode := fs.FileMode(0o600)
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".kioslaverc-*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	err = errors.Join(err, f.Chmod(mode), f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		os.Remove(f.Name())
	}
	return err
}
