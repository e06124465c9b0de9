package chooser_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/drawbridge-app/drawbridge/app/chooser"
)

// What one decision costs, the way to the other process and back included.
func BenchmarkChoose(b *testing.B) {
	path := filepath.Join(b.TempDir(), "proxy.pac")
	if err := os.WriteFile(path, []byte(returning("SOCKS 127.0.0.1:1080")), 0o600); err != nil {
		b.Fatal(err)
	}
	c := &chooser.Chooser{URL: "file://" + path, Evaluator: evaluator}
	defer c.Close()
	for b.Loop() {
		if _, err := c.Choose(b.Context(), "https://site.test/", "site.test"); err != nil {
			b.Fatal(err)
		}
	}
}
