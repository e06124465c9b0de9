//go:build !windows

package control

import (
	"context"
	"errors"
)

// Every other system has unix sockets.

func listenPipe(string) (socket, error) { return nil, errors.ErrUnsupported }

func callPipe(context.Context, string) (conn, error) { return nil, errors.ErrUnsupported }
