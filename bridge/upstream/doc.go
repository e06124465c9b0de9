// Package upstream turns the text by which a user names an endpoint, such as
// socks5://user:password@host:1080, into something that dials through it.
//
// The seam is golang.org/x/net/proxy: an [Upstream] is a proxy.ContextDialer,
// and [New] finds the dialer for a scheme of which it knows nothing in that
// package's registry. A new kind of upstream is therefore added by registering
// it, in an init function since the registry has no lock:
//
//	func init() {
//		proxy.RegisterDialerType("wormhole", func(u *url.URL, forward proxy.Dialer) (proxy.Dialer, error) {
//			return wormhole.Through(u.Host, forward)
//		})
//	}
//
// After that, wormhole://host:1 is an upstream. Its dialer should be a
// proxy.ContextDialer, which can be cancelled, and return connections that have
// CloseWrite; where it has Close or FreeIdle methods, the Upstream calls them.
//
// Names go to an endpoint as names. Only direct:// looks names up on this
// machine.
package upstream
