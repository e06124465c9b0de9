package systemproxy

import "testing"

const users = `# written by hand
[$Version]
update_info=kioslave.upd:kde2.2/r1

[Proxy Settings]
AuthMode=0
httpProxy=http://proxy.example 8080
NoProxyFor[$e]=$HOME.example,*.test
Proxy Config Script = file:///etc/x.pac

ProxyType=2

[Proxy Settings][Sub]
httpProxy=another group
`

func TestIniGet(t *testing.T) {
	for _, tt := range []struct {
		text, key string
		want      value
	}{
		{users, "ProxyType", value{Text: "=2"}},
		{users, "httpProxy", value{Text: "=http://proxy.example 8080"}},
		{users, "NoProxyFor", value{Text: "[$e]=$HOME.example,*.test"}},
		{users, "Proxy Config Script", value{Text: " = file:///etc/x.pac"}},
		{users, "http", value{Unset: true}},
		{users, "Proxy", value{Unset: true}},
		{users, "update_info", value{Unset: true}},
		{"", "ProxyType", value{Unset: true}},
		{"ProxyType=1\n", "ProxyType", value{Unset: true}},
		{"[Proxy Settings]\nProxyType=1\nProxyType=0", "ProxyType", value{Text: "=0"}},
		{"[Proxy Settings][$i]\r\nProxyType=1\r\n", "ProxyType", value{Text: "=1"}},
	} {
		if got := iniGet(tt.text, "Proxy Settings", tt.key); got != tt.want {
			t.Errorf("iniGet(%.20q, %s) = %v, want %v", tt.text, tt.key, got, tt.want)
		}
	}
}

func TestIniSet(t *testing.T) {
	for _, tt := range []struct{ text, want string }{
		{"", "[Proxy Settings]\nProxyType=1\n"},
		{"[Other]\nx=1\n", "[Other]\nx=1\n\n[Proxy Settings]\nProxyType=1\n"},
		{"[Other]\nx=1", "[Other]\nx=1\n\n[Proxy Settings]\nProxyType=1"},
		{"[Proxy Settings]\r\n\tProxyType=0 \r\n", "[Proxy Settings]\r\n\tProxyType=1 \r\n"},
		{"[Proxy Settings]\nProxyType=0\nx=1\n", "[Proxy Settings]\nProxyType=1\nx=1\n"},
		{"[Proxy Settings]\nx=1\n\n[Other]\nProxyType=7\n", "[Proxy Settings]\nx=1\nProxyType=1\n\n[Other]\nProxyType=7\n"},
		{"[Proxy Settings]", "[Proxy Settings]\nProxyType=1"},
	} {
		if got := iniSet(tt.text, "Proxy Settings", "ProxyType", value{Text: "=1"}); got != tt.want {
			t.Errorf("iniSet(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

// Set, and set back in the opposite order: the file is the same to the letter.
func TestIniComesBack(t *testing.T) {
	for _, file := range []string{
		"", users, "[Other]\nx=1\n", "[Proxy Settings]\nProxyType=0\n", "[Proxy Settings]\nx=1\n\n[Other]\ny=2\n",
		"[Other]\nx=1", "[Proxy Settings]\nProxyType=0", "[Proxy Settings]\n ProxyType = 0 \n\thttpProxy=x\r\n",
	} {
		text := file
		keys := []string{"httpProxy", "httpsProxy", "Proxy Config Script", "NoProxyFor", "ProxyType"}
		var was []value
		for _, key := range keys {
			was = append(was, iniGet(text, "Proxy Settings", key))
			text = iniSet(text, "Proxy Settings", key, value{Text: "=ours"})
			if got := iniGet(text, "Proxy Settings", key); got.Text != "=ours" {
				t.Errorf("%s is %v in\n%s", key, got, text)
			}
		}
		for i := len(keys) - 1; i >= 0; i-- {
			text = iniSet(text, "Proxy Settings", keys[i], was[i])
		}
		if text != file {
			t.Errorf("got\n%s\nwant\n%s", text, file)
		}
	}
}

func TestIniLocked(t *testing.T) {
	for _, tt := range []struct {
		text string
		want bool
	}{
		{users, false}, {"", false}, {"[$i]\n", true}, {"[Proxy Settings][$i]\n", true},
		{"[Proxy Settings]\nProxyType[$i]=1\n", true}, {"[Proxy Settings]\nProxyType[$ei]=1\n", true},
		{"[Proxy Settings]\nProxyType[$e]=i]\n", false}, {"[Proxy Settings]\nProxyType=[$i]\n", false},
	} {
		if got := iniLocked(tt.text, "Proxy Settings", "ProxyType"); got != tt.want {
			t.Errorf("iniLocked(%q) = %v", tt.text, got)
		}
	}
}
