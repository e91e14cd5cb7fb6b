package delivery_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

var start = time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)

// The limits are GitHub's, from "Rate limits for the REST API" and "Best practices for
// using the REST API". Whatever is asked for, in whatever order and at whatever times,
// what a lane lets through is within them.
func TestALaneLetsNoMoreThroughThanIsAllowed(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		type passed struct {
			at time.Time
			delivery.Effort
		}
		limits := delivery.Documented()
		var lane delivery.Lane
		var all []passed
		now := start
		efforts := []delivery.Effort{delivery.Reading, delivery.Writing, delivery.Making}
		for range rapid.IntRange(1, 300).Draw(t, "requests") {
			now = now.Add(time.Duration(rapid.IntRange(0, 3000).Draw(t, "pause")) * time.Millisecond)
			e := rapid.SampledFrom(efforts).Draw(t, "effort")
			// Time moves to when the lane says, however often it has to be asked.
			for next := lane.Next(now, e, limits); next.After(now); next = lane.Next(now, e, limits) {
				now = next
			}
			lane.Pass(now, e)
			all = append(all, passed{now, e})
		}
		for i, p := range all {
			var points, minute, hour int
			for _, q := range all[:i+1] {
				if age := p.at.Sub(q.at); age < time.Hour {
					hour += q.Content
					if age < time.Minute {
						minute += q.Content
						points += q.Points
					}
				}
			}
			if points > 900 || minute > 80 || hour > 500 {
				t.Fatalf("at %s %d points and %d creations in a minute, %d in an hour", p.at.Sub(start), points, minute, hour)
			}
			if p.Points > 1 {
				for j := i - 1; j >= 0; j-- {
					if all[j].Points > 1 {
						if all[j].at.After(p.at.Add(-time.Second)) {
							t.Fatalf("two writes %s apart", p.at.Sub(all[j].at))
						}
						break
					}
				}
			}
		}
	})
}

func TestFiveHundredCreationsGoThroughInAnHourAndNoMore(t *testing.T) {
	t.Parallel()
	var lane delivery.Lane
	now, made := start, 0
	for {
		next := lane.Next(now, delivery.Making, delivery.Documented())
		if !next.Before(start.Add(time.Hour)) {
			break
		}
		now = next
		lane.Pass(now, delivery.Making)
		made++
	}
	if made != 500 || now.Sub(start) != 499*time.Second { // one a second until then
		t.Errorf("%d in the first hour, the last after %s", made, now.Sub(start))
	}
}

// "Wait for at least one minute before retrying. If your request continues to fail due
// to a secondary rate limit, wait for an exponentially increasing amount of time."
func TestALaneThatIsNotToldForHowLongWaitsTwiceAsLongEachTime(t *testing.T) {
	t.Parallel()
	var lane delivery.Lane
	now := start
	for _, want := range []time.Duration{1, 2, 4, 8, 16, 32, 60, 60} {
		lane.Close(now, time.Time{}, "told to wait")
		if got := lane.NotBefore.Sub(now); got != want*time.Minute {
			t.Fatalf("it waits %s, want %d min", got, want)
		}
		now = lane.NotBefore
	}
	lane.Opened()
	lane.Close(now, time.Time{}, "told to wait")
	if got := lane.NotBefore.Sub(now); got != time.Minute {
		t.Errorf("after an answer it waits %s, want 1 min", got)
	}
	lane.Close(now, now.Add(time.Second), "told to wait")
	if got := lane.NotBefore.Sub(now); got != time.Minute {
		t.Errorf("a shorter wait cut it to %s", got)
	}
}
