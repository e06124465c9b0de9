package service

import (
	"context"
	"errors"
	"slices"
	"testing"

	"golang.org/x/sys/windows/svc"
)

// The service manager is told how far a service is, whichever way that goes.
func TestExecute(t *testing.T) {
	pending, runs, ending := svc.StartPending, svc.Running, svc.StopPending
	waits := func(ctx context.Context, ready func()) error {
		ready()
		<-ctx.Done()
		return nil
	}
	for _, tt := range []struct {
		name string
		do   func(context.Context, func()) error
		ask  svc.Cmd // once it runs; zero: nothing
		told []svc.State
		code uint32
	}{
		{"it is stopped", waits, svc.Stop, []svc.State{pending, runs, ending}, endedWell},
		{"the system goes", waits, svc.Shutdown, []svc.State{pending, runs, ending}, endedWell},
		{"it does not come up", func(context.Context, func()) error { return errors.New("the address is taken") }, 0, []svc.State{pending}, endedBadly},
		{"it ends by itself", func(_ context.Context, ready func()) error { ready(); return nil }, 0, []svc.State{pending}, endedWell},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked, tell, code := make(chan svc.ChangeRequest), make(chan svc.Status), make(chan uint32)
			r := &running{ctx: t.Context(), do: tt.do}
			go func() {
				_, ended := r.Execute(nil, asked, tell)
				code <- ended
			}()
			var told []svc.State
			for {
				select {
				case now := <-tell:
					told = append(told, now.State)
					if now.State == runs && tt.ask != 0 {
						asked <- svc.ChangeRequest{Cmd: svc.Interrogate, CurrentStatus: now}
						if again := <-tell; again != now {
							t.Errorf("asked how it is, it says %+v, want %+v", again, now)
						}
						asked <- svc.ChangeRequest{Cmd: tt.ask}
					}
				case ended := <-code:
					if tt.ask == 0 { // it may end before it could say that it runs
						told = slices.DeleteFunc(told, func(s svc.State) bool { return s == runs })
					}
					if !slices.Equal(told, tt.told) || ended != tt.code {
						t.Errorf("told %v and ended with %d, want %v and %d", told, ended, tt.told, tt.code)
					}
					return
				}
			}
		})
	}
}
