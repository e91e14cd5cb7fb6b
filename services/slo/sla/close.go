package sla

import (
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// closedAtOnce is how many SLAs with a due period are read at a time.
const closedAtOnce = 100

// CloseOnce closes every period that ended longer than Grace ago: its sum, verdict and
// credit are kept with the terms in force at its end. Those that were closed are summed up
// again until nothing can come of them any more, and restated where something did: what
// they had come to when they were closed is kept beside it. It can be repeated. An SLA of
// which a period cannot be closed, or restated, keeps no other from it; the errors are
// returned together.
func (s *Service) CloseOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	result := map[string]int64{"closed": 0, "breached": 0, "unknown": 0, "restated": 0}
	err := s.closeAll(ctx, now, result)
	if tx.IsLeaseLost(err) || ctx.Err() != nil {
		return result, err
	}
	return result, errors.Join(err, s.reviewAll(ctx, now, result))
}

// closeAll closes what is due.
func (s *Service) closeAll(ctx context.Context, now time.Time, result map[string]int64) error {
	var errs []error
	for after := id.ID(""); ; {
		due, err := s.Store.DueSLAs(ctx, now, after, closedAtOnce)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("read SLAs with a period to close: %w", err))...)
		}
		for _, v := range due {
			after = v.SLA.ID
			if err := s.closeDue(ctx, v, now, result); err != nil {
				errs = append(errs, fmt.Errorf("close a period of SLA %s: %w", v.SLA.ID, err))
				if tx.IsLeaseLost(err) || ctx.Err() != nil {
					return errors.Join(errs...)
				}
			}
		}
		if len(due) < closedAtOnce {
			return errors.Join(errs...)
		}
	}
}

// reviewAll sums up again what is due to be, and restates what came to something else.
func (s *Service) reviewAll(ctx context.Context, now time.Time, result map[string]int64) error {
	var errs []error
	for after := id.ID(""); ; {
		due, err := s.Store.PeriodsToReview(ctx, now, after, closedAtOnce)
		if err != nil {
			return errors.Join(append(errs, fmt.Errorf("read periods of SLAs to sum up again: %w", err))...)
		}
		var reviewed []Period
		restated := int64(0)
		for _, p := range due {
			after = p.ID
			sum, _, err := s.sum(ctx, p.Revision.SLO, p.Window)
			if err != nil {
				errs = append(errs, fmt.Errorf("sum up a period of SLA %s again: %w", p.SLA, err))
				if ctx.Err() != nil {
					return errors.Join(errs...)
				}
				continue
			}
			if is := p.Revision.Judge(sum); is != p.Outcome {
				p.restate(is, now)
				restated++
			}
			p.ReviewAt = reviewAfter(p.End, now)
			reviewed = append(reviewed, p)
		}
		if len(reviewed) > 0 {
			if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.ReviewSLAPeriods(ctx, reviewed) }); err != nil {
				return errors.Join(append(errs, fmt.Errorf("restate periods of SLAs: %w", err))...)
			}
			result["restated"] += restated
		}
		if len(due) < closedAtOnce {
			return errors.Join(errs...)
		}
	}
}

// closeDue closes the due periods of an SLA, one transaction each. What somebody
// changed meanwhile is left for the next time.
func (s *Service) closeDue(ctx context.Context, v View, now time.Time, result map[string]int64) error {
	for {
		due, w, err := s.next(ctx, v.SLA)
		if err != nil {
			return err
		}
		var p Period
		open := due == nil || due.After(now)
		if !open {
			if p, err = s.judge(ctx, v, w, now); err != nil {
				return err
			}
		}
		err = s.Runner.InTx(ctx, func(ctx context.Context) error {
			if !open {
				if err := s.Store.AddSLAPeriod(ctx, p); err != nil {
					return err
				}
				if due, _, err = s.next(ctx, v.SLA); err != nil {
					return err
				}
			}
			return s.Store.SetSLADue(ctx, v.SLA.ID, v.SLA.Version, due)
		})
		if fault.Is(err, fault.Precondition) {
			return nil
		}
		if err != nil || open {
			return err
		}
		result["closed"]++
		switch p.Verdict {
		case Breached:
			result["breached"]++
		case Unknown:
			result["unknown"]++
		}
	}
}

// judge sums up a period that ended, by the terms that were in force at its end.
func (s *Service) judge(ctx context.Context, v View, w calendar.Window, now time.Time) (Period, error) {
	r, err := s.Store.SLARevisionAt(ctx, v.SLA.ID, w.End)
	if err != nil {
		return Period{}, err
	}
	sum, _, err := s.sum(ctx, r.SLO, w)
	if err != nil {
		return Period{}, err
	}
	came := r.Judge(sum)
	return Period{
		ID: id.New(now), SLA: v.SLA.ID, Window: w, Revision: r,
		Outcome: came, Closed: came, ClosedAt: now, ReviewAt: reviewAfter(w.End, now),
	}, nil
}

// Piece is what one revision of an SLO counted of a period.
type Piece struct {
	Revision int // the number of the SLO's
	From, To time.Time
	Sum      window.Sum
	// Noun is what was counted: "event" or "slice".
	Noun string
}

// sum adds up what the SLO's indicators counted in a time, each while its revision was
// in force; from what changed in the middle of a slot, or slice, on, the new one counts. It
// counts as the last of the revisions has it: events, or slices that are good or bad. What
// corrections the service made is its own affair, and none of the customer's.
func (s *Service) sum(ctx context.Context, of id.ID, w calendar.Window) (sum window.Sum, pieces []Piece, err error) {
	var by *lens.Lens
	var noun string
	end := w.End
	for r := (page.Request{Limit: page.MaxLimit}); end.After(w.Start); {
		revisions, err := s.SLOs.Revisions(ctx, of, r)
		if err != nil {
			return sum, nil, fmt.Errorf("read the revisions of an SLO: %w", err)
		}
		for i, one := range revisions.Items {
			begin := one.Revision.CreatedAt.Truncate(measure.FiveMinutes)
			if first := revisions.Next == "" && i == len(revisions.Items)-1; first || begin.Before(w.Start) {
				begin = w.Start
			}
			if !begin.Before(end) {
				continue
			}
			if by == nil {
				seen := lensOf(one)
				by, noun = &seen, "event"
				if seen.Judges() {
					noun = "slice"
				}
			}
			begin = begin.Truncate(undivided(*by))
			before := sum
			if sum, err = s.add(ctx, sum, one.Indicator, *by, begin, end); err != nil {
				return sum, nil, err
			}
			pieces = append(pieces, Piece{Revision: one.Revision.Number, From: begin, To: end, Sum: sum.Minus(before), Noun: noun})
			end = begin
		}
		if r.After = revisions.Next; r.After == "" {
			break
		}
	}
	return sum, pieces, nil
}

// pieceLength is how much is summed up at a time: the sums of so much cannot overflow,
// see measure.MaxReporters.
const pieceLength = 90 * 24 * time.Hour

// undivided is the shortest time of whole slices that is of whole slots, too, in whatever
// resolution; of events it is a slot. It divides an hour, as slices of whole minutes do.
func undivided(by lens.Lens) time.Duration {
	length := by.Slices.Length
	switch {
	case !by.Judges():
		return measure.FiveMinutes
	case length%measure.FiveMinutes == 0:
		return length
	}
	return length * (measure.FiveMinutes / measure.Minute)
}

// step is the whole of [from, to), in slices.
func step(from, to time.Time, by lens.Lens) time.Duration {
	if !by.Judges() {
		return to.Sub(from)
	}
	return (to.Sub(from) + by.Slices.Length - 1).Truncate(by.Slices.Length)
}

// lensOf is how measurements are looked at for an SLA: of slices that count by their
// share, which are neither good nor bad, events count.
func lensOf(r slo.RevisionWithIndicator) lens.Lens {
	if r.Revision.Budgeting.Method != slo.Timeslices {
		return lens.Lens{}
	}
	return r.Revision.Lens(r.Indicator.Resolution, 0, nil)
}

// add adds what an indicator counted in [from, to). Where its slots do not fill slices, it
// is judged in longer ones, each of which is as many as it is long.
func (s *Service) add(ctx context.Context, sum window.Sum, by slo.Indicator, as lens.Lens, from, to time.Time) (window.Sum, error) {
	of, times := measure.Reading{Indicator: by.ID, Lens: as, AsMeasured: true}, int64(1)
	if as.Judges() {
		if as.Slices.Length%by.Resolution != 0 {
			of.Lens.Slices.Length = undivided(as)
			times = int64(of.Lens.Slices.Length / as.Slices.Length)
		}
		from = from.Truncate(of.Lens.Slices.Length)
	}
	for at := from; at.Before(to); {
		next := at.Add(pieceLength)
		if next.After(to) {
			next = to
		}
		steps, err := s.Measurements.Totals(ctx, of, at, next, step(at, next, of.Lens))
		if err != nil {
			return sum, fmt.Errorf("sum up what was measured from %s to %s: %w", at, next, err)
		}
		for _, step := range steps {
			if step.Blurred {
				return sum, fmt.Errorf("sum up what was measured from %s to %s: it is thinned, and its bounds do not lie between the hours or days that are left", from, to)
			}
			if step.Total > (math.MaxInt64-sum.Total)/times {
				return sum, fmt.Errorf("sum up what was measured from %s to %s: more events than can be counted", from, to)
			}
			sum = sum.Plus(window.Sum{Good: step.Good * times, Total: step.Total * times})
		}
		at = next
	}
	return sum, nil
}
