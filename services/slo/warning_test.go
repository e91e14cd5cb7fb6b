package slo_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// warned are the codes of what should be known of an SLO.
func (h *house) warned(t *testing.T, v slo.View) []string {
	t.Helper()
	return codes(ok(h.Warnings(h.ada, ok(h.View(h.ada, v.SLO.ID))(t), time.Time{}))(t))
}

func codes(warnings []slo.Warning) []string {
	out := []string{}
	for _, w := range warnings {
		out = append(out, w.Code)
	}
	return out
}

func TestAWindowThatHoldsNoWholeWeekIsAWarning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for days, want := range map[int][]string{1: {slo.WarnWindowShort}, 6: {slo.WarnWindowShort}, 7: {}, 28: {}} {
		d := valid()
		d.Slug, d.WindowDays, d.Objective = "window-"+strings.Repeat("x", days), days, "99.9%"
		_, warnings, err := h.Declare(h.ada, h.checkout.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(warnings); !slices.Equal(got, want) {
			t.Errorf("%d days: %q, want %q", days, got, want)
		}
	}
}

func TestAnSLOThatIsNeverMeasuredIsAWarningAfterAnHour(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare(t, "availability", "99.9%")
	for _, c := range []struct {
		after time.Duration
		want  []string
	}{{time.Minute, []string{}}, {2 * time.Hour, []string{slo.WarnNeverMeasured}}} {
		h.clock.Advance(c.after)
		h.evaluate(t, v)
		if got := h.warned(t, v); !slices.Equal(got, c.want) {
			t.Errorf("after %s: %q, want %q", c.after, got, c.want)
		}
	}
	h.push(t, "availability", h.at(time.Minute, 10, 10))
	h.evaluate(t, v)
	if got := h.warned(t, v); len(got) != 0 {
		t.Errorf("once measured: %q", got)
	}
}

// At 99.9 % a budget is one event of 1,000: of 999 it is less than one, of 1,000 just
// one.
func TestTrafficOfWhichOneBadEventIsTheBudgetIsAWarning(t *testing.T) {
	t.Parallel()
	for events, want := range map[float64][]string{999: {slo.WarnThinTraffic}, 1000: {}} {
		h := newHouse(t)
		v := h.declare(t, "availability", "99.9%")
		h.push(t, "availability", h.at(time.Minute, events, events))
		h.evaluate(t, v)
		if got := h.warned(t, v); len(got) != 0 {
			t.Errorf("%v events in the first minutes: %q", events, got)
		}
		h.clock.Advance(7 * 24 * time.Hour)
		h.evaluate(t, v)
		if got := h.warned(t, v); !slices.Equal(got, want) {
			t.Errorf("%v events in a week: %q, want %q", events, got, want)
		}
	}
}

func TestAWarningOfThinTrafficSaysHowManyEventsThereWere(t *testing.T) {
	t.Parallel()
	for events, want := range map[float64]string{0.4: "there was less than one event,", 1: "there was one event,", 999: "there were 999 events,"} {
		h := newHouse(t)
		v := h.declare(t, "availability", "99.9%")
		h.push(t, "availability", h.at(time.Minute, events, events))
		h.clock.Advance(7 * 24 * time.Hour)
		v = h.evaluate(t, v)
		warnings := ok(h.Warnings(h.ada, v, time.Time{}))(t)
		i := slices.IndexFunc(warnings, func(w slo.Warning) bool { return w.Code == slo.WarnThinTraffic })
		if i < 0 || !strings.Contains(warnings[i].Message, want) {
			t.Errorf("%v events: %+v, want %q", events, warnings, want)
		}
	}
}

func TestMoreThanAHardDependencyPromisesIsAWarning(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	promise := func(service, slug, objective string, category slo.Category) {
		t.Helper()
		d := valid()
		d.Slug, d.Objective, d.Category = slug, objective, category
		on, err := h.registry.ServiceFor(h.ada, service)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := h.Declare(h.ada, on.ID, d); err != nil {
			t.Fatal(err)
		}
	}
	for on, criticality := range map[string]registry.Criticality{"ledger": registry.Hard, "search": registry.Soft, "stock": registry.Hard} {
		h.service(t, h.ada, "payments", on)
		ok(h.registry.CreateDependency(h.ada, "checkout", on, registry.DependencyTerms{Criticality: criticality}))(t)
	}
	promise("ledger", "most", "99.5%", slo.Availability)
	promise("ledger", "some", "99%", slo.Availability) // the higher one counts
	promise("ledger", "latency", "99.9%", slo.Latency) // is no availability
	promise("search", "availability", "90%", slo.Availability)
	// The stock promises nothing, of which nothing can be said.

	for objective, want := range map[string][]string{"99.9%": {slo.WarnAboveDependency}, "99.5%": {}} {
		d := valid()
		d.Slug, d.Objective = "at-"+strings.ReplaceAll(strings.TrimSuffix(objective, "%"), ".", "-"), objective
		v, warnings, err := h.Declare(h.ada, h.checkout.ID, d)
		if err != nil {
			t.Fatal(err)
		}
		if got := codes(warnings); !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", objective, got, want)
		}
		if len(want) > 0 && !strings.Contains(warnings[0].Message, `"ledger", whose availability is promised to 99.5% only`) {
			t.Errorf("it says %q", warnings[0].Message)
		}
		d.Objective = "99.8%"
		if _, warnings, err = h.Revise(h.ada, v.SLO.ID, v.SLO.Version, d); err != nil || !slices.Equal(codes(warnings), []string{slo.WarnAboveDependency}) {
			t.Errorf("revised to 99.8%%: %q, %v", codes(warnings), err)
		}
	}
	latency := valid()
	latency.Slug, latency.Objective, latency.Category = "fast", "99.9%", slo.Latency
	if _, warnings, err := h.Declare(h.ada, h.checkout.ID, latency); err != nil || len(warnings) != 0 {
		t.Errorf("of a latency: %+v, %v", warnings, err)
	}
}
