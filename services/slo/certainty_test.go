package slo

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// sure is an SLO of the objective and confidence whose window has the sum.
func sure(t testing.TB, objective, confidence string, minEvents int64, s window.Sum) View {
	t.Helper()
	o, err := budget.ParseObjective(objective)
	if err != nil {
		t.Fatal(err)
	}
	v := View{Revision: Revision{ID: "r", Terms: Terms{Objective: o, Over: TimeWindow{Days: 28}, MinEvents: minEvents}}, Status: Status{Revision: "r", Sums: budget.Sums{Window: s}}}
	if confidence != "" {
		if v.Revision.Confidence, err = budget.ParseConfidence(confidence); err != nil {
			t.Fatal(err)
		}
	}
	return v
}

func events(good, total int64) window.Sum { return window.Sum{Good: good * 1000, Total: total * 1000} }

// Against 50 %, of n good events the e-value is C(2n, n) ÷ 2ⁿ: 14.4 of six and 26.8 of
// seven, where 1 ÷ α is 20. Looked at once, five do: ½⁵ = 3.1 %. Of seven events, six
// good ones do not: 8 ÷ 128 = 6.25 %.
func TestAVerdictFollowsFromTheBounds(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name         string
		min          int64
		sum          window.Sum
		verdict      Verdict
		once         Verdict
		needed, some int64
	}{
		{"nothing", 1, events(0, 0), Undetermined, Undetermined, 0, 0},
		{"less than an event", 1, window.Sum{Good: 999, Total: 999}, Undetermined, Undetermined, 0, 0},
		{"four good", 1, events(4, 4), Undetermined, Undetermined, 3, 1},
		{"five good", 1, events(5, 5), Undetermined, Met, 2, 1},
		{"six good", 1, events(6, 6), Undetermined, Met, 1, 1},
		{"seven good", 1, events(7, 7), Met, Met, 0, 0},
		{"six bad", 1, events(0, 6), Undetermined, Breached, 1, 1},
		{"seven bad", 1, events(0, 7), Breached, Breached, 0, 0},
		{"seven good and too few", 100, events(7, 7), Undetermined, Undetermined, 93, 1},
		{"a half of many", 1, events(5000, 10000), Undetermined, Undetermined, 0, 0},
		{"seven good and a part of a bad one", 1, window.Sum{Good: 7000, Total: 7001}, Undetermined, Undetermined, 1, 1},
		{"seven bad and a part of a good one", 1, window.Sum{Good: 1, Total: 7001}, Undetermined, Undetermined, 1, 1},
	} {
		v := sure(t, "50%", "95%", c.min, c.sum)
		got := v.Certainty(v.Figures().Window)
		if got.Verdict != c.verdict || got.Once != c.once {
			t.Errorf("%s: %s, and once %s; want %s and %s", c.name, got.Verdict, got.Once, c.verdict, c.once)
		}
		switch {
		case (got.Needed != nil) != (c.some == 1):
			t.Errorf("%s: %v more are needed", c.name, got.Needed)
		case got.Needed != nil && *got.Needed != c.needed:
			t.Errorf("%s: %d more are needed, want %d", c.name, *got.Needed, c.needed)
		}
		if whole := c.sum.Total >= 1000; whole != (got.Bounds != nil) || whole != (got.Wilson != nil) || whole != (got.OnceBounds != nil) {
			t.Errorf("%s: bounds are known where there is a whole event", c.name)
		}
	}
}

func TestWithoutAConfidenceThereIsNoVerdict(t *testing.T) {
	t.Parallel()
	v := sure(t, "99.9%", "", 1, events(999, 1000))
	if c := v.Certainty(v.Figures().Window); c != nil {
		t.Errorf("got %+v", c)
	}
	for _, l := range v.Explain().Lines {
		if strings.HasPrefix(l.Figure, "verdict") {
			t.Errorf("%s is explained", l.Figure)
		}
	}
}

func TestAStateIsTheSameWithAConfidence(t *testing.T) {
	t.Parallel()
	for _, s := range []window.Sum{events(0, 0), events(7, 7), events(1, 7), events(999, 1000), events(998, 1000)} {
		with, without := sure(t, "99.9%", "95%", 5, s), sure(t, "99.9%", "", 5, s)
		if a, b := budget.Decide(with.input()), budget.Decide(without.input()); a != b {
			t.Errorf("%v is %s with a confidence and %s without", s, a, b)
		}
	}
}

// The share as it is lies between what there was at least and at most, and no whole
// event is made of parts.
func TestNothingIsClaimedThatWasNotSeen(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := rapid.Int64Range(0, 1_000_000).Draw(t, "total")
		good := rapid.Int64Range(0, total).Draw(t, "good")
		least, most := trials(window.Sum{Good: good, Total: total})
		if least.N*1000 > total || least.N != most.N || least.Good < 0 || most.Good > most.N {
			t.Fatalf("%d of %d are %v and %v", good, total, least, most)
		}
		if least.Good*1000 > good || (least.N-least.Good)*1000 < min(total-good, least.N*1000) {
			t.Fatalf("%d of %d are at least %v", good, total, least)
		}
		if most.Good*1000 < min(good, most.N*1000) || (most.N-most.Good)*1000 > total-good {
			t.Fatalf("%d of %d are at most %v", good, total, most)
		}
	})
}

// statsmodels, of 18 of 20 at 95 %: Wilson from .69896635 to .97213352.
func TestBoundsAreExplainedWithTheirNumbers(t *testing.T) {
	t.Parallel()
	values := map[string]budget.Line{}
	for _, l := range sure(t, "99.9%", "95%", 1, events(18, 20)).Explain().Lines {
		values[l.Figure] = l
	}
	for figure, want := range map[string]string{"verdict.wilson.lower": "0.698966", "verdict.wilson.upper": "0.972134"} {
		if l := values[figure]; l.Value != want || !strings.Contains(l.Worked, "18 good of 20 events at α = 5 %: ") || !strings.Contains(l.Source, "Wilson") {
			t.Errorf("%s is explained as %+v, want %s", figure, l, want)
		}
	}
	if l := values["verdict.bounds.lower"]; !strings.Contains(l.Source, "Howard") || l.Value == "" {
		t.Errorf("the bound that decides is explained as %+v", l)
	}
	if l := values["verdict.eventsNeeded"]; l.Worked != "none: it is breached, for the objective is 99.9 %" {
		t.Errorf("the events that are needed are explained as %q", l.Worked)
	}
}

func TestADecimalKeepsTheZerosOfItsWholePart(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"50": decimal(50, 0), "100": decimal(100, 2), "0": decimal(0, 0), "0.5": decimal(0.5, 2), "0.25": decimal(0.25, 2), "10.5": decimal(10.50, 3),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
