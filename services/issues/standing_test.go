package issues_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/slo"
)

// asked is a source of facts that notes what it is asked for.
type asked struct {
	fact.Source[slo.View]
	names []string
}

func (a *asked) FactsOf(ctx context.Context, views []slo.View, names ...string) (map[id.ID]fact.Set, error) {
	a.names = append(a.names, fmt.Sprint(len(views), " ", names))
	return a.Source.FactsOf(ctx, views, names...)
}

// The gate asks what people said of an SLO only where that decides: within its budget nobody's word
// changes anything. What it answers is what it would on all facts.
func TestOnlyWhatDecidesIsRead(t *testing.T) {
	t.Parallel()
	h := build(t)
	h.attach(policy.Enforce)
	within := h.declare(t.Context(), "latency")
	var facts *asked
	policies := h.anotherWith(h.issues, func(p *policy.Parts) {
		facts = &asked{Source: p.Facts}
		p.Facts = facts
	})
	h.spendOf(within, 50)
	for _, c := range []struct {
		bad  int64
		want []string
	}{
		{100, []string{"2 [consumed]"}},                       // exactly the whole budget
		{101, []string{"2 [consumed]", "1 [cause consumed]"}}, // of the one that is beyond it
	} {
		h.spend(c.bad)
		facts.names = nil
		got, err := policies.StandingsOf(h.admin(), h.service)
		h.must(err)
		if !slices.Equal(facts.names, c.want) {
			t.Errorf("with %d bad events asked was for %q, want %q", c.bad, facts.names, c.want)
		}
		all, err := policies.Standings(h.admin(), h.views())
		h.must(err)
		if len(got) != 2 {
			t.Errorf("there are %d standings", len(got))
		}
		for _, s := range got {
			at := slices.IndexFunc(all[s.SLO], func(o policy.Standing) bool { return o.Clause.Name == s.Clause.Name })
			if o := all[s.SLO][at]; o.Outcome != s.Outcome || o.Why != s.Why || o.Mode != s.Mode {
				t.Errorf("%s is %s (%s), on all facts %s (%s)", s.Slug, s.Outcome, s.Why, o.Outcome, o.Why)
			}
		}
	}
}

// views are the SLOs of the service.
func (h *house) views() []slo.View {
	h.t.Helper()
	views, err := h.store.SLO().ViewsOf(h.t.Context(), []id.ID{h.service.ID})
	h.must(err)
	return views
}
