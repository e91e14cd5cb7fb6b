package collect_test

import (
	"log/slog"
	"testing"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/composite/formula"
)

// A member that is read from a data source is new, the other was pushed to. Until the past of
// the first is read, the composite says that it is incomplete, and of which member.
func TestACompositeSaysOfWhichMemberThePastIsStillRead(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	p.holdAll("availability", minute(-2880), minute(500), nil)
	h.declare("payments", "availability", h.source(p))
	_, _, err := h.slos.Declare(h.ada, h.service("payments").ID, slo.Declaration{Slug: "latency", Objective: "99%", Category: slo.Latency, Resolution: measure.Minute})
	if err != nil {
		t.Fatal(err)
	}
	authorizer := access.NewAuthorizer(h.store.Access())
	composites := composite.NewService(composite.Parts{
		Store: h.store.Composites(), Registry: h.store.Registry(), SLOs: h.store.SLO(), Evaluated: h.slos, Measurements: h.measure,
		Runner: h.store, Authorizer: authorizer, Recorder: h.audit, Clock: h.clock.Now,
	})
	made, _, err := composites.Declare(h.ada, composite.Declaration{
		Slug: "paying", Team: "payments", Journey: composite.Journey{Name: "Pay"}, Method: formula.Occurrences, WindowDays: 1,
		Members: []composite.MemberInput{{Service: "payments", SLO: "availability"}, {Service: "payments", SLO: "latency"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	evaluator := measure.NewEvaluator(h.store.Measure(), composites, composites, h.store, h.clock.Now, slog.New(slog.DiscardHandler))
	evaluate := func() composite.View {
		t.Helper()
		ok(evaluator.RunOnce(h.system("evaluate-budgets")))(t)
		ok(composites.ConcludeOnce(h.system("evaluate-budgets"), h.clock.Now()))(t)
		return ok(composites.View(h.ada, made.Composite.ID))(t)
	}
	filling := func(v composite.View) (of [2]bool) {
		for i, m := range v.Revision.Members {
			part, _ := v.Known(m)
			of[i] = part.Filling
		}
		return of
	}
	h.collect()
	v := evaluate()
	const want = "incomplete: a part of the window is still being read of payments/availability"
	if got := v.Explain().Because; filling(v) != [2]bool{true, false} || got != want {
		t.Errorf("members %v, because %q", filling(v), got)
	}
	h.fill()
	h.minutes(1)
	if v = evaluate(); filling(v) != [2]bool{} || v.Explain().Because == want {
		t.Errorf("filled in: members %v, because %q", filling(v), v.Explain().Because)
	}
}
