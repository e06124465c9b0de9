// Package bridgetest holds the counterparts that the bridge's tests run against,
// all of them on the loopback interface and on ports of the system's choice: a
// SOCKS server that can be told to misbehave ([StartSOCKS]), origin servers that
// play a script and record every byte ([StartScript], [StartOrigin]), a relay
// that makes any of them far away ([StartDelay]), and a check that nothing was
// left open ([Leaks]).
//
// Nothing here shares code with what it tests. Everything started is closed by
// the test's Cleanup; where several things are, the last one started is closed
// first, so call Leaks before anything else.
package bridgetest
