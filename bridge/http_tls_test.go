package bridge_test

import (
	"crypto/tls"
	"strings"
	"testing"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

// A proxy setting that says https makes clients speak TLS to us. They are told
// at once, and in plain text, instead of being left to wait.
func TestTLSToTheListenerIsAnsweredAtOnce(t *testing.T) {
	bridgetest.Leaks(t)
	s := newStand(t, bridge.Config{}, bridgetest.Script{bridgetest.Rest()})
	_, err := tls.Dial("tcp", address(s.bridge), &tls.Config{ServerName: "site.test", InsecureSkipVerify: true})
	if err == nil || !strings.Contains(err.Error(), "first record does not look like a TLS handshake") {
		t.Errorf("TLS to the bridge: %v, want an answer that is not TLS", err)
	}
	c := s.dial()
	c.send("\x16\x03\x01")
	if res, body := c.reply("GET"); res.StatusCode != 400 || !strings.Contains(body, "http://") {
		t.Errorf("answer = %d %q, want 400 with the way to write the proxy's address", res.StatusCode, body)
	}
}
