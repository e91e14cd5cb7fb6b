package scorecards_test

import (
	"context"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/registry"
)

// slow are facts of which a pass hears late: meanwhile something else happens.
type slow struct {
	scorecards.Facts
	meanwhile func()
}

func (s *slow) Told(ctx context.Context, services []registry.Service, names []string) (map[id.ID]scorecards.Knowledge, error) {
	known, err := s.Facts.Told(ctx, services, names)
	if do := s.meanwhile; do != nil {
		s.meanwhile = nil
		do()
	}
	return known, err
}

// Passes overlap: over all, over what is due, and of an owner who does not want to wait. The one
// that heard last is right, whichever writes last.
func TestASlowPassTakesNothingBackOfANewerOne(t *testing.T) {
	t.Parallel()
	change := func(h *house, t *testing.T, do func(*registry.ServiceInput)) {
		t.Helper()
		now := must(h.registry.ServiceFor(h.root, "checkout"))(t)
		in := registry.ServiceInput{Slug: "checkout", Profile: now.Profile}
		do(&in)
		must(h.registry.UpdateService(h.ada, "checkout", now.Version, in))(t)
	}
	dashboard := func(in *registry.ServiceInput) { in.Dashboard = "https://example.org/d" }
	deprecated := func(in *registry.ServiceInput) { in.Lifecycle = registry.Deprecated }
	production := func(in *registry.ServiceInput) { in.Lifecycle = registry.Production }
	for name, c := range map[string]struct {
		before, meanwhile func(*registry.ServiceInput)
		level             string
	}{
		"the newer one found more":                  {nil, dashboard, "Silver"}, // its restore drill does not apply
		"the newer one found it in production":      {deprecated, production, ""},
		"the newer one found that it is not for it": {dashboard, deprecated, "gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := open(t)
			h.service(t, "checkout", withDocs)
			must(h.Create(h.root, aDraft()))(t)
			h.evaluate(t)
			if c.before != nil {
				change(h, t, c.before)
			}
			h.clock.Advance(time.Minute)
			h.Facts = &slow{Facts: h.Facts, meanwhile: func() {
				change(h, t, c.meanwhile)
				h.clock.Advance(time.Second)
				must(h.EvaluateDue(h.root))(t)
			}}
			h.evaluate(t)
			must(h.EvaluateDue(h.root))(t)

			card, err := h.ServiceCard(h.bob, "checkout", "readiness")
			days := must(h.History(h.bob, "checkout", "readiness", 7))(t)
			last := days[len(days)-1]
			switch {
			case c.level == "gone":
				if err == nil || last.LevelName != "" || len(last.Checks) != 0 {
					t.Errorf("it came to %+v (%v), and the day to %+v", card.Standing, err, last)
				}
			case err != nil || card.LevelName != c.level || last.LevelName != c.level || last.Outcomes != card.Standing.Outcomes:
				t.Errorf("it came to %q %s (%v), and the day to %q %s, want %q", card.LevelName, card.Standing.Outcomes, err, last.LevelName, last.Outcomes, c.level)
			}
		})
	}
}
