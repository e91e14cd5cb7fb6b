package dashboard

import (
	"fmt"
	"testing"

	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// A team of more SLOs than are read at once: the one with the most budget left is
// not among them, and its service has it all the same.
func TestNoServiceIsSaidToHaveNoObjectivesUnlookedAt(t *testing.T) {
	t.Parallel()
	s := blankSample()
	crowd := s.team("crowd", "Crowd")
	many, calm := s.service(crowd, "many", "Many", registry.HTTP, 1), s.service(crowd, "calm", "Calm", registry.HTTP, 1)
	s.service(crowd, "bare", "Bare", registry.HTTP, 1)
	for i := range page.MaxLimit + 1 {
		s.objective(many, fmt.Sprintf("slo-%d", i), "Objective", "99%", budget.AtRisk, 1_000_000, .9, 1, shape{.2, .1, 0, 0, 0, 0})
	}
	s.objective(calm, "availability", "Availability", "99%", budget.OK, 1_000_000, .1, 1, shape{.9, .9, 0, 0, 0, 0})
	v := visiting(t, s)
	doc, _ := v.read("/")
	says(t, words(within(t, doc, "main")), "At risk: Many", "OK: Calm", "No objectives: Bare")
	doc, _ = v.read("/teams/crowd")
	shown := words(within(t, doc, "main"))
	says(t, shown, "Many many At risk", "Calm calm OK", "Bare bare No objectives")
}
