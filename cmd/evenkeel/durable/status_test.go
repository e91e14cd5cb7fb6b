package durable_test

import (
	"math/big"
	"net/http"
	"slices"
	"testing"
	"time"
)

// What is expected of a status follows from the slots that the API gives and the
// design's text alone, in rationals of math/big; whatever is shown as a double is
// the one nearest to the rational.

type account struct {
	Days                                                           int64
	Good, Total, SLI, AllowedEvents, BurnedEvents, RemainingEvents number
	Burned, Remaining                                              number
	Enough                                                         bool
}

type status struct {
	State          string
	Judged, Stale  bool
	WindowEnd      time.Time
	Window, Policy account
	Burn           []struct {
		Lookback          string
		Good, Total, Rate number
	}
}

// evaluate has every status concluded anew. After a kill the lease of the job is
// held by nobody for up to a minute.
func evaluate(t *testing.T, c *caller) {
	t.Helper()
	eventually(t, 2*time.Minute, "a job is run", func() bool {
		a, err := c.do(t.Context(), http.MethodPost, "/v1/jobs/evaluate-budgets/runs", "", []byte(nil))
		if err != nil {
			t.Fatal(err)
		}
		if a.status != http.StatusCreated && a.status != http.StatusConflict {
			t.Fatalf("run the evaluation: %s", a)
		}
		var run struct{ State string }
		decode(t, a.body, &run)
		return a.status == http.StatusCreated && run.State == "succeeded"
	})
}

// checkStatuses pushes a last slot of each SLO, so that none is stale, has them
// evaluated, and computes each status anew.
func checkStatuses(t *testing.T, c *caller, writers []*writer) {
	t.Helper()
	evaluate(t, c) // which may have to wait
	last := time.Now().UTC().Truncate(time.Minute).Add(-time.Minute)
	states := map[string]int{}
	for _, w := range writers {
		for some := range slices.Chunk(w.slos, 500) { // as many as one push may be of
			slots := map[*thing]map[time.Time]counts{}
			for _, s := range some {
				slots[s] = map[time.Time]counts{last: {99_000, 100_000}}
				s.slots[last] = counts{99_000, 100_000}
			}
			a, err := c.do(t.Context(), http.MethodPost, "/v1/measurements", "", spell(slots))
			if err != nil || !a.acknowledged() {
				t.Fatalf("%v %s", err, a)
			}
		}
	}
	evaluate(t, c)
	for _, w := range writers {
		for _, s := range w.slos {
			states[s.checkStatus(t, c, w.from)]++
		}
	}
	t.Logf("states: %v", states)
}

func (s *thing) checkStatus(t *testing.T, c *caller, from time.Time) string {
	t.Helper()
	var got status
	decode(t, c.get(t, s.path+"/status"), &got)
	slots := s.measured(t, c, from)
	over := func(length time.Duration) (good, total *big.Rat) {
		var sum counts
		for at, of := range slots {
			if !at.Before(got.WindowEnd.Add(-length)) && at.Before(got.WindowEnd) {
				sum.good, sum.total = sum.good+of.good, sum.total+of.total
			}
		}
		return big.NewRat(sum.good, 1000), big.NewRat(sum.total, 1000)
	}
	own := time.Duration(s.days) * 24 * time.Hour
	if !got.Judged || got.Stale {
		t.Errorf("%s: judged %t, stale %t", s.path, got.Judged, got.Stale)
	}
	s.checkAccount(t, "window", got.Window, s.days, over)
	s.checkAccount(t, "policy", got.Policy, 28, over)
	for _, b := range got.Burn {
		length := lookbacks[b.Lookback]
		good, total := over(length)
		same(t, s.path+" good over "+b.Lookback, b.Good, good)
		same(t, s.path+" total over "+b.Lookback, b.Total, total)
		same(t, s.path+" burn over "+b.Lookback, b.Rate, s.burn(good, total))
	}
	if len(got.Burn) != len(lookbacks) {
		t.Errorf("%s has %d burn rates, want %d", s.path, len(got.Burn), len(lookbacks))
	}
	if want := s.state(own, over); got.State != want {
		t.Errorf("%s is %s, want %s", s.path, got.State, want)
	}
	return got.State
}

var lookbacks = map[string]time.Duration{
	"5m": 5 * time.Minute, "30m": 30 * time.Minute, "1h": time.Hour, "2h": 2 * time.Hour, "6h": 6 * time.Hour, "1d": 24 * time.Hour, "3d": 72 * time.Hour,
}

type summer func(time.Duration) (good, total *big.Rat)

func (s *thing) checkAccount(t *testing.T, name string, got account, days int64, over summer) {
	t.Helper()
	name = s.path + " " + name + " "
	good, total := over(time.Duration(days) * 24 * time.Hour)
	if got.Days != days {
		t.Errorf("%sis over %d days, want %d", name, got.Days, days)
	}
	same(t, name+"good", got.Good, good)
	same(t, name+"total", got.Total, total)
	if total.Sign() == 0 {
		return
	}
	bad := minus(total, good)
	allowed := new(big.Rat).Mul(total, s.budget())
	burned := s.burn(good, total)
	same(t, name+"sli", got.SLI, new(big.Rat).Quo(good, total))
	same(t, name+"allowedEvents", got.AllowedEvents, allowed)
	same(t, name+"burnedEvents", got.BurnedEvents, bad)
	same(t, name+"remainingEvents", got.RemainingEvents, minus(allowed, bad))
	same(t, name+"burned", got.Burned, burned)
	same(t, name+"remaining", got.Remaining, minus(one, burned))
	if enough := total.Cmp(big.NewRat(s.least, 1)) >= 0; got.Enough != enough {
		t.Errorf("%senough is %t, want %t", name, got.Enough, enough)
	}
}

var one = big.NewRat(1, 1)

func minus(a, b *big.Rat) *big.Rat { return new(big.Rat).Sub(a, b) }

func (s *thing) budget() *big.Rat { return big.NewRat(1_000_000-s.objective, 1_000_000) }

// burn is the ratio of bad events by the budget, nil without events.
func (s *thing) burn(good, total *big.Rat) *big.Rat {
	if total.Sign() == 0 {
		return nil
	}
	bad := new(big.Rat).Quo(minus(total, good), total)
	return bad.Quo(bad, s.budget())
}

// state is the design's: no data; else exhausted, when nothing remains; else at
// risk, when both windows of a burn pair exceed their factor, or the burn of one
// day exhausts the budget within the window; else ok. The pairs are those of the
// SRE Workbook, chapter 5, table 5-8, and 1d/2h, with the shares of the budget
// that burn in the long window.
func (s *thing) state(own time.Duration, over summer) string {
	good, total := over(own)
	if total.Sign() == 0 || total.Cmp(big.NewRat(s.least, 1)) < 0 {
		return "no_data"
	}
	remaining := minus(one, s.burn(good, total))
	if remaining.Sign() <= 0 {
		return "exhausted"
	}
	for _, p := range []struct {
		long, short string
		percent     int64
	}{{"1h", "5m", 2}, {"6h", "30m", 5}, {"1d", "2h", 10}, {"3d", "6h", 10}} {
		factor := big.NewRat(p.percent*int64(own), 100*int64(lookbacks[p.long]))
		long, short := s.burn(over(lookbacks[p.long])), s.burn(over(lookbacks[p.short]))
		if long != nil && short != nil && long.Cmp(factor) > 0 && short.Cmp(factor) > 0 {
			return "at_risk"
		}
	}
	if day := s.burn(over(lookbacks["1d"])); day != nil && day.Sign() > 0 && remaining.Cmp(day) <= 0 {
		return "at_risk"
	}
	return "ok"
}

// same compares a number that was read with the double nearest to what is wanted.
func same(t *testing.T, name string, got number, want *big.Rat) {
	t.Helper()
	if got.Rat == nil || want == nil {
		if (got.Rat == nil) != (want == nil) {
			t.Errorf("%s is %v, want %v", name, got.Rat, want)
		}
		return
	}
	read, _ := got.Float64()
	nearest, _ := want.Float64()
	if read != nearest {
		t.Errorf("%s is %v, want %v", name, read, nearest)
	}
}
