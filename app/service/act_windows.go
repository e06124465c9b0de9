package service

import (
	"context"
	"errors"
	"fmt"
	"time"

	system "golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
)

// meant reports whether a manager's refusal says that all is as it was wanted, which is none for people.
func meant(verb string, refusal error) bool {
	return verb == "start" && errors.Is(refusal, system.ERROR_SERVICE_ALREADY_RUNNING) ||
		verb == "stop" && errors.Is(refusal, system.ERROR_SERVICE_NOT_ACTIVE)
}

// settled waits until the service that was started serves. Its error is that it has ended instead, or does neither.
func settled(ctx context.Context) error {
	const patience, pause = time.Minute, 50 * time.Millisecond
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errors.New("it has not come up within a minute"))
	defer cancel()
	manager, err := system.OpenSCManager(nil, nil, system.SC_MANAGER_CONNECT)
	if err != nil {
		return err
	}
	defer system.CloseServiceHandle(manager)
	name, err := system.UTF16PtrFromString(Name)
	if err != nil {
		return err
	}
	handle, err := system.OpenService(manager, name, system.SERVICE_QUERY_STATUS)
	if err != nil {
		return err
	}
	defer system.CloseServiceHandle(handle)
	for {
		var is system.SERVICE_STATUS
		if err := system.QueryServiceStatus(handle, &is); err != nil {
			return err
		}
		switch svc.State(is.CurrentState) {
		case svc.Running:
			return nil
		case svc.Stopped:
			return fmt.Errorf("it has ended at once, with code %d", exitCode(is))
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
		}
	}
}

// exitCode is what a service that has stopped has left: its own, or one of Windows'.
func exitCode(is system.SERVICE_STATUS) uint32 {
	if is.Win32ExitCode == uint32(system.ERROR_SERVICE_SPECIFIC_ERROR) {
		return is.ServiceSpecificExitCode
	}
	return is.Win32ExitCode
}
