package statistics

import (
	"testing"
	"time"
)

// In 2026 the weeks begin on Monday, 2 March, 9 March, and so on.
func TestTheBusiestShiftIsThatWithMostIncidents(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	at := func(month time.Month, day, hour int) time.Time {
		return time.Date(2026, month, day, hour, 0, 0, 0, time.UTC)
	}
	began := func(times ...time.Time) []Began {
		out := make([]Began, len(times))
		for i, t := range times {
			out[i] = Began{At: t}
		}
		return out
	}
	detected := at(3, 9, 0)
	for name, c := range map[string]struct {
		incidents []Began
		want      float64
	}{
		"none":                                   {nil, 0},
		"one":                                    {began(at(3, 13, 1)), 1},
		"two weeks with one each":                {began(at(3, 8, 23), at(3, 9, 0)), 1},
		"Monday and Sunday of a week":            {began(at(3, 2, 0), at(3, 8, 23), at(3, 9, 0)), 2},
		"detected in the next week":              {append(began(at(3, 9, 1)), Began{At: at(3, 8, 23), DetectedAt: &detected}), 2},
		"28 days ago, and a moment before":       {began(at(2, 14, 12), at(2, 14, 11)), 1},
		"one that began long ago, detected late": {[]Began{{At: at(1, 1, 0), DetectedAt: &detected}}, 1},
	} {
		if got := busiest(c.incidents, now); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestACauseIsRepeatedByASecondIncident(t *testing.T) {
	t.Parallel()
	with := func(causes ...string) Began { return Began{Causes: causes} }
	for _, c := range []struct {
		incidents []Began
		want      float64
	}{
		{nil, 0},
		{[]Began{with("a", "b")}, 0},
		{[]Began{with("a"), with("b"), with()}, 0},
		{[]Began{with("a", "b"), with("b"), with("b")}, 1},
		{[]Began{with("a", "b"), with("b", "a")}, 2},
	} {
		if got := recurring(c.incidents); got != c.want {
			t.Errorf("of %v %v are repeated, want %v", c.incidents, got, c.want)
		}
	}
}
