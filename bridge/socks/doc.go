// Package socks is both ends of a SOCKS handshake: SOCKS 5 (RFC 1928, with the
// user/password login of RFC 1929), SOCKS 4 and its extension 4a.
//
// A [Dialer] opens TCP connections through an endpoint. What it returns is the
// bare connection to the endpoint, positioned right behind the endpoint's
// reply, so half-close and splice work on it. A target's name always travels to
// the endpoint as a name; this package never looks one up.
//
// A Dialer spends as few round trips as the endpoint allows. With R for one
// round trip to the endpoint, and not counting the endpoint's own way to the
// target, a dial costs
//
//	R     with a spare connection (see Dialer.Spares)
//	2 R   in one flight: greeting, login and request share a segment
//	3 R   in ordinary flights, 4 R with a login
//
// [Accept] is the other end: it reads one client's handshake and leaves dialling
// and relaying to the caller. [Server] puts a listener around it.
package socks
