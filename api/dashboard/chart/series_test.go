package chart

import (
	"slices"
	"testing"
	"time"
)

var start = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// values makes points a day apart; nan stands for an unknown one.
func values(vs ...float64) []Point {
	out := make([]Point, len(vs))
	for i, v := range vs {
		out[i] = Point{At: start.Add(time.Duration(i) * 24 * time.Hour), Value: v, Known: v == v}
	}
	return out
}

func TestARunEndsWhereNothingIsKnown(t *testing.T) {
	t.Parallel()
	got := runs(values(nan, 1, .9, nan, nan, .5, nan))
	if len(got) != 2 || len(got[0]) != 2 || len(got[1]) != 1 || got[1][0].Value != .5 {
		t.Errorf("runs = %v", got)
	}
	if all := runs(values(1, 1)); len(all) != 1 {
		t.Errorf("a line without gaps has %d runs", len(all))
	}
	if none := runs(values(nan, nan)); none != nil {
		t.Errorf("unknown points make runs: %v", none)
	}
}

func TestAGapReachesToTheKnownPointsAroundIt(t *testing.T) {
	t.Parallel()
	p := values(nan, 1, nan, nan, .5)
	got := gaps(p)
	want := []span{{p[0].At, p[1].At}, {p[1].At, p[4].At}}
	if !slices.Equal(got, want) {
		t.Errorf("gaps = %v, want %v", got, want)
	}
}

func TestALineIsCutWhereItCrossesZero(t *testing.T) {
	t.Parallel()
	// From 0.3 to −0.1 in a day, zero is met after 0.3 ÷ 0.4 = ¾ of it, 18 hours.
	got := split(values(.5, .3, -.1, -.2, .2))
	if len(got) != 3 || got[0].below || !got[1].below || got[2].below {
		t.Fatalf("pieces = %v", got)
	}
	cross := got[0].points[2]
	if want := start.Add(24*time.Hour + 18*time.Hour); !cross.At.Equal(want) || cross.Value != 0 {
		t.Errorf("crosses at %v with %v, want %v with 0", cross.At, cross.Value, want)
	}
	if got[1].points[0] != cross {
		t.Errorf("the piece below zero begins at %v, want %v", got[1].points[0], cross)
	}
}

func TestTicksAreRoundAndCoverTheRangeWithZeroAmongThem(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		low, high float64
		want      []float64
	}{
		{0, 1, []float64{0, .2, .4, .6, .8, 1}},
		{-.186, 1, []float64{-.25, 0, .25, .5, .75, 1}},
		{-8.2, 1, []float64{-10, -8, -6, -4, -2, 0, 2}},
	} {
		got := ticks(c.low, c.high, 5)
		if !slices.EqualFunc(got, c.want, func(a, b float64) bool { return a-b < 1e-9 && b-a < 1e-9 }) {
			t.Errorf("ticks(%v, %v) = %v, want %v", c.low, c.high, got, c.want)
		}
		if !slices.Contains(got, 0) {
			t.Errorf("ticks(%v, %v) = %v have no exact zero", c.low, c.high, got)
		}
	}
}
