package collect_test

import (
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/source"
)

// policies applies the default policy, more than 100 % of the budget, to all SLOs.
func (h *house) policies() *policy.Service {
	h.t.Helper()
	facts := fact.NewBook[slo.View](h.slos, supply.Source{Store: h.store.Supply(), Clock: h.clock.Now})
	language, err := policy.Language(facts)
	if err != nil {
		h.t.Fatal(err)
	}
	p := policy.NewService(policy.Parts{
		Store: h.store.Policy(), Slugs: h.store.Registry(), Services: h.store.Registry(), Budgets: h.store.SLO(), People: h.store.Access(),
		Facts: facts, Language: language, Runner: h.store,
		Authorizer: access.NewAuthorizer(h.store.Access()), Recorder: h.audit, Clock: h.clock.Now, Logger: slog.New(slog.DiscardHandler),
	})
	if err := p.Bootstrap(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
	return p
}

// apply expects a pass to open and end so many violations.
func (h *house) apply(p *policy.Service, opened, ended int64) {
	h.t.Helper()
	counts, err := p.ApplyOnce(h.system("apply-policies"))
	if err != nil || counts["opened"] != opened || counts["ended"] != ended {
		h.t.Errorf("the pass %v, %v, want %d opened and %d ended", counts, err, opened, ended)
	}
}

// recomputed are the sums over all windows of what the program holds, added up
// slot by slot.
func (h *house) recomputed(v slo.View, p *program) budget.Sums {
	h.t.Helper()
	windows := v.Revision.Windows(v.Indicator.Resolution)
	sums := make([]window.Sum, len(windows))
	for start, s := range p.held(v.SLO.Slug, minute(-100_000), h.standing(v).Until) {
		for i, w := range windows {
			if !start.Before(v.Status.End.Add(-w.Length)) && start.Before(v.Status.End) {
				sums[i].Good += s.Good
				sums[i].Total += s.Total
			}
		}
	}
	all, _ := budget.SumsOf(sums)
	return all
}

func (h *house) same(v slo.View, p *program) {
	h.t.Helper()
	want, got := h.recomputed(v, p), v.Status.Sums
	if got.Window != want.Window || got.Policy != want.Policy || len(got.Lookbacks) != len(want.Lookbacks) {
		h.t.Errorf("the sums are %+v, recomputed they are %+v", got, want)
	}
	for i, sum := range want.Lookbacks {
		if got.Lookbacks[i] != sum {
			h.t.Errorf("lookback %d is %+v, recomputed it is %+v", i, got.Lookbacks[i], sum)
		}
	}
}

func TestASilentDataSourceHoldsTheStateAndRecoversToWhatWasTrue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p)) // 99 % over a day
	policies := h.policies()
	p.holdAll("availability", minute(-2880), minute(-4), nil)
	for at := minute(-4); at.Before(minute(60)); at = at.Add(time.Minute) {
		p.hold("availability", at, 0, 10)
	}
	p.holdAll("availability", minute(60), minute(500), nil)

	// All that is known yet is bad: three minutes. It is not the whole, and opens nothing.
	h.collect()
	if v = h.evaluate(v); !v.Status.Filling {
		t.Errorf("status %+v", v.Status)
	}
	h.apply(policies, 0, 0)
	h.fill()
	if v = h.evaluate(v); v.Status.Filling || v.Status.Stale {
		t.Errorf("filled in: %+v", v.Status)
	}
	h.same(v, p)
	h.apply(policies, 0, 0) // 3 bad minutes of 2,879: 10 % of a budget of 1 %
	h.minutes(60)
	v = h.evaluate(v)
	h.same(v, p)
	if v.Status.State != budget.Exhausted || v.Status.Stale {
		t.Errorf("after an hour that was bad: %+v", v.Status)
	}
	h.apply(policies, 1, 0)

	// Five hours of silence.
	p.fault("", "down")
	for i := range 30 {
		h.clock.Advance(10 * time.Minute)
		h.collect()
		if v = h.evaluate(v); v.Status.State != budget.Exhausted || !v.Status.Stale {
			t.Fatalf("after %d0 minutes of silence: %+v", i+1, v.Status)
		}
		h.apply(policies, 0, 0)
	}
	// It answers again: first the last hour, then what was left out.
	p.fault("", "")
	h.collect()
	if v = h.evaluate(v); v.Status.Stale || !v.Status.Filling {
		t.Errorf("with a hole: %+v", v.Status)
	}
	if because := v.Explain().Because; !strings.Contains(because, "its past is still being read") {
		t.Errorf("the state is explained by %q", because)
	}
	h.apply(policies, 0, 0)
	h.fill()
	v = h.evaluate(v)
	h.same(v, p)
	if v.Status.Stale || v.Status.Filling || v.Status.State != budget.Exhausted {
		t.Errorf("recovered: %+v", v.Status)
	}
	h.apply(policies, 0, 0)
}

// With a delay of ten minutes the newest slot is always older than twice the
// resolution: it is late by intention, and stale only when it is later.
func TestAnSLOIsNotStaleForTheDelayOfItsSource(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p, func(s *source.Source) { s.Delay = 10 * time.Minute }))
	p.holdAll("availability", minute(-3000), minute(60), nil)
	for range 8 {
		h.minutes(1)
		if v = h.evaluate(v); v.Status.Stale {
			t.Fatalf("stale at %s: %+v", h.clock.Now(), v.Status)
		}
	}
	p.fault("", "down")
	h.minutes(2)
	if v = h.evaluate(v); v.Status.Stale {
		t.Errorf("two slots late it is stale already: %+v", v.Status)
	}
	h.minutes(1)
	if v = h.evaluate(v); !v.Status.Stale || h.standing(v).Collection.Failing != collect.Unavailable {
		t.Errorf("it is not stale: %+v", v.Status)
	}
}
