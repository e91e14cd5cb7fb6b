package dashboard

import (
	"fmt"
	"strings"
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
	for range soughtServices {
		s.service(crowd, fmt.Sprintf("extra-%d", len(s.services)), "Extra", registry.HTTP, 1)
	}
	v := visiting(t, s)
	doc, _ := v.read("/")
	says(t, words(within(t, doc, "main")), "At risk: Many", "OK: Calm", "No objectives: Bare")
	doc, _ = v.read("/teams/crowd")
	shown := words(within(t, doc, "main"))
	says(t, shown, "Many many At risk", "Calm calm OK", "Bare bare No objectives", "Not looked at")
	// Calm, bare and 50 more lacked a view, and 50 were asked for.
	if n := strings.Count(shown, "Not looked at"); n != 2 {
		t.Errorf("%d services were not looked at, want 2", n)
	}
}
