package preview

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// SLOs drafts SLOs; slo.Service is one. It authorises who may draft.
type SLOs interface {
	Draft(ctx context.Context, service id.ID, revised string, d slo.Declaration) (slo.Draft, error)
	DraftWarnings(ctx context.Context, d slo.Draft) ([]slo.Warning, error)
	Steps(ctx context.Context, d slo.Draft, from, to time.Time, step time.Duration) ([]measure.Step, error)
	LensOf(ctx context.Context, d slo.Draft, resolution time.Duration, from, to time.Time) (lens.Lens, error)
	Delay(ctx context.Context, d slo.Draft) (time.Duration, error)
	Filling(ctx context.Context, indicators []slo.Indicator, since time.Time) (map[id.ID]bool, error)
}

// Sources are the data sources as they are kept; a source.Store is one.
type Sources interface {
	Source(ctx context.Context, of id.ID) (source.Source, error)
}

// Reader asks data sources of one kind, and answers every ask.
type Reader interface {
	Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer
}

// Turns let others go first where a data source is asked by many; collect.Gates are some.
type Turns interface {
	// Aside waits for a place for one call, and returns how to leave it; Unavailable when
	// there was none in time.
	Aside(ctx context.Context, src source.Source) (leave func(), err error)
}

// Bounds of one preview.
const (
	// within is how long it may take, and turn how long it waits for others that run.
	within = 20 * time.Second
	turn   = 5 * time.Second
	// atOnce is how many run at a time in this replica.
	atOnce = 2
)

// Parts are what a Service is made of.
type Parts struct {
	SLOs    SLOs
	Sources Sources
	Readers map[source.Kind]Reader
	Turns   Turns
	// Within is how long one may take; 0 is 20 seconds.
	Within time.Duration
}

// Service makes previews, a few at a time.
type Service struct {
	Parts
	turns chan struct{}
}

// NewService returns the service.
func NewService(p Parts) *Service {
	if p.Within == 0 {
		p.Within = within
	}
	return &Service{Parts: p, turns: make(chan struct{}, atOnce)}
}

// Of tells what would have become of an SLO, had it been declared, or revised, long ago.
// Nothing is kept. That its data source gives no answer is told, and no error.
//
// Faults: those of slo.Service.Draft; Unavailable "preview_busy" while others run.
func (s *Service) Of(ctx context.Context, a Asked) (Preview, error) {
	draft, err := s.SLOs.Draft(ctx, a.Service.ID, a.Revised, a.Declaration)
	if err != nil {
		return Preview{}, err
	}
	leave, err := s.enter(ctx)
	if err != nil {
		return Preview{}, err
	}
	defer leave()
	bounded, cancel := context.WithTimeout(ctx, s.Within)
	defer cancel()
	looked, err := s.look(bounded, draft)
	if err != nil {
		return Preview{}, fmt.Errorf("look at the past for a preview: %w", err)
	}
	p := Preview{Draft: draft, Basis: looked.basis, Reason: looked.reason}
	if looked.basis != ByNothing {
		c := courseOf(looked.first, looked.step, looked.steps)
		p.Seen = judge(&p.Draft, looked.frame, c)
		p.Seen.Slots, p.Seen.Missing = looked.slots, looked.missing
	}
	if p.Warnings, err = s.SLOs.DraftWarnings(ctx, p.Draft); err != nil {
		return Preview{}, fmt.Errorf("warn of an SLO that is previewed: %w", err)
	}
	p.Warnings = append(p.Warnings, p.warnings()...)
	return p, nil
}

// enter waits for its turn.
func (s *Service) enter(ctx context.Context) (leave func(), err error) {
	waiting, cancel := context.WithTimeout(ctx, turn)
	defer cancel()
	select {
	case s.turns <- struct{}{}:
		return func() { <-s.turns }, nil
	case <-waiting.Done():
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		busy := fault.New(fault.Unavailable, "preview_busy", "other previews run; try again in a moment")
		busy.RetryAfter = turn
		return nil, busy
	}
}
