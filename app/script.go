package app

import (
	"context"
	"errors"
	"net"
	"net/url"
	"time"

	"github.com/drawbridge-app/drawbridge/app/chooser"
	"github.com/drawbridge-app/drawbridge/bridge/upstream"
	"github.com/drawbridge-app/drawbridge/settings"
)

// chooserFor returns the chooser of a profile that names a PAC script: the one that
// there is, with all that it has read, or a new one. Nil: the profile names none, or
// the bridge is off. The caller has the turn.
func (c *Controller) chooserFor(p settings.Profile, on bool) *chooser.Chooser {
	script := chooser.ScriptURL(p.URL)
	switch {
	case script == "" || !on:
		return nil
	case c.chooser != nil && c.chooser.URL == script:
		return c.chooser
	}
	return &chooser.Chooser{URL: script, Log: c.Logger()}
}

// choose makes decides the chooser, and closes the last one. The caller has the turn.
func (c *Controller) choose(decides *chooser.Chooser) {
	if c.chooser != nil && c.chooser != decides {
		c.chooser.Close()
	}
	c.chooser = decides
}

// followScript has the script loaded that decides in the place of u's endpoint, and
// sees from time to time whether it is there. How its proxies do is not asked: that
// it is well shows with requests.
func (c *Controller) followScript(ctx context.Context, u *upstream.Upstream, decides *chooser.Chooser) {
	tick := time.NewTicker(whileDown)
	defer tick.Stop()
	for {
		if err := decides.Ready(ctx); ctx.Err() == nil && (err != nil || !u.Health().OK()) {
			u.Decided(err)
		}
		c.look(u)
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
	}
}

// decide asks the PAC script that p names where a request for target goes, and makes
// p the profile of that. What the script answers is a stage of the check.
func (c *Check) decide(ctx context.Context, p settings.Profile, target *url.URL) (settings.Profile, bool) {
	decides := &chooser.Chooser{URL: chooser.ScriptURL(p.URL)}
	defer decides.Close()
	asked := url.URL{Scheme: target.Scheme, Host: target.Host, Path: target.Path, RawQuery: target.RawQuery}
	if asked.Path == "" {
		asked.Path = "/"
	}
	if host, port, err := net.SplitHostPort(target.Host); err == nil && target.Scheme == "https" && port == "443" {
		asked.Host = host
	}
	if target.Scheme == "https" { // of which a proxy does not see more
		asked.Path, asked.RawQuery = "/", ""
	}
	begin := time.Now()
	said, ways, err := decides.Ask(ctx, asked.String(), target.Hostname())
	if err == nil && len(ways) == 0 {
		err = errors.New("the script names no way")
	}
	c.add("script", time.Since(begin), said, err)
	if err != nil {
		return p, false
	}
	p.URL = ways[0]
	return p, true
}
