package main

import (
	"encoding/json"
	"io"
)

// An event is what a program that started us with --json reads on our stdout,
// one object a line.
type event struct {
	Event     string   `json:"event"`               // "listening" or "stopped"
	Addresses []string `json:"addresses,omitempty"` // bound, with their real ports
	Upstream  string   `json:"upstream,omitempty"`  // as a URL without a login
	Profile   string   `json:"profile,omitempty"`
	Direct    bool     `json:"direct,omitempty"` // traffic goes through no endpoint of the user's
}

func (e event) print(w io.Writer) error { return json.NewEncoder(w).Encode(e) }
