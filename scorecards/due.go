package scorecards

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// maxDues is how many notes are taken at a time.
const maxDues = 1000

// Due notes that something changed of a service, or of services of a team. Notes are only added,
// and removed once what they are of was evaluated: so nothing that is noted in a transaction that
// commits later is missed, and nobody waits for another's note.
type Due struct {
	ID      id.ID
	Service id.ID // or
	Team    id.ID
}

func subjects(notes []Due) (services, teams []id.ID) {
	s, t := map[id.ID]bool{}, map[id.ID]bool{}
	for _, n := range notes {
		if n.Service != "" {
			s[n.Service] = true
		} else {
			t[n.Team] = true
		}
	}
	return slices.Sorted(maps.Keys(s)), slices.Sorted(maps.Keys(t))
}

// Due notes, within the context's transaction, that something is known anew of the services. It
// authorises nobody.
func (s *Service) Due(ctx context.Context, services ...id.ID) error {
	now := clock.Round(s.Clock())
	err := s.Store.NoteDue(ctx, each(services, func(service id.ID) Due { return Due{ID: id.New(now), Service: service} })...)
	if err != nil {
		return fmt.Errorf("note that %d services are due: %w", len(services), err)
	}
	return nil
}

// Noting is a recorder that notes, in the transaction of each change of something that a team
// owns, that the team's services are due: nearly all that facts are told of is changed so. What
// other teams' services depend on is evaluated with the next pass over all.
type Noting struct {
	access.Recorder
	Store interface {
		NoteDue(ctx context.Context, due ...Due) error
	}
	Clock clock.Clock
}

// RecordDiff records the change and notes the team.
func (n Noting) RecordDiff(ctx context.Context, verb access.Verb, o access.Object, reason string, before, after any) error {
	if err := n.Recorder.RecordDiff(ctx, verb, o, reason, before, after); err != nil || o.Team == "" {
		return err
	}
	if err := n.Store.NoteDue(ctx, Due{ID: id.New(clock.Round(n.Clock())), Team: o.Team}); err != nil {
		return fmt.Errorf("note that the services of a team are due: %w", err)
	}
	return nil
}
