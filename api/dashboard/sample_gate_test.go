package dashboard

import (
	"context"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
)

// gatekeeper is the sample's gate: of checkout it is frozen, of payments a freeze is lifted, of
// search a dependency warns.
type gatekeeper struct{ *sample }

func (g gatekeeper) situation(of registry.Service) gate.Situation {
	s := gate.Situation{Service: of}
	freeze := func(mode policy.Mode) policy.SLOStanding {
		recovers := g.now.Add(57 * time.Hour).Truncate(time.Hour)
		return policy.SLOStanding{Slug: "availability", RecoversAt: &recovers, Standing: policy.Standing{
			Rule: &policy.Rule{View: policy.View{Policy: policy.Policy{Slug: "error-budget"}}}, Clause: &policy.Clause{Name: "four-weeks", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}},
			ConsumedPercent: "118.64", Mode: mode, Violation: &policy.Violation{ID: g.violations[0].ID},
		}}
	}
	switch of.Slug {
	case "checkout":
		s.Standings = []policy.SLOStanding{freeze(policy.Enforce)}
	case "payments":
		s.Standings, s.Override = []policy.SLOStanding{freeze(policy.Enforce)}, &g.overrides(of)[0]
	case "search":
		s.Spent = []gate.Spent{{Service: "payments", SLO: "availability"}}
	}
	return s
}

func (g gatekeeper) Show(_ context.Context, of registry.Service) (gate.Situation, map[policy.ChangeClass]gate.Verdict, error) {
	s := g.situation(of)
	out := map[policy.ChangeClass]gate.Verdict{}
	for _, class := range policy.ChangeClasses {
		out[class] = s.Decide(class)
	}
	return s, out, g.fail
}

func (g gatekeeper) overrides(of registry.Service) []gate.Override {
	lifted := func(ago, lasts time.Duration, by, reason string) gate.Override {
		return gate.Override{ID: id.ID("01JD3Z0Q8RC6W4N1M2V5900" + strings.Repeat("0", 3)), Service: of.ID, Reason: reason, At: g.now.Add(-ago), Until: g.now.Add(lasts - ago), By: by, Version: 1}
	}
	return []gate.Override{
		lifted(time.Hour, 3*time.Hour, "Grace Hopper", "The rollback needs a new image of the gateway. "+hostile),
		lifted(9*24*time.Hour, 3*time.Hour, strings.Repeat("long-", 12)+"name", strings.Repeat("reason-", 20)),
	}
}

func (g gatekeeper) Overrides(_ context.Context, f gate.OverrideFilter, r page.Request) (page.Page[gate.Override], error) {
	of, _ := organisation(g).ServiceFor(context.Background(), string(f.Service))
	if of.Slug != "payments" {
		return page.Page[gate.Override]{}, g.fail
	}
	return pageOf(g.overrides(of), r), g.fail
}

func (g gatekeeper) Decisions(_ context.Context, f gate.DecisionFilter, r page.Request) (page.Page[gate.Decision], error) {
	of, _ := organisation(g).ServiceFor(context.Background(), string(f.Service))
	var out []gate.Decision
	if of.Slug == "checkout" || of.Slug == "payments" || of.Slug == "search" {
		for n, class := range policy.ChangeClasses {
			d := gate.Decision{ID: g.id(), Service: of.ID, Question: gate.Question{Class: class, Version: "v2.14." + string(rune('0'+n)), Link: "https://github.com/example/checkout/pull/7"},
				Verdict: g.situation(of).Decide(class), At: g.now.Add(-time.Duration(n) * 7 * time.Hour), By: "pipeline"}
			if n == 3 {
				d.Version, d.Link, d.By = hostile, "", hostile
			}
			if f.Answer == "" || f.Answer == d.Answer {
				out = append(out, d)
			}
		}
	}
	return pageOf(out, r), g.fail
}
