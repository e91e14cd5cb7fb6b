package scorecards_test

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

// slow are facts after whose reading something else happens.
type slow struct {
	scorecards.Facts
	then func()
}

func (s slow) Told(ctx context.Context, services []registry.Service, names []string) (map[id.ID]scorecards.Knowledge, error) {
	known, err := s.Facts.Told(ctx, services, names)
	s.then()
	return known, err
}

// In each world a pass reads facts, and while it is at it they change, and another pass is faster.
func TestAPassThatIsOvertakenWritesNothingAndTheServiceIsDue(t *testing.T) {
	t.Parallel()
	withDashboard := func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" }
	deprecated := func(in *registry.ServiceInput) { in.Lifecycle = registry.Deprecated }
	for name, c := range map[string]struct {
		before, read, after []func(*registry.ServiceInput)
		outcomes            string
		days                int
	}{
		"the faster one found what there was before": {
			[]func(*registry.ServiceInput){withDocs}, []func(*registry.ServiceInput){withDocs, withDashboard}, []func(*registry.ServiceInput){withDocs},
			"docs pass, dashboard fail, restore not_applicable", 1,
		},
		"the faster one found something third": {
			[]func(*registry.ServiceInput){withDocs}, []func(*registry.ServiceInput){withDocs, withDashboard}, nil,
			"docs fail, dashboard fail, restore not_applicable", 2,
		},
		"the slower one found that the scorecard is not for it": {
			[]func(*registry.ServiceInput){withDocs}, []func(*registry.ServiceInput){withDocs, deprecated}, []func(*registry.ServiceInput){withDocs},
			"docs pass, dashboard fail, restore not_applicable", 1,
		},
		"both found it for the first time": {
			[]func(*registry.ServiceInput){deprecated}, []func(*registry.ServiceInput){withDashboard}, []func(*registry.ServiceInput){withDocs},
			"docs pass, dashboard fail, restore not_applicable", 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			made := h.service(t, "checkout", c.before...)
			update := func(change []func(*registry.ServiceInput)) {
				in := registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{Name: "checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production}}
				for _, c := range change {
					c(&in)
				}
				made = must(h.registry.UpdateService(h.ada, "checkout", made.Version, in))(t)
			}
			must(h.Create(h.ada, aDraft()))(t)
			h.evaluate(t)
			h.clock.Advance(24 * time.Hour)
			update(c.read)
			parts := h.Parts
			parts.Facts = slow{h.Facts, func() {
				update(c.after)
				h.clock.Advance(time.Second)
				must(h.EvaluateDue(h.root))(t)
			}}
			if counts := must(scorecards.NewService(parts).EvaluateOnce(h.root))(t); counts["overtaken"] != 1 {
				t.Errorf("the slower pass did %v", counts)
			}
			if got := outcomes(h.card(t, "checkout", "readiness")); got != c.outcomes {
				t.Errorf("it came to %s", got)
			}
			days := must(h.History(h.bob, "checkout", "readiness", 90))(t)
			if last := days[len(days)-1]; len(days) != c.days || last.Checks["dashboard"].String() != "fail" {
				t.Errorf("the past is %+v", days)
			}
			h.clock.Advance(time.Second)
			if again := must(h.EvaluateDue(h.root))(t); again["services"] != 1 || again["changed"] != 0 || again["overtaken"] != 0 {
				t.Errorf("what is due: %v", again)
			}
		})
	}
}

// Where the faster pass found that the scorecard is not for the service, and there was nothing before, it leaves
// nothing by which the slower one could be told that it is late: what is there for the first time is looked at
// once more.
func TestWhatIsThereForTheFirstTimeIsLookedAtOnceMore(t *testing.T) {
	t.Parallel()
	h := open(t)
	made := h.service(t, "checkout", withDocs)
	must(h.Create(h.ada, aDraft()))(t)
	parts := h.Parts
	parts.Facts = slow{h.Facts, func() {
		in := registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{Name: "checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Deprecated}}
		must(h.registry.UpdateService(h.ada, "checkout", made.Version, in))(t)
		h.clock.Advance(time.Second)
		must(h.EvaluateDue(h.root))(t)
	}}
	must(scorecards.NewService(parts).EvaluateOnce(h.root))(t)
	h.clock.Advance(time.Second)
	must(h.EvaluateDue(h.root))(t)
	if kept := must(h.store.Scorecards().Standings(t.Context(), []id.ID{made.ID}))(t); len(kept) != 0 {
		t.Errorf("the scorecard is not for it, and it stands at %+v", kept)
	}
	h.clock.Advance(time.Second)
	if again := must(h.EvaluateDue(h.root))(t); again["services"] != 0 {
		t.Errorf("it is due still: %v", again)
	}
}

// Somebody who does not want to wait is answered by what is known now, whoever else is at it.
func TestWhoEvaluatesNowTriesAgainWhereAnotherPassWasFaster(t *testing.T) {
	t.Parallel()
	h := open(t)
	h.service(t, "checkout", withDocs)
	must(h.Create(h.ada, aDraft()))(t)
	h.evaluate(t)
	overtake := true
	parts := h.Parts
	parts.Facts = slow{h.Facts, func() {
		h.clock.Advance(time.Second)
		if overtake {
			overtake = false
			h.evaluate(t)
			h.clock.Advance(time.Second)
		}
	}}
	must(scorecards.NewService(parts).Evaluate(h.ada, "checkout"))(t)
	if at := h.card(t, "checkout", "readiness").Standing.EvaluatedAt; !at.Equal(noon.Add(2 * time.Second)) {
		t.Errorf("it was evaluated at %s", at)
	}
}
