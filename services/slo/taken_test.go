package slo_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Worked by hand. Ten days of 100 events an hour, at the start of each: 24,000, of which 100 are
// excluded. Bad are 60 and 40 in the hours that began 50 and 49 hours ago, 100 in that 30 hours
// ago, which is corrected, and 20 in that 10 hours ago. 28 days that ended 48 hours ago hold the
// 192 hours from 240 to 49 hours ago: 19,200 events, of which 5 % = 960 may be bad. 28 days up to
// now hold 23,900, of which 1,195 may; of the quarter, of which 53.5 of 92 days are over,
// 1,195 · 92 ÷ 53.5 = 2,054.953.
func TestWhatATimeTookOfABudgetIsAShareOfTheWholeBudget(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "95%")
	h.hourly(t, 10, map[int]float64{50: 60, 49: 40, 30: 100, 10: 20})
	h.push(t, "availability", h.at(time.Minute, 0, 0))
	ago := func(d time.Duration) time.Time { return h.clock.Now().Truncate(time.Hour).Add(-d) }
	from, to := ago(30*time.Hour), ago(30*time.Hour-time.Minute)
	ok(h.corrected(t).Declare(h.ada, v.SLO.ID, correction.Declaration{Effect: correction.Exclude, Kind: correction.Maintenance, Reason: "the disks", From: &from, To: &to}))(t)
	v = h.evaluate(t, v)
	strict := v
	strict.Revision.MinEvents = 20_000
	for name, c := range map[string]struct {
		of          slo.View
		from, until time.Duration // ago; 0 while it lasts
		want        string
	}{
		// 100 ÷ 960, 100 ÷ 2,054.953
		"one that is over": {v, 50 * time.Hour, 48 * time.Hour, "100 of 200; 28d 100 of 19200 0.104167; quarter 100 of 23900 0.048663"},
		// 40 ÷ 960, 40 ÷ 2,054.953: it counts again what the one above counted
		"one that overlaps it, rounded outward": {v, 49*time.Hour + 20*time.Second, 48*time.Hour + 10*time.Second, "40 of 100; 28d 40 of 19200 0.041667; quarter 40 of 23900 0.019465"},
		// its first 100 lie in both periods: 120 ÷ 1,195, 120 ÷ 2,054.953
		"one that lasts": {v, 50 * time.Hour, 0, "120 of 4900; 28d 120 of 23900 0.100418; quarter 120 of 23900 0.058395"},
		// 28 days that ended 29 hours ago: the 211 hours from 240 to 30 hours ago less the excluded one
		"one that is corrected":                {v, 30 * time.Hour, 29 * time.Hour, "0 of 0; 28d 0 of 21000 0.000000; quarter 0 of 23900 0.000000"},
		"one that was over as it began":        {v, 49 * time.Hour, 49 * time.Hour, "40 of 100; 28d 40 of 19200 0.041667; quarter 40 of 23900 0.019465"},
		"one of which nothing was reported":    {v, 480 * time.Hour, 479 * time.Hour, "no_data"},
		"one that is to be evaluated yet":      {v, -time.Hour, 0, "not_measured_yet"},
		"too few events to conclude from":      {strict, 50 * time.Hour, 48 * time.Hour, "100 of 200; 28d too_few_events; quarter 100 of 23900 0.048663"},
		"one between whose slots nothing came": {v, 49*time.Hour - 2*time.Minute, 48*time.Hour + 2*time.Minute, "no_data"},
	} {
		s := slo.Struck{View: c.of, From: ago(c.from)}
		if c.until != 0 {
			until := ago(c.until)
			s.Until = &until
		}
		got := ok(h.Taken(t.Context(), []slo.Struck{s}, slo.Periods...))(t)
		if told := taken(got[0]); len(got) != 1 || told != c.want {
			t.Errorf("%s: %s, want %s", name, told, c.want)
		}
	}
}

// taken writes what a time took.
func taken(of slo.Taken) string {
	if of.Unknown != "" {
		return string(of.Unknown)
	}
	out := fmt.Sprintf("%d of %d", of.Sum.Bad()/of.Unit, of.Sum.Total/of.Unit)
	for _, p := range of.Periods {
		if p.Share == nil {
			out += fmt.Sprintf("; %s %s", p.Period, p.Unknown)
			continue
		}
		out += fmt.Sprintf("; %s %d of %d %.6f", p.Period, p.Bad/of.Unit, p.Whole.Total/of.Unit, *p.Share)
	}
	return out
}
