package preview

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// readSpan is how much one request reads: a month of many series is more than a data source
// should have in memory at a time.
const readSpan = 7 * day

// looked is what was found of the time that was looked at.
type looked struct {
	frame
	basis   Basis
	reason  *Reason
	steps   []measure.Step // from frame.first on
	slots   int
	missing map[origin.Reason]int
}

// look finds what there was. What was measured of the SLO that is revised is taken where that
// counts the same, and all of it is there; else the data source is asked.
func (s *Service) look(ctx context.Context, d slo.Draft) (looked, error) {
	delay, err := s.SLOs.Delay(ctx, d)
	if err != nil {
		return looked{}, err
	}
	if d.Same() {
		out := looked{frame: frameOf(d, measure.FiveMinutes, delay, reachStored), basis: ByMeasured}
		filling, err := s.SLOs.Filling(ctx, []slo.Indicator{d.Indicator}, out.first)
		if err != nil {
			return looked{}, err
		}
		if !filling[d.Indicator.ID] {
			return out, s.stored(ctx, d, &out)
		}
	}
	if !d.Indicator.Origin.Asked() {
		return looked{basis: ByNothing, reason: &Reason{NotMeasured, "Its events are sent to Evenkeel, and nothing was counted so before it was declared."}}, nil
	}
	out := looked{frame: frameOf(d, grain(d), delay, reach), basis: BySource}
	return out, s.read(ctx, d, &out)
}

// stored takes what was measured.
func (s *Service) stored(ctx context.Context, d slo.Draft, out *looked) error {
	var err error
	if out.steps, err = s.SLOs.Steps(ctx, d, out.first, out.to, out.step); err != nil {
		return err
	}
	for _, one := range out.steps {
		if one.Known && !one.Start.Before(out.from) {
			out.slots++
		}
	}
	out.resolution = out.step
	return nil
}

// read asks the data source, for the newest first: when it stops to answer, what it told until
// then is looked at.
func (s *Service) read(ctx context.Context, d slo.Draft, out *looked) error {
	src, err := s.Sources.Source(ctx, d.Indicator.Origin.DataSource)
	if err != nil {
		return fmt.Errorf("read the data source of an SLO that is previewed: %w", err)
	}
	reader := s.Readers[src.Kind]
	if reader == nil {
		return fmt.Errorf("nobody reads data sources of kind %s", src.Kind)
	}
	out.missing = map[origin.Reason]int{}
	var slots []measure.Slot
	for to := out.to; to.After(out.first); {
		from := to.Add(-readSpan)
		if from.Before(out.first) {
			from = out.first
		}
		some, missing, err := s.ask(ctx, reader, src, d, out.resolution, from, to)
		if err != nil {
			if out.reason, err = told(ctx, src, err); err != nil {
				return err
			}
			if to.Equal(out.to) {
				out.basis = ByNothing
				return nil
			}
			out.cut(to)
			break
		}
		slots = append(some, slots...)
		for _, m := range missing {
			if !m.Start.Before(out.from) {
				out.missing[m.Reason]++
			}
		}
		to = from
	}
	for _, one := range slots {
		if !one.Start.Before(out.from) {
			out.slots++
		}
	}
	by, err := s.SLOs.LensOf(ctx, d, out.resolution, out.first, out.to)
	if err != nil {
		return err
	}
	out.steps, err = measure.Unstored{Resolution: out.resolution, Slots: slots}.Totals(by, out.first, out.to, out.step, d.At)
	return err
}

// ask reads a part when it is its turn.
func (s *Service) ask(ctx context.Context, reader Reader, src source.Source, d slo.Draft, resolution time.Duration, from, to time.Time) ([]measure.Slot, []origin.Missing, error) {
	leave, err := s.Turns.Aside(ctx, src)
	if err != nil {
		return nil, nil, err
	}
	defer leave()
	ask := origin.Ask{
		Indicator: d.Indicator.ID, Team: d.Owner.Team, TeamSlug: d.Owner.TeamSlug, Origin: d.Indicator.Origin, Resolution: resolution, From: from, To: to,
	}
	answer := reader.Read(ctx, src, []origin.Ask{ask})[0]
	if answer.Err != nil {
		return nil, nil, answer.Err
	}
	slots, missing := collect.Sound(ask, answer)
	return slots, missing, nil
}

// told is why a data source gave no answer, for people; an error where nobody waits any more, or
// where it is no fault of the data source's.
func told(ctx context.Context, src source.Source, err error) (*Reason, error) {
	f := fault.As(err)
	switch {
	case errors.Is(ctx.Err(), context.Canceled):
		return nil, err
	case ctx.Err() != nil:
		return &Reason{TooLate, fmt.Sprintf("The data source %q did not answer in the time that a preview has.", src.Slug)}, nil
	case f == nil:
		return nil, err
	}
	return &Reason{f.Code, sentence(f.Message)}, nil
}
