//go:build !linux && !darwin && !freebsd && !windows

package network

import (
	"errors"
	"fmt"
)

func open() (source, error) { return nil, fmt.Errorf("watch the network: %w", errors.ErrUnsupported) }
