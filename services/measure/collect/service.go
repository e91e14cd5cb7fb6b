package collect

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// Register is the data sources as they are kept; a source.Store is one.
type Register interface {
	Sources
	// SourcesByID returns those that exist, by ID.
	SourcesByID(ctx context.Context, of []id.ID) (map[id.ID]source.Source, error)
}

// Measured tells what is known of an indicator; see measure.Service, which is one.
type Measured interface {
	Totals(ctx context.Context, of measure.Reading, from, to time.Time, step time.Duration) ([]measure.Step, error)
}

// Service tells how collection stands, and is what can be done with backfills. It
// authorises the context's caller; every change by somebody is audited in its own
// transaction.
type Service struct {
	store      Store
	sources    Register
	measured   Measured
	runner     tx.Runner
	authorizer *access.Authorizer
	recorder   access.Recorder
	now        clock.Clock
	recordings map[source.Kind]Recordings
	gates      *Gates
}

// NewService returns the service over its store and collaborators.
func NewService(store Store, sources Register, measured Measured, runner tx.Runner, authorizer *access.Authorizer, recorder access.Recorder, now clock.Clock) *Service {
	return &Service{store: store, sources: sources, measured: measured, runner: runner, authorizer: authorizer, recorder: recorder, now: now}
}

// RecordWith has it know what is read from rules that are installed in data sources.
func (s *Service) RecordWith(recordings map[source.Kind]Recordings, gates *Gates) {
	s.recordings, s.gates = recordings, gates
}

// Standing is how collection of an SLO stands.
type Standing struct {
	Target
	Source source.Source
	// Recording is what rules that are installed in the data source record of its slots, from
	// which they are read; nil where it is asked by its own queries.
	Recording *origin.Recording
	// Until is the start of the first slot that is not collected yet.
	Until time.Time
	// Lag is by how much collection is behind: how long ago the oldest slot ended that
	// could have been read and was not, counted from when it could.
	Lag time.Duration
	// Open are the backfills that are not finished.
	Open []Backfill
	At   time.Time
}

// Standing tells how collection of the SLO stands.
//
// Faults: NotFound "slo_not_found", or "collection_not_found" when no data source
// is asked.
func (s *Service) Standing(ctx context.Context, slo id.ID) (Standing, error) {
	if err := s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSLO}); err != nil {
		return Standing{}, err
	}
	t, _, err := s.store.Target(ctx, slo)
	if err != nil {
		return Standing{}, fmt.Errorf("read what is measured: %w", err)
	}
	if !t.Origin.Asked() {
		return Standing{}, fault.New(fault.NotFound, "collection_not_found", "the measurements of the SLO %q are sent to Evenkeel; nothing is collected", t.SLOSlug)
	}
	src, err := s.sources.Source(ctx, t.Origin.DataSource)
	if err != nil {
		return Standing{}, fmt.Errorf("read the data source of an SLO: %w", err)
	}
	open, err := s.store.OpenBackfills(ctx, t.Indicator)
	if err != nil {
		return Standing{}, fmt.Errorf("read the backfills of an SLO: %w", err)
	}
	if t.Collection.Last, err = s.lacking(ctx, t); err != nil {
		return Standing{}, err
	}
	now := s.now()
	out := Standing{Target: t, Source: src, Until: t.until(src.Delay), Open: open, At: now}
	after := src.Delay
	if rule, later, is := s.recorded(ctx, t, src, now); is {
		out.Recording, after = &rule, later
	}
	out.Lag = max(0, due(now, after, t.Resolution).Sub(out.Until))
	return out, nil
}

// recorded is what rules record of the target, if it is read from them. Where another replica
// collects, this one looks for itself.
func (s *Service) recorded(ctx context.Context, t Target, src source.Source, now time.Time) (of origin.Recording, after time.Duration, is bool) {
	known := s.recordings[src.Kind]
	if known == nil || src.RetiredAt != nil {
		return origin.Recording{}, 0, false
	}
	waiting, done := context.WithTimeout(ctx, lookingTime)
	defer done()
	if leave, err := s.gates.Aside(waiting, src); err == nil { // what is known is told meanwhile
		known.Look(waiting, src, now)
		leave()
	}
	to := due(now, src.Delay, t.Resolution)
	ask := t.asking(to.Add(-t.Resolution), to)
	if after, is = known.Recorded(src, ask); is {
		of, is = known.Recording(src, ask)
		of.Query = known.Query(t.asking(to.Add(-(1+lateSlots)*t.Resolution), to))
	}
	return of, after, is
}

// Recording is what rules record of the SLO's slots that are installed in its data source, if it is
// read from them; nil otherwise. It authorises nobody.
func (s *Service) Recording(ctx context.Context, slo id.ID) (*origin.Recording, error) {
	t, _, err := s.store.Target(ctx, slo)
	if err != nil {
		return nil, fmt.Errorf("read what is measured: %w", err)
	}
	if !t.Origin.Asked() {
		return nil, nil
	}
	src, err := s.sources.Source(ctx, t.Origin.DataSource)
	if err != nil {
		return nil, fmt.Errorf("read the data source of an SLO: %w", err)
	}
	if of, _, is := s.recorded(ctx, t, src, s.now()); is {
		return &of, nil
	}
	return nil, nil
}

// lacking is the newest slot without data that collection read, unless there is data
// of it: a backfill found it since, or it had been stored before it was read again, and
// is kept.
func (s *Service) lacking(ctx context.Context, t Target) (origin.Missing, error) {
	last := t.Collection.Last
	if last.Start.IsZero() {
		return last, nil
	}
	known, err := s.measured.Totals(ctx, measure.Reading{Indicator: t.Indicator}, last.Start, last.Start.Add(t.Resolution), t.Resolution)
	if err != nil {
		return last, fmt.Errorf("look for a slot that had no data: %w", err)
	}
	if known[0].Known {
		return origin.Missing{}, nil
	}
	return last, nil
}

// Want has the past of a new indicator read, within the transaction that makes
// it: what is not collected from now on, as far back as it can be stored. What is
// not asked for is left alone.
func (s *Service) Want(ctx context.Context, slo, indicator id.ID, from, to, now time.Time) error {
	t, _, err := s.store.Target(ctx, slo)
	if err != nil {
		return fmt.Errorf("read what is to be filled: %w", err)
	}
	if t.Indicator != indicator || !t.Origin.Asked() {
		return nil
	}
	src, err := s.sources.Source(ctx, t.Origin.DataSource)
	if err != nil {
		return fmt.Errorf("read the data source of a new indicator: %w", err)
	}
	b := s.backfill(ctx, t, src, ByWindow, from, to, now)
	if !b.From.Before(b.To) {
		return nil
	}
	if err := s.store.CreateBackfills(ctx, []Backfill{b}); err != nil {
		return fmt.Errorf("want a backfill: %w", err)
	}
	return nil
}

// Delays are how long after its end a slot of each data source is first read, of
// those that exist.
func (s *Service) Delays(ctx context.Context, dataSources []id.ID) (map[id.ID]time.Duration, error) {
	found, err := s.sources.SourcesByID(ctx, dataSources)
	if err != nil {
		return nil, fmt.Errorf("read %d data sources: %w", len(dataSources), err)
	}
	out := make(map[id.ID]time.Duration, len(found))
	for of, src := range found {
		out[of] = src.Delay
	}
	return out, nil
}

// Filling returns those of the indicators whose slots since the time are still
// being filled in, where that was not just asked for by somebody.
func (s *Service) Filling(ctx context.Context, indicators []id.ID, since time.Time) (map[id.ID]bool, error) {
	found, err := s.store.Filling(ctx, indicators, since)
	if err != nil {
		return nil, fmt.Errorf("read open backfills: %w", err)
	}
	out := make(map[id.ID]bool, len(found))
	for _, of := range found {
		out[of] = true
	}
	return out, nil
}

// backfill makes one of whole slots, of what can be stored and is not collected.
func (s *Service) backfill(ctx context.Context, t Target, src source.Source, why Cause, from, to, now time.Time) Backfill {
	b := Backfill{
		ID: id.New(now), SLO: t.SLO, Indicator: t.Indicator, Source: src.ID, Cause: why, State: Queued, NextAt: now,
		From:      latest(from.UTC().Truncate(t.Resolution), oldest(now, t.Resolution)),
		To:        to.UTC().Add(t.Resolution - 1).Truncate(t.Resolution),
		CreatedAt: now, CreatedBy: access.CallerFrom(ctx).Name, Version: 1,
	}
	if end := settled(now, src.Delay, t.Resolution); b.To.After(end) {
		b.To = end
	}
	b.Cursor = b.To
	return b
}

// Create has the slots of the SLO in [from, to) read again: whole slots, of which
// those that have just ended are left to collection.
//
// Faults: NotFound; Forbidden; Conflict "slo_retired", "not_asked" when its
// measurements are sent, and "backfill_open" when one is under way that overlaps;
// Invalid with pointers to /from and /to.
func (s *Service) Create(ctx context.Context, slo id.ID, from, to time.Time) (Listed, error) {
	now := clock.Round(s.now())
	var made Backfill
	var t Target
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		var active bool
		var err error
		if t, active, err = s.store.Target(ctx, slo); err != nil {
			return fmt.Errorf("read what is to be filled: %w", err)
		}
		if err := s.authorizer.Authorize(ctx, access.Create, object(t, "")); err != nil {
			return err
		}
		switch {
		case !active:
			return fault.New(fault.Conflict, "slo_retired", "the SLO %q was retired; restore it first", t.SLOSlug)
		case !t.Origin.Asked():
			return fault.New(fault.Conflict, "not_asked", "the measurements of the SLO %q are sent to Evenkeel; there is no data source to read its past from", t.SLOSlug)
		}
		src, err := s.sources.Source(ctx, t.Origin.DataSource)
		if err != nil {
			return fmt.Errorf("read the data source of an SLO: %w", err)
		}
		if err := checkRange(from, to, now, settled(now, src.Delay, t.Resolution)); err != nil {
			return err
		}
		made = s.backfill(ctx, t, src, ByRequest, from, to, now)
		open, err := s.store.OpenBackfills(ctx, t.Indicator)
		if err != nil {
			return fmt.Errorf("read the backfills of an SLO: %w", err)
		}
		for _, other := range open {
			if made.From.Before(other.To) && other.From.Before(made.To) {
				return fault.New(fault.Conflict, "backfill_open", "the backfill %s reads slots of this range already; cancel it first, or wait until it is finished", other.ID)
			}
		}
		if err := s.store.CreateBackfills(ctx, []Backfill{made}); err != nil {
			return fmt.Errorf("make a backfill: %w", err)
		}
		return s.recorder.RecordDiff(ctx, access.Create, object(t, made.ID), "", nil, made.record())
	})
	if err != nil {
		return Listed{}, err
	}
	return Listed{Backfill: made, Service: t.Service, Resolution: t.Resolution}.asOf(now), nil
}

func checkRange(from, to, now, end time.Time) error {
	var check fault.Check
	first := oldest(now, measure.FiveMinutes)
	check.Require(!from.Before(now.Add(-measure.MaxAge)), "/from", from.UTC().Format(time.RFC3339),
		"is longer ago than %d days; the oldest slot that can be read begins at %s", measure.MaxAge/measure.DaySpan, first.Format(time.RFC3339))
	check.Require(!to.After(now), "/to", to.UTC().Format(time.RFC3339), "lies in the future")
	check.Require(from.Before(to), "/to", to.UTC().Format(time.RFC3339), "must be after from")
	check.Require(from.Before(end), "/from", from.UTC().Format(time.RFC3339), "must be before %s; what ended since is collected", end.Format(time.RFC3339))
	return check.Err()
}

// Backfill returns one; NotFound.
func (s *Service) Backfill(ctx context.Context, of id.ID) (Listed, error) {
	if err := s.mayRead(ctx); err != nil {
		return Listed{}, err
	}
	return s.listed(ctx, of)
}

func (s *Service) listed(ctx context.Context, of id.ID) (Listed, error) {
	b, resolution, err := s.store.Backfill(ctx, of)
	if err != nil {
		return Listed{}, fmt.Errorf("read a backfill: %w", err)
	}
	t, _, err := s.store.Target(ctx, b.SLO)
	if err != nil {
		return Listed{}, fmt.Errorf("read what a backfill is of: %w", err)
	}
	return Listed{Backfill: b, Service: t.Service, Resolution: resolution}.asOf(s.now()), nil
}

// Backfills lists the newest first.
func (s *Service) Backfills(ctx context.Context, f Filter, r page.Request) (page.Page[Listed], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Listed]{}, err
	}
	found, err := s.store.Backfills(ctx, f, r)
	if err != nil {
		return page.Page[Listed]{}, fmt.Errorf("list backfills: %w", err)
	}
	now := s.now()
	return page.Map(found, func(l Listed) Listed { return l.asOf(now) }), nil
}

// asOf is the backfill with its progress at now.
func (l Listed) asOf(now time.Time) Listed {
	l.Reached = l.Progress(l.Resolution, now)
	return l
}

// Prune forgets backfills that finished longer than keep ago, and returns how many.
func (s *Service) Prune(ctx context.Context, keep time.Duration) (int, error) {
	before := clock.Round(s.now()).Add(-keep)
	pruned, err := tx.InChunks(ctx, s.runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.store.PruneBackfills(ctx, before, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune backfills: %w", err)
	}
	return pruned, nil
}

// Cancel ends a backfill; what it read stays. One that was not asked for is only an
// administrator's to cancel: with it, slots of which nothing is known become slots
// that were not there, and budgets are judged without them.
//
// Faults: NotFound; Forbidden, "backfill_automatic" too; Conflict "backfill_finished".
func (s *Service) Cancel(ctx context.Context, of id.ID) (Listed, error) {
	caller := access.CallerFrom(ctx)
	by := caller.Name
	return s.change(ctx, of, func(b Backfill, _ bool, now time.Time) (Backfill, error) {
		if b.Cause != ByRequest && !caller.Administers() {
			return b, fault.New(fault.Forbidden, "backfill_automatic", "only administrators may cancel a backfill that Evenkeel began by itself; until it ended, violations neither open nor end")
		}
		return b.cancel("It was cancelled by "+by+".", now)
	})
}

// Resume has a backfill go on where it stood when it failed or was cancelled.
//
// Faults: NotFound; Forbidden; Conflict "backfill_not_stopped", and "slo_retired"
// when what it is for is not measured any more.
func (s *Service) Resume(ctx context.Context, of id.ID) (Listed, error) {
	return s.change(ctx, of, func(b Backfill, current bool, now time.Time) (Backfill, error) {
		if !current {
			return b, fault.New(fault.Conflict, "slo_retired", "the SLO was retired, or measures something else since; there is nothing to go on with")
		}
		return b.resume(now)
	})
}

func (s *Service) change(ctx context.Context, of id.ID, do func(b Backfill, current bool, now time.Time) (Backfill, error)) (Listed, error) {
	now := clock.Round(s.now())
	err := s.runner.InTx(ctx, func(ctx context.Context) error {
		old, _, err := s.store.Backfill(ctx, of)
		if err != nil {
			return fmt.Errorf("read a backfill: %w", err)
		}
		t, active, err := s.store.Target(ctx, old.SLO)
		if err != nil {
			return fmt.Errorf("read what a backfill is of: %w", err)
		}
		if err := s.authorizer.Authorize(ctx, access.Update, object(t, of)); err != nil {
			return err
		}
		b, err := do(old, active && t.Indicator == old.Indicator, now)
		if err != nil {
			return err
		}
		if err := s.store.ChangeBackfill(ctx, b); err != nil {
			return fmt.Errorf("change a backfill: %w", err)
		}
		return s.recorder.RecordDiff(ctx, access.Update, object(t, of), "", old.record(), b.record())
	})
	if err != nil {
		return Listed{}, err
	}
	return s.listed(ctx, of)
}

func (s *Service) mayRead(ctx context.Context) error {
	return s.authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindBackfill})
}

// object is a backfill as it is authorised on: its SLO's service is whose it is.
func object(t Target, of id.ID) access.Object {
	return access.Object{Kind: access.KindBackfill, ID: of, Label: t.ServiceSlug + "/" + t.SLOSlug, Team: t.Team}
}

// record is what the audit log keeps of a backfill.
type record struct {
	From, To string
	State    State
}

func (b Backfill) record() record {
	return record{From: b.From.Format(time.RFC3339), To: b.To.Format(time.RFC3339), State: b.State}
}
