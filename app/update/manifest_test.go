package update_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app/update"
)

var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// newKey is a key pair of a test's own.
func newKey(t *testing.T) (ed25519.PublicKey, ed25519.PrivateKey) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	return public, private
}

// manifestOf is a manifest of a version that was issued at noon.
func manifestOf(version string, artifacts ...update.Artifact) update.Manifest {
	return update.Manifest{Format: 1, Issued: noon, Expires: noon.AddDate(0, 6, 0), Release: update.Release{
		Version: version, Date: noon, Page: "https://example.com/releases/" + version,
		Notes:     map[string]string{"en": "Tunnels are faster.\nTwo bugs less.", "zh-Hans": "隧道更快。"},
		Artifacts: artifacts,
	}}
}

func textOf(t *testing.T, m update.Manifest) []byte {
	t.Helper()
	text, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestParse(t *testing.T) {
	setup := update.Artifact{OS: "windows", Arch: "amd64", Kind: update.Setup, URL: "https://example.com/drawbridge-1.2.3-setup.exe",
		Size: 5, SHA256: strings.Repeat("ab", 32), MinOS: "10.0.17763"}
	good := string(textOf(t, manifestOf("1.2.3", setup)))
	m, err := update.Parse([]byte(good))
	if err != nil || m.Release.Version != "1.2.3" || m.Release.Artifacts[0] != setup || m.Release.Notes["zh-Hans"] != "隧道更快。" {
		t.Fatalf("Parse = %+v, %v", m, err)
	}
	for _, tt := range []struct{ old, new, says string }{
		{`"format": 1`, `"format": 2`, "format 2"},
		{`"format": 1`, `"format": 1, "more": 1`, "more"},
		{`"version": "1.2.3"`, `"version": "v1.2.3"`, `version "v1.2.3"`},
		{`"version": "1.2.3"`, `"version": "<b>"`, `version "<b>"`},
		{`"issued": "2026-11-20T12:00:00Z"`, `"issued": "yesterday"`, "yesterday"},
		{`"issued": "2026-11-20T12:00:00Z",`, ``, "issued"},
		{`"expires": "2027-05-20`, `"expires": "2025-05-20`, "expires"},
		{`"en": "Tunnels`, `"fr": "Tunnels`, "notes.en"},
		{`Tunnels are`, `Tunnels\u001b[31m are`, "U+001B"},
		{`Tunnels are`, `Tunnels\u202e are`, "U+202E"},
		{`Tunnels are`, strings.Repeat("x", 9000), "notes.en: has more than 4096 bytes"},
		{`"page": "https:`, `"page": "http:`, "page"},
		{`"url": "https://example.com`, `"url": "https://anna@example.com`, "url"},
		{`"url": "https:`, `"url": "file:`, "url"},
		{`-setup.exe"`, `-setup.exe/"`, "names no file"},
		{`-setup.exe"`, `-setup.exe%3Bx"`, "names no file"},
		{`/drawbridge-1`, `/-rf`, "names no file"},
		{`"size": 5`, `"size": 0`, "size 0"},
		{`"size": 5`, `"size": 9999999999`, "size 9999999999"},
		{`"sha256": "ab`, `"sha256": "AB`, "sha256"},
		{`"sha256": "ab`, `"sha256": "`, "sha256"},
		{`"kind": "setup"`, `"kind": "script"`, `kind "script"`},
		{`"min_os": "10`, `"min_os": "ten`, "min_os"},
		{`"os": "windows"`, `"os": ""`, "os and arch"},
		{"{", "[", "manifest"},
	} {
		text := strings.Replace(good, tt.old, tt.new, 1)
		if text == good {
			t.Errorf("%s is not there", tt.old)
		}
		_, err := update.Parse([]byte(text))
		if err == nil || update.CodeOf(err) != update.Malformed || !strings.Contains(err.Error(), tt.says) {
			t.Errorf("Parse with %s = %v, %s", tt.new, err, update.CodeOf(err))
		}
	}
	for _, text := range []string{good + "{}", good + "x", "", "null", good[:len(good)/2], "\xff" + good} {
		if _, err := update.Parse([]byte(text)); update.CodeOf(err) != update.Malformed {
			t.Errorf("Parse(%.20q …) = %v", text, err)
		}
	}
	if _, err := update.Parse([]byte(good + strings.Repeat(" ", update.MostManifest))); update.CodeOf(err) != update.TooLarge {
		t.Errorf("Parse of too much = %v", err)
	}
}

func TestKeys(t *testing.T) {
	public, private := newKey(t)
	next, nextPrivate := newKey(t)
	stranger, strangerPrivate := newKey(t)
	compiled := base64.StdEncoding.EncodeToString(public) + "," + base64.StdEncoding.EncodeToString(next)
	keys, err := update.ParseKeys(compiled)
	if err != nil || len(keys) != 2 {
		t.Fatalf("ParseKeys = %v, %v", keys, err)
	}
	for _, wrong := range []string{"abc", compiled + ",", base64.StdEncoding.EncodeToString(public[:31])} {
		if got, err := update.ParseKeys(wrong); (err == nil) != (wrong == compiled+",") {
			t.Errorf("ParseKeys(%q) = %v, %v", wrong, got, err)
		}
	}
	if keys, err := update.ParseKeys(""); len(keys) != 0 || err != nil {
		t.Errorf("ParseKeys of nothing = %v, %v", keys, err)
	}
	text := []byte("exactly these bytes")
	ours, foreign := update.Sign(text, private), update.Sign(text, strangerPrivate)
	for _, tt := range []struct {
		name, signatures string
		keys             update.Keys
		want             update.Code
	}{
		{"ours", ours, keys, ""},
		{"that of the next key", update.Sign(text, nextPrivate), keys, ""},
		{"old and new, read by who knows the old one", update.Sign(text, nextPrivate) + ours, keys[:1], ""},
		{"beside one of a key that is not known", foreign + ours, keys, ""},
		{"with ends of lines of Windows", strings.ReplaceAll(ours, "\n", "\r\n"), keys, ""},
		{"a stranger's", foreign, keys, update.UnknownKey},
		{"a stranger's, under our name", update.KeyID(public) + foreign[16:], keys, update.Unsigned},
		{"ours for something else", update.Sign([]byte("other bytes"), private), keys, update.Unsigned},
		{"a wrong one beside a right one", update.Sign([]byte("other bytes"), private) + update.Sign(text, nextPrivate), keys, update.Unsigned},
		{"none", "", keys, update.Unsigned},
		{"half of one", ours[:40], keys, update.Unsigned},
		{"too many", strings.Repeat(foreign, 9), keys, update.Unsigned},
		{"ours, where no key is known", ours, nil, update.UnknownKey},
	} {
		if err := tt.keys.Verify(text, tt.signatures); update.CodeOf(err) != tt.want {
			t.Errorf("%s: Verify = %v, want %q", tt.name, err, tt.want)
		}
	}
	if update.KeyID(public) == update.KeyID(stranger) || len(update.KeyID(public)) != 16 {
		t.Error("keys are not told apart")
	}
}

func TestOpenRefusesWhatIsOld(t *testing.T) {
	public, private := newKey(t)
	keys := update.Keys{public}
	open := func(version string, seen update.Seen, now time.Time) error {
		text := textOf(t, manifestOf(version))
		_, err := keys.Open(update.Announcement{Text: text, Signatures: update.Sign(text, private)}, seen, now)
		return err
	}
	for _, tt := range []struct {
		name    string
		version string
		seen    update.Seen
		now     time.Time
		want    update.Code
	}{
		{"first", "1.2.3", update.Seen{}, noon, ""},
		{"the same again", "1.2.3", update.Seen{Version: "1.2.3", Issued: noon}, noon, ""},
		{"a lower version", "1.2.3", update.Seen{Version: "1.2.4"}, noon, update.Older},
		{"a pre-release of what was seen", "1.2.3-rc.1", update.Seen{Version: "1.2.3"}, noon, update.Older},
		{"one that was issued before", "1.2.4", update.Seen{Version: "1.2.3", Issued: noon.Add(time.Second)}, noon, update.Older},
		{"the last moment", "1.2.3", update.Seen{}, noon.AddDate(0, 6, 0).Add(-1), ""},
		{"expired", "1.2.3", update.Seen{}, noon.AddDate(0, 6, 0), update.Expired},
	} {
		if err := open(tt.version, tt.seen, tt.now); update.CodeOf(err) != tt.want {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	seen := update.Seen{Version: "1.3.0", Issued: noon.Add(-time.Hour)}.After(manifestOf("1.2.3"))
	if want := (update.Seen{Version: "1.3.0", Issued: noon}); seen != want {
		t.Errorf("After = %+v, want %+v", seen, want)
	}
}
