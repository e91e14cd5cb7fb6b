package change

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/alert"
)

const (
	// leastReach is how long before a burn a change began at most, or as long as the window of
	// its alert is, where that is longer.
	leastReach = 6 * time.Hour
	// MostPreceding is how many changes are told of a burn, and MostWithin of a time.
	MostPreceding, MostWithin = 50, 2_000
)

// Burn is an alert of a burn rate, with the changes that began within a time before it. That
// one came before the other is all that is known: it is not why.
type Burn struct {
	Alert alert.Alert
	// Since is from when on changes are told of.
	Since time.Time
	// Changes are of the service and of its hard dependencies, as they are now, the newest first.
	Changes []Preceding
	// More is whether there are more than are told.
	More bool
}

// Preceding is a change that began before a burn.
type Preceding struct {
	Change
	Lead time.Duration // from its beginning to the alert
}

// sinceOf is from when on a change counts that began before the alert. What an alert tells of
// lies within the long window of its burn pair: a change at its beginning came before the burn,
// though not before all of the window, so that of slow pairs more time is looked at.
func sinceOf(a alert.Alert) time.Time {
	reach := leastReach
	if pair := a.Kind.Pair(); pair != nil {
		reach = max(reach, pair.Long)
	}
	return a.StartedAt.Add(-reach)
}

// preceding tells which of the changes began within the time before the alert.
func preceding(a alert.Alert, changes []Change) Burn {
	b := Burn{Alert: a, Since: sinceOf(a)}
	for _, c := range changes {
		if !c.Begins.Before(b.Since) && !c.Begins.After(a.StartedAt) {
			b.Changes = append(b.Changes, Preceding{c, a.StartedAt.Sub(c.Begins)})
		}
	}
	slices.SortStableFunc(b.Changes, func(a, b Preceding) int { return b.Begins.Compare(a.Begins) })
	if b.More = len(b.Changes) > MostPreceding; b.More {
		b.Changes = b.Changes[:MostPreceding]
	}
	return b
}

// Burns tells what preceded alerts, in their order. Those of measurements that stay away are of
// no burn, and left out.
func (s *Service) Burns(ctx context.Context, alerts []alert.Alert) ([]Burn, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, err
	}
	alerts = slices.DeleteFunc(slices.Clone(alerts), func(a alert.Alert) bool { return a.Kind.Pair() == nil })
	of := map[id.ID][]id.ID{}
	spans := make([]Span, len(alerts))
	for i, a := range alerts {
		if of[a.Service] == nil {
			needs, err := s.Registry.Dependencies(ctx, a.Service)
			if err != nil {
				return nil, fmt.Errorf("read the dependencies of service %s: %w", a.Service, err)
			}
			of[a.Service] = []id.ID{a.Service}
			for _, d := range needs {
				if d.Criticality == registry.Hard {
					of[a.Service] = append(of[a.Service], d.On)
				}
			}
		}
		spans[i] = Span{Services: of[a.Service], From: sinceOf(a), To: a.StartedAt}
	}
	found, err := s.Store.ChangesWithin(ctx, spans, MostPreceding+1)
	if err != nil {
		return nil, fmt.Errorf("read what preceded %d alerts: %w", len(alerts), err)
	}
	out := make([]Burn, len(alerts))
	for i, a := range alerts {
		out[i] = preceding(a, found[i])
	}
	return out, nil
}

// Within returns the changes of the service that began between the times, the newest first, and
// whether there are more than that.
func (s *Service) Within(ctx context.Context, service id.ID, from, to time.Time) ([]Change, bool, error) {
	if err := s.mayRead(ctx); err != nil {
		return nil, false, err
	}
	found, err := s.Store.ChangesWithin(ctx, []Span{{Services: []id.ID{service}, From: from, To: to}}, MostWithin+1)
	if err != nil {
		return nil, false, fmt.Errorf("read the changes of service %s: %w", service, err)
	}
	if len(found[0]) > MostWithin {
		return found[0][:MostWithin], true, nil
	}
	return found[0], false, nil
}
