package scorecards

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// InspectCondition notes at the pointer what is wrong with a condition on a service, as scorecards
// have them.
func (s *Service) InspectCondition(ctx context.Context, check *fault.Check, pointer, condition string) error {
	language, err := s.languages.now(ctx)
	if err != nil {
		return err
	}
	inspectCondition(check, pointer, condition, language)
	return nil
}

// Matching tells of services whether a condition on them holds, in a number of statements that hardly
// grows with them; those that are retired are left out. A condition that is not understood any more is
// expr.Errored of all. It authorises nobody.
func (s *Service) Matching(ctx context.Context, condition string, services []id.ID) (map[id.ID]expr.Outcome, error) {
	language, err := s.languages.now(ctx)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]expr.Outcome, len(services))
	judged, broken := language.Compile(condition)
	if broken != nil { // a fact that it names is told no more: that is an outcome, and no error
		for _, of := range services {
			out[of] = expr.Errored
		}
		return out, nil
	}
	for at := 0; at < len(services); at += chunk {
		live, err := s.Fleet.LiveServicesOf(ctx, services[at:min(at+chunk, len(services))], nil)
		if err != nil {
			return nil, fmt.Errorf("read services: %w", err)
		}
		known, err := s.Facts.Told(ctx, live, judged.Reads())
		if err != nil {
			return nil, fmt.Errorf("read the facts of %d services: %w", len(live), err)
		}
		for _, of := range live {
			out[of.ID], _ = judged.Judge(known[of.ID].Facts)
		}
	}
	return out, nil
}

// Everywhere returns where each service that is not retired stands on the scorecard, by slug, and what
// the revisions say by which they are. It authorises nobody.
func (s *Service) Everywhere(ctx context.Context, v View) ([]Position, map[id.ID]Terms, error) {
	positions, err := s.Store.Positions(ctx, PositionFilter{Scorecard: v.Scorecard.ID})
	if err != nil {
		return nil, nil, fmt.Errorf("read where services stand: %w", err)
	}
	terms, err := s.termsOf(ctx, v, positions)
	return positions, terms, err
}

// AllTeams returns every team. It authorises nobody.
func (s *Service) AllTeams(ctx context.Context) ([]registry.Team, error) {
	return s.Fleet.AllTeams(ctx)
}
