package correction

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
)

var _ slo.Corrections = (*Service)(nil)

// expansions are the times of corrections that were asked for lately. They stay true: a
// correction never changes but by its removal, and which are in force is read each time.
// They are let go of with the day, so that they reach no further than what is asked for.
type expansions struct {
	sync.Mutex
	day time.Time
	of  map[id.ID]*expansion // by correction
}

// expansion is a correction with its times in an extent, by when they begin.
type expansion struct {
	Correction
	slo.Extent
	spans []window.Span
}

// over returns the times that overlap the extent.
func (e *expansion) over(x slo.Extent) []window.Span {
	if within := x.With(e.Extent); within != e.Extent {
		e.Extent, e.spans = within, e.Spans(within.From, within.To)
	}
	// All are as long, and so end in the order in which they begin.
	first, _ := slices.BinarySearchFunc(e.spans, x.From, func(s window.Span, at time.Time) int { return s.To.Compare(at.Add(1)) })
	last, _ := slices.BinarySearchFunc(e.spans, x.To, func(s window.Span, at time.Time) int { return s.From.Compare(at) })
	return e.spans[first:max(first, last):max(first, last)]
}

// Corrected returns what is corrected of those of the SLOs of which anything is, each in
// its extent. It costs what changed since it was asked for last, and authorises nobody.
func (s *Service) Corrected(ctx context.Context, of map[id.ID]slo.Extent) (map[id.ID]slo.Corrected, error) {
	if len(of) == 0 {
		return nil, nil
	}
	var all slo.Extent
	for _, x := range of {
		all = all.With(x)
	}
	active, err := s.Store.Active(ctx, all.From, all.To)
	if err != nil {
		return nil, err
	}
	active = slices.DeleteFunc(active, func(a Active) bool {
		x, asked := of[a.SLO]
		return !asked || !a.Begins.Before(x.To) || a.Ends != nil && !a.Ends.After(x.From)
	})
	known, unread, err := s.expanded(ctx, active)
	if err != nil {
		return nil, err
	}
	s.kept.Lock()
	defer s.kept.Unlock()
	out := make(map[id.ID]slo.Corrected, len(active))
	for _, a := range active {
		c := out[a.SLO]
		if err := unread[a.ID]; err != nil {
			c.Unread = fmt.Errorf("read the correction %s: %w", a.ID, err)
		} else if e := known[a.ID]; e != nil { // else its SLO is being deleted
			if spans := e.over(of[a.SLO]); c.Spans == nil {
				c.Spans = spans
			} else {
				c.Spans = append(c.Spans, spans...)
			}
		}
		out[a.SLO] = c
	}
	return out, nil
}

// expanded returns those that are active, read if they are not known, and why others
// cannot be read.
func (s *Service) expanded(ctx context.Context, active []Active) (known map[id.ID]*expansion, unread map[id.ID]error, err error) {
	known = make(map[id.ID]*expansion, len(active))
	var unknown []id.ID
	today := s.Clock().UTC().Truncate(day)
	s.kept.Lock()
	if !s.kept.day.Equal(today) {
		s.kept.day, s.kept.of = today, map[id.ID]*expansion{}
	}
	for _, a := range active {
		if e := s.kept.of[a.ID]; e != nil {
			known[a.ID] = e
		} else {
			unknown = append(unknown, a.ID)
		}
	}
	s.kept.Unlock() // what waits for it may hold the database
	if len(unknown) == 0 {
		return known, nil, nil
	}
	found, unread, err := s.Store.CorrectionsByID(ctx, unknown)
	if err != nil {
		return nil, nil, err
	}
	s.kept.Lock()
	defer s.kept.Unlock()
	for _, c := range found {
		known[c.ID] = &expansion{Correction: c}
		s.kept.of[c.ID] = known[c.ID]
	}
	return known, unread, nil
}

// SpansOf returns what is corrected of one.
func (s *Service) SpansOf(ctx context.Context, of id.ID, from, to time.Time) ([]window.Span, error) {
	active, err := s.Store.ActiveOf(ctx, of, from, to)
	if err != nil {
		return nil, err
	}
	return spans(active, from, to), nil
}
