package slo_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
)

// pushDays pushes a slot of 1,000 events an hour for so many days back, of which so many
// were bad.
func (h *house) pushDays(t *testing.T, days int, bad float64) {
	t.Helper()
	for d := days; d > 0; d-- {
		var slots []slo.Slot
		for hour := range 24 {
			slots = append(slots, h.at(time.Duration(d)*24*time.Hour-time.Duration(hour)*time.Hour, 1000-bad, 1000))
		}
		h.push(t, "availability", slots...)
	}
}

// The window of 28 days at 95 % may have 5 % bad. Where 10 % were in the seven days in
// which it was measured, the budget is spent already; where 4 % were, it never is, since
// every day to come is like those.
func TestAForecastFollowsFromThePast(t *testing.T) {
	t.Parallel()
	for bad, want := range map[float64]float64{100: 1, 40: 0} {
		h := newHouse(t)
		v := h.declare(t, "availability", "95%")
		h.pushDays(t, 8, bad)
		h.push(t, "availability", h.at(time.Minute, 100, 100))
		v = h.evaluate(t, v)
		got := ok(h.Forecast(h.ada, v.SLO.ID))(t)
		if got.Unknown != "" || got.Probability != want || got.Hours < 8*24-1 || !got.From.Equal(v.Status.End) || !got.Until.Equal(v.Status.End.AddDate(0, 0, 28)) {
			t.Errorf("%v bad of 1,000: %+v", bad, got)
		}
		for _, at := range got.Times {
			if (at != nil) != (want == 1) || at != nil && !at.Equal(got.From) {
				t.Errorf("%v bad of 1,000: spent at %v", bad, at)
			}
		}
		if again := ok(h.Forecast(h.ada, v.SLO.ID))(t); again.Probability != got.Probability {
			t.Errorf("another time it is %v, not %v", again.Probability, got.Probability)
		}
	}
}

func TestAForecastIsUnknownWithoutAWeekOfThePast(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	unknown := func(says string) {
		t.Helper()
		if got := ok(h.Forecast(h.ada, v.SLO.ID))(t); got.Unknown != says {
			t.Errorf("%+v, want %q", got, says)
		}
	}
	unknown("it was not evaluated yet as it is declared now")
	h.evaluate(t, v)
	unknown("there are no events in its window, or fewer than the 1 from which something is concluded")
	h.push(t, "availability", h.at(167*time.Hour, 10, 10), h.at(time.Minute, 10, 10))
	h.evaluate(t, v)
	unknown("it has been measured for 167 hours, and a forecast needs 168")
	h.clock.Advance(time.Hour)
	h.evaluate(t, v)
	unknown("it is stale: what happens now is not known")
	h.push(t, "availability", h.at(time.Minute, 10, 10))
	h.evaluate(t, v)
	unknown("")
}
