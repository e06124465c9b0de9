package app_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/drawbridge-app/drawbridge/app"
	"github.com/drawbridge-app/drawbridge/bridge/bridgetest"
)

func TestMeasure(t *testing.T) {
	bridgetest.Leaks(t)
	m, err := app.Measure(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if m.Rounds < 1 || m.Bare <= 0 || m.Bridged <= m.Bare || m.Added <= 0 || m.Added >= m.Bridged {
		t.Errorf("Measure() = %+v, want a bridge that costs something, and less than all", m)
	}
	if m.BareRate <= 0 || m.BridgedRate <= 0 || m.Share() != m.BridgedRate/m.BareRate {
		t.Errorf("Measure() = %+v, want bytes to have come both ways", m)
	}
	if got := (app.Measurement{}).Share(); got != 0 {
		t.Errorf("Share() of nothing = %v, want 0", got)
	}
}

func TestMeasureEndsWithItsContext(t *testing.T) {
	bridgetest.Leaks(t)
	stop := errors.New("somebody pressed Cancel")
	for _, after := range []time.Duration{0, 50 * time.Millisecond, 600 * time.Millisecond} { // it takes longer than 1.2 s
		ctx, cancel := context.WithCancelCause(t.Context())
		timer := time.AfterFunc(after, func() { cancel(stop) })
		if m, err := app.Measure(ctx); !errors.Is(err, stop) || m != (app.Measurement{}) {
			t.Errorf("Measure() = %+v, %v, want %v", m, err, stop)
		}
		timer.Stop()
	}
}
