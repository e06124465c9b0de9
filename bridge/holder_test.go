package bridge

import "testing"

func TestHolderFromTools(t *testing.T) {
	for _, test := range []struct {
		name string
		got  string
		want string
	}{
		{"lsof", holderFromLsof("p4711\ncss-local\nf7\n"), "ss-local, pid 4711"},
		{"lsof, two descriptors of one program", holderFromLsof("p4711\ncnode\nf7\nf8\n"), "node, pid 4711"},
		{"lsof, two programs", holderFromLsof("p1\nclaunchd\nf7\np2\ncnode\nf8\n"), "launchd, pid 1"},
		{"lsof, nobody", holderFromLsof(""), ""},
		{"sockstat", holderFromSockstat("anna     ss-local   4711  7  tcp4   127.0.0.1:1095        *:*\n"), "ss-local, pid 4711"},
		{"sockstat, nobody", holderFromSockstat("\n"), ""},
	} {
		if test.got != test.want {
			t.Errorf("%s: holder = %q, want %q", test.name, test.got, test.want)
		}
	}
}
