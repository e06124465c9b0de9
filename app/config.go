package app

import (
	"log/slog"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge"
	"github.com/drawbridge-app/drawbridge/settings"
)

// Config is the bridge's configuration for settings and a profile.
func Config(s settings.Settings, p settings.Profile, log *slog.Logger) bridge.Config {
	idle := s.Pool.Idle
	if idle == 0 {
		idle = -1 // none, which the file says with 0
	}
	return bridge.Config{
		Listen:       s.Listen,
		Open:         s.Open,
		Login:        bridge.Login{User: s.Login.User, Password: s.Login.Password.Reveal()},
		HTTPOnly:     !s.SOCKSClients,
		Via:          s.Via,
		ForwardedFor: s.ForwardedFor,
		Bypass:       s.Bypass,
		Upstream:     p.Spec(s.Timeouts),
		Timeouts: bridge.Timeouts{
			Header:     time.Duration(s.Timeouts.Header),
			Idle:       time.Duration(s.Timeouts.Idle),
			TunnelIdle: time.Duration(s.Timeouts.TunnelIdle),
		},
		Pool: bridge.Pool{
			PerHost: s.Pool.PerHost, Total: s.Pool.Total, Idle: idle,
			IdleTimeout: time.Duration(s.Pool.IdleTimeout), Wait: time.Duration(s.Pool.Wait),
		},
		Limits: bridge.Limits(s.Limits),
		Log:    log,
	}
}
