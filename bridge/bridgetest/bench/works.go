//go:build linux

package main

// A work is one kind of traffic, with the figures that are taken of it.
type work struct {
	name  string
	title string
	run   func(*bench, *Table)
}

var works = []work{
	{"get1k", "GET of 1 KiB, keep-alive, 64 clients at once", workGet},
	{"bulk", "CONNECT, bulk data through 1 and 8 tunnels", workBulk},
	{"bulk-user", "bulk data as an ordinary user beside idle tunnels", workBulkUser},
	{"tunnels", "tunnels opened, one byte echoed, closed, 64 at once", workTunnels},
	{"http100", "one big message by plain HTTP", workBodies},
	{"idle10k", "idle tunnels", workIdle},
	{"latency", "a distant endpoint, times in its round trips", workLatency},
	{"websocket", "upgrade, then echo of messages, 16 connections", workEcho},
	{"start", "start", workStart},
}
