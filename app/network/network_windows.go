package network

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"unsafe"

	"golang.org/x/sys/windows"
)

// callback is what Windows calls, in a thread of its own. It is made once, since it can't be freed.
var callback = sync.OnceValue(func() uintptr {
	return windows.NewCallback(func(s *subscription, _, _ uintptr) uintptr {
		select {
		case s.told <- struct{}{}:
		default:
		}
		return 0
	})
})

// A subscription is what Windows was asked to tell of.
type subscription struct {
	told    chan struct{}
	handles []windows.Handle
	pinned  runtime.Pinner // itself: Windows has its address
}

func open() (source, error) {
	s := &subscription{told: make(chan struct{}, 1)}
	s.pinned.Pin(s)
	for _, ask := range []struct {
		of     string
		notify func(family uint16, callback uintptr, of unsafe.Pointer, initial bool, handle *windows.Handle) error
	}{
		{"interfaces", windows.NotifyIpInterfaceChange},
		{"addresses", windows.NotifyUnicastIpAddressChange},
		{"routes", windows.NotifyRouteChange2},
	} {
		var handle windows.Handle
		if err := ask.notify(windows.AF_UNSPEC, callback(), unsafe.Pointer(s), false, &handle); err != nil {
			return nil, errors.Join(fmt.Errorf("watch the network: %s: %w", ask.of, err), s.close())
		}
		s.handles = append(s.handles, handle)
	}
	return s, nil
}

func (s *subscription) follow(ctx context.Context, tell func()) error {
	for {
		select {
		case <-ctx.Done():
			return s.close()
		case <-s.told:
			tell()
		}
	}
}

// close returns when the callback runs no more.
func (s *subscription) close() error {
	var errs []error
	for _, handle := range s.handles {
		if err := windows.CancelMibChangeNotify2(handle); err != nil {
			errs = append(errs, fmt.Errorf("watch the network no more: %w", err))
		}
	}
	s.pinned.Unpin() // what can't be cancelled is not known to Windows
	return errors.Join(errs...)
}
