package app

import (
	"context"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// An Endpoint is a SOCKS endpoint that was found.
type Endpoint struct {
	Address string `json:"address"` // host:port
	Hint    string `json:"hint"`    // what usually listens there
}

// usual is where SOCKS endpoints usually listen.
const usual = "127.0.0.1:1080"

// habits are the places where programs that people run offer SOCKS, if nobody
// tells them otherwise. The best known come first.
func habits() []Endpoint {
	return []Endpoint{
		{usual, "ssh -D, Shadowsocks"},
		{"127.0.0.1:9050", "Tor"},
		{"127.0.0.1:9150", "Tor Browser"},
		{"127.0.0.1:7890", "Clash, mihomo"},
		{"127.0.0.1:7891", "Clash, mihomo"},
		{"127.0.0.1:7897", "Clash Verge"},
		{"127.0.0.1:10808", "v2rayN"},
		{"127.0.0.1:20170", "v2rayA"},
		{"127.0.0.1:2080", "sing-box, NekoBox"},
		{"127.0.0.1:1086", "ShadowsocksX-NG"},
		{"127.0.0.1:1081", "a second SOCKS server"},
		{"127.0.0.1:1089", "Qv2ray"},
		{"127.0.0.1:8889", "Qv2ray"},
		{"127.0.0.1:12334", "Hiddify"},
		{"127.0.0.1:6153", "Surge"},
		{"127.0.0.1:1055", "Tailscale"},
		{"127.0.0.1:40000", "Cloudflare WARP"},
	}
}

// Discover returns the SOCKS endpoints that answer on this machine at the places
// where they usually do, the best known first. Each was greeted, not only
// connected to. own are addresses that we listen on, which are no endpoints for
// us. It takes about a second at most.
func Discover(ctx context.Context, own ...string) []Endpoint {
	return discover(ctx, habits(), own)
}

func discover(ctx context.Context, places []Endpoint, own []string) []Endpoint {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	places = slices.DeleteFunc(places, func(e Endpoint) bool { return isOwn(e.Address, own) })
	answers := make([]bool, len(places))
	var asked sync.WaitGroup
	for i, e := range places {
		asked.Go(func() { answers[i] = upstream.Greets(ctx, e.Address) == nil })
	}
	asked.Wait()
	var found []Endpoint
	for i, e := range places {
		if answers[i] {
			found = append(found, e)
		}
	}
	return found
}

// isOwn reports whether address, on this machine, leads to one of own.
func isOwn(address string, own []string) bool {
	at, err := netip.ParseAddrPort(address)
	return err == nil && slices.ContainsFunc(own, func(text string) bool {
		listen, err := netip.ParseAddrPort(text)
		return err == nil && listen.Port() == at.Port() && (listen.Addr() == at.Addr() || listen.Addr().IsUnspecified())
	})
}

// Upstream returns the profile that s has in use. For a user who has named none
// it chooses: the endpoint at the usual place if one answers, otherwise the
// built-in one, which connects directly.
func Upstream(ctx context.Context, s settings.Settings) settings.Profile {
	if p, ok := s.Profile(); ok {
		return p
	}
	return choose(ctx, usual)
}

func choose(ctx context.Context, address string) settings.Profile {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	p := settings.DefaultProfile()
	if upstream.Greets(ctx, address) == nil {
		p.Name, p.URL = address, "socks5://"+address
	} else {
		p.Name, p.URL = "built-in endpoint", "direct://"
	}
	return p
}
