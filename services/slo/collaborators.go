package slo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Registry is what SLOs need of the organisation: their services, and names. A
// registry.Store is one.
type Registry interface {
	registry.SlugStore
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
	// Dependencies lists what the service depends on.
	Dependencies(ctx context.Context, service id.ID) ([]registry.Dependency, error)
}

// Measurements takes in and gives back what was measured; see measure.Service,
// which is one. It authorises nobody.
type Measurements interface {
	Push(ctx context.Context, batches []measure.Batch) (measure.Receipt, error)
	Slots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]measure.ReporterSlots, error)
	Totals(ctx context.Context, of measure.Reading, from, to time.Time, step time.Duration) ([]measure.Step, error)
	TotalsOf(ctx context.Context, sought []measure.Sought) ([][]measure.Step, error)
	Between(ctx context.Context, of measure.Reading, bounds []time.Time) ([]measure.Step, error)
	BetweenOf(ctx context.Context, of []measure.Bounded) ([][]measure.Step, error)
	Thinned(ctx context.Context, indicator id.ID, from, to time.Time) ([]measure.Thinned, error)
	ThinnedSlots(ctx context.Context, indicator id.ID, group string, from, to time.Time) ([]measure.ThinnedSlots, error)
}

// Origins knows the data sources that measurements are read from; see
// judge.Origins, which is one. It authorises nobody. base is the pointer to the
// origin on the wire.
type Origins interface {
	// Refer returns the origin with its data source by identifier, which may have been
	// a slug, or notes that it names none.
	Refer(ctx context.Context, check *fault.Check, base string, o origin.Origin) (origin.Origin, error)
	// Judge notes what keeps a data source from being asked so, or the owner's team
	// from asking it. The data source is given by identifier.
	Judge(ctx context.Context, check *fault.Check, base string, o origin.Origin, owner registry.Service) error
	// Doubt asks the data source of the origin, which takes a moment, and says in words
	// why it could not answer; empty when nothing is known against it.
	Doubt(ctx context.Context, o origin.Origin, owner registry.Service) (string, error)
	// Words says in a sentence where the measurements come from.
	Words(ctx context.Context, o origin.Origin) (string, error)
}

// Collection reads what data sources are asked for; see collect.Service, which is
// one.
type Collection interface {
	// Want has the past of an indicator read, within the context's transaction.
	Want(ctx context.Context, slo, indicator id.ID, from, to, now time.Time) error
	// Delays are how long after its end a slot of each data source is first read.
	Delays(ctx context.Context, dataSources []id.ID) (map[id.ID]time.Duration, error)
	// Filling returns those of the indicators of which slots since the time were left
	// out, or not read yet, and still will be.
	Filling(ctx context.Context, indicators []id.ID, since time.Time) (map[id.ID]bool, error)
	// Recording is what rules record of an SLO's slots that are installed in its data source; nil
	// where it is not read from any.
	Recording(ctx context.Context, slo id.ID) (*origin.Recording, error)
}

// CollectWith has the window of each new indicator filled in that a data source is
// asked for. Without it nobody is asked.
func (s *Service) CollectWith(c Collection) { s.collection = c }

// longestFill is how far back a new indicator is filled in at most.
const longestFill = 90 * day

// past is how far back an SLO looks: its longest window or that of policies, and a day in
// which its edge lies until the last of it was read.
func (t Terms) past() time.Duration {
	longest := budget.PolicyWindow
	for _, w := range t.windows() {
		longest = max(longest, w.Length)
	}
	return min(longest+day, longestFill)
}

// fill has the past of an indicator read that is new, or the part by which a window
// became longer. What is pushed or received has no past to be read.
func (s *Service) fill(ctx context.Context, v View, known time.Duration, now time.Time) error {
	if s.collection == nil || !v.Indicator.Origin.Asked() || v.Revision.past() <= known {
		return nil
	}
	from, to := now.Add(-v.Revision.past()), now.Add(-known)
	if err := s.collection.Want(ctx, v.SLO.ID, v.Indicator.ID, from, to, now); err != nil {
		return fmt.Errorf("have the past of an indicator read: %w", err)
	}
	return nil
}

// delays returns how late the slots of each data source come that the views are
// read from, as it is meant to be.
func (s *Service) delays(ctx context.Context, views []View) (map[id.ID]time.Duration, error) {
	var sources []id.ID
	for _, v := range views {
		if from := v.Indicator.Origin.DataSource; from != "" && !slices.Contains(sources, from) {
			sources = append(sources, from)
		}
	}
	return s.delaysOf(ctx, sources)
}

// delaysOf returns how late the slots of each data source come.
func (s *Service) delaysOf(ctx context.Context, sources []id.ID) (map[id.ID]time.Duration, error) {
	if s.collection == nil || len(sources) == 0 {
		return nil, nil
	}
	delays, err := s.collection.Delays(ctx, sources)
	if err != nil {
		return nil, fmt.Errorf("read the delays of %d data sources: %w", len(sources), err)
	}
	return delays, nil
}

// Filling returns those of the indicators of which slots since the time are still being
// read. It authorises nobody.
func (s *Service) Filling(ctx context.Context, indicators []Indicator, since time.Time) (map[id.ID]bool, error) {
	var asked []id.ID
	for _, i := range indicators {
		if i.Origin.Asked() {
			asked = append(asked, i.ID)
		}
	}
	if s.collection == nil || len(asked) == 0 {
		return nil, nil
	}
	filling, err := s.collection.Filling(ctx, asked, since)
	if err != nil {
		return nil, fmt.Errorf("read what is being filled in: %w", err)
	}
	return filling, nil
}
