//go:build unix

package service

import "context"

// Run runs the program as the service manager wants it: do, which calls ready once it serves, until its context ends. A
// signal is how managers end it here, so there is nothing to add.
func Run(ctx context.Context, do func(ctx context.Context, ready func()) error) error {
	return do(ctx, func() {})
}
