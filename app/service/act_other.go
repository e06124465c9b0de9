//go:build !windows

package service

import "context"

// meant says no: a manager here refuses nothing that is so already.
func meant(string, error) bool { return false }

// settled has nothing to ask: a manager here has waited, or does not tell.
func settled(context.Context) error { return nil }
