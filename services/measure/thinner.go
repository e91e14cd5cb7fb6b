package measure

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/thin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// How the past is thinned. Months are thinned as a whole, so that single slots are kept
// for WholeFor and two months at most.
const (
	// WholeFor is for how long every slot is kept at least: a window of a calendar year, and
	// a correction that is declared 400 days late and approved a month after that, are
	// exact. No slot is taken, or read from a data source, that is as old; see MaxAge.
	WholeFor = 430 * DaySpan
	// HoursFor is for how long sums of hours are kept at least, and then those of days.
	HoursFor = 3 * 366 * DaySpan

	// longestMonth is longer than any month is.
	longestMonth = 32 * DaySpan
	// thinAtOnce bounds the indicators, and coarsenAtOnce the months, that are read at a time.
	thinAtOnce    = 100
	coarsenAtOnce = 200
)

// firstOf2000 is by what months and days are counted.
var firstOf2000 = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// A slot is far too old to be written when it is thinned.
const _ = uint(WholeFor - 2*MaxAge)

// Look is how the measurements of an indicator are looked at.
type Look struct {
	Slices lens.Slices
	// Corrected are the times that are corrected.
	Corrected []window.Span
	// Zone is where its months and days begin: that of its calendar, or UTC.
	Zone *time.Location
	// Unread is why what is corrected is not known: nothing of it can be thinned.
	Unread error
}

// Looks tells how indicators are looked at.
type Looks interface {
	// Looks returns how each of the indicators is looked at that an SLO ever had, by the
	// last terms that it was measured under, with what is corrected in [from, to).
	Looks(ctx context.Context, indicators []id.ID, from, to time.Time) (map[id.ID]Look, error)
}

// Thinner thins the past: what is older than WholeFor is kept in sums of hours over all
// reporters, and what is older than HoursFor in sums of days. What slices were judged as,
// and what corrections do, is settled then: it cannot be derived from sums.
type Thinner struct {
	store   Store
	service *Service
	looks   Looks
	tx      tx.Runner
	now     clock.Clock
	log     *slog.Logger
}

// NewThinner returns a thinner.
func NewThinner(store Store, looks Looks, runner tx.Runner, now clock.Clock, log *slog.Logger) *Thinner {
	return &Thinner{store: store, service: New(store, runner, now), looks: looks, tx: runner, now: now, log: log}
}

// ThinOnce thins the months of which the last day is longer ago than WholeFor: the sums of
// each month of an indicator are written in a transaction of their own, from which on nobody
// reads its segments, and these are removed in further ones. It returns counts of months "thinned" and "coarsened" from hours to days, and
// of "unthinnable" indicators and months, which cannot be read: they are left as they
// were, and logged. It may be repeated and interrupted at any time.
func (t *Thinner) ThinOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"thinned": 0, "coarsened": 0, "unthinnable": 0}
	now := t.now()
	until := now.Add(-WholeFor)
	for after := id.ID(""); ; {
		indicators, err := t.store.Thinnable(ctx, until.Add(-longestMonth), after, thinAtOnce)
		if err != nil {
			return counts, fmt.Errorf("finding indicators to thin: %w", err)
		}
		if err := t.thinAll(ctx, indicators, until, counts); err != nil {
			return counts, err
		}
		if len(indicators) < thinAtOnce {
			break
		}
		after = indicators[len(indicators)-1]
	}
	return counts, t.coarsen(ctx, now.Add(-HoursFor), counts)
}

// thinAll thins what is due of some indicators.
func (t *Thinner) thinAll(ctx context.Context, indicators []id.ID, until time.Time, counts map[string]int64) error {
	if len(indicators) == 0 {
		return nil
	}
	series, err := t.store.Series(ctx, indicators)
	if err != nil {
		return fmt.Errorf("reading the series of %d indicators: %w", len(indicators), err)
	}
	lines, err := t.store.ThinnedLines(ctx, indicators)
	if err != nil {
		return fmt.Errorf("reading what is thinned of %d indicators: %w", len(indicators), err)
	}
	of := map[id.ID][]Series{}
	for _, one := range series {
		of[one.Indicator] = append(of[one.Indicator], one)
	}
	begins := map[id.ID]time.Time{}
	for _, line := range lines {
		if line.Group == "" {
			begins[line.Indicator] = line.Until
		}
	}
	oldest := until
	for _, indicator := range indicators {
		if _, thinned := begins[indicator]; !thinned {
			stored, err := t.store.Oldest(ctx, seriesIDs(of[indicator]))
			if err != nil {
				return fmt.Errorf("reading the oldest segments of indicator %s: %w", indicator, err)
			}
			begins[indicator] = until
			for _, row := range stored {
				begins[indicator] = earlier(begins[indicator], row.Start)
			}
		}
		oldest = earlier(oldest, begins[indicator])
	}
	// A month begins before its first slot does.
	looks, err := t.looks.Looks(ctx, indicators, oldest.Add(-longestMonth), until)
	if err != nil {
		return fmt.Errorf("reading how %d indicators are looked at: %w", len(indicators), err)
	}
	for _, indicator := range indicators {
		look, known := looks[indicator]
		if !known {
			return fmt.Errorf("indicator %s is of no SLO", indicator)
		}
		n, err := int64(0), look.Unread
		if err == nil {
			_, resumed := ofWhole(lines, indicator)
			n, err = t.thin(ctx, indicator, of[indicator], look, begins[indicator], resumed, until)
		}
		counts["thinned"] += n
		switch {
		case look.Unread != nil || Unreadable(err):
			counts["unthinnable"]++
			t.log.ErrorContext(ctx, "indicator cannot be thinned", slog.String("indicator_id", string(indicator)), slog.Any("error", err))
		case err != nil:
			return fmt.Errorf("thinning indicator %s: %w", indicator, err)
		}
	}
	return nil
}

func ofWhole(lines []ThinnedLine, indicator id.ID) (ThinnedLine, bool) {
	i := slices.IndexFunc(lines, func(l ThinnedLine) bool { return l.Indicator == indicator && l.Group == "" })
	if i < 0 {
		return ThinnedLine{}, false
	}
	return lines[i], true
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// thin thins the months of an indicator that end by the time, and returns how many: from
// where it was thinned to, or else from the month on in which begin lies.
func (t *Thinner) thin(ctx context.Context, indicator id.ID, series []Series, look Look, begin time.Time, resumed bool, until time.Time) (int64, error) {
	resolution := series[0].Resolution // that of the indicator, of all its series
	if resumed {                       // whoever thinned it last may have been interrupted
		if err := t.remove(ctx, indicator, begin); err != nil {
			return 0, err
		}
	}
	slot := max(resolution, look.Slices.Length)
	months := calendar.New(calendar.Month, firstOf2000, look.Zone)
	w, at := months.At(begin), begin
	if !resumed {
		at = w.Start.Truncate(slot)
	}
	var n int64
	for ; !w.End.After(until); w = months.Next(w) {
		bounds := hours(w, look.Zone, at, slot)
		if len(bounds) < 2 {
			continue // of the month no more than a part of its last slot is left
		}
		at = bounds[len(bounds)-1]
		rows, err := t.sums(ctx, indicator, groupsOf(series), look, resolution, bounds)
		if err != nil {
			return n, err
		}
		if err := t.tx.InTx(ctx, func(ctx context.Context) error { return t.store.PutThinned(ctx, rows) }); err != nil {
			return n, fmt.Errorf("writing %d thinned months: %w", len(rows), err)
		}
		n += int64(len(rows))
		if err := t.remove(ctx, indicator, at); err != nil {
			return n, err
		}
	}
	return n, nil
}

// remove removes what is thinned of an indicator, some at a time: of many groups and
// reporters there is much.
func (t *Thinner) remove(ctx context.Context, indicator id.ID, until time.Time) error {
	_, err := tx.InChunks(ctx, t.tx, pruneAt, func(ctx context.Context, limit int) (int, error) {
		return t.store.RemoveSegments(ctx, indicator, until, limit)
	})
	if err != nil {
		return fmt.Errorf("removing what is thinned until %s: %w", stamp(until), err)
	}
	return nil
}

// hours are the bounds of the hours of a month from the time on, each rounded down to
// where a slot, or a slice, begins. They are counted from each midnight of the zone: where
// clocks are set by half an hour, the last hour of that day is a half.
func hours(w calendar.Window, zone *time.Location, from time.Time, slot time.Duration) []time.Time {
	bounds := []time.Time{from}
	bound := func(at time.Time) {
		if at = at.Truncate(slot); at.After(bounds[len(bounds)-1]) {
			bounds = append(bounds, at)
		}
	}
	days := calendar.New(calendar.Day, firstOf2000, zone)
	for d := days.At(w.Start); d.Start.Before(w.End); d = days.Next(d) {
		for at := d.Start; at.Before(d.End); at = at.Add(time.Hour) {
			bound(at)
		}
	}
	bound(w.End)
	return bounds
}

// groupsOf are the groups of the series, and the empty one for the whole.
func groupsOf(series []Series) []string {
	groups := []string{""}
	for _, one := range series {
		groups = append(groups, one.Group)
	}
	slices.Sort(groups)
	return slices.Compact(groups)
}

// sums are the months of an indicator between the bounds: of the whole, and of each group
// of which anything is known.
func (t *Thinner) sums(ctx context.Context, indicator id.ID, groups []string, look Look, resolution time.Duration, bounds []time.Time) ([]ThinnedMonth, error) {
	if l := look.Slices.Length; l > 0 && !bounds[0].Truncate(l).Equal(bounds[0]) {
		look.Slices = lens.Slices{} // slices were shorter before, and the first of this month is cut
	}
	var rows []ThinnedMonth
	for _, group := range groups {
		m, err := t.month(ctx, indicator, group, look, resolution, bounds)
		if err != nil {
			return nil, err
		}
		if group == "" || !m.Blank() {
			rows = append(rows, ThinnedMonth{Indicator: indicator, Group: group, Start: m.Start, End: m.End(), Step: time.Hour, Data: m.Bytes()})
		}
	}
	return rows, nil
}

// month sums up what was measured between the bounds, and what it counts as.
func (t *Thinner) month(ctx context.Context, indicator id.ID, group string, look Look, resolution time.Duration, bounds []time.Time) (thin.Month, error) {
	m := thin.Month{Start: bounds[0], Slices: look.Slices, Slots: make([]thin.Slot, len(bounds)-1)}
	for i := range m.Slots {
		m.Slots[i].Length = bounds[i+1].Sub(bounds[i])
	}
	overlay := func(step time.Duration) window.Overlay {
		var within []window.Span
		for _, s := range look.Corrected {
			if s.From.Before(bounds[len(bounds)-1]) && s.To.After(bounds[0]) {
				within = append(within, s)
			}
		}
		return window.NewOverlay(step, within)
	}
	read := func(by lens.Lens, put func(slot *thin.Slot, sum window.Sum)) error {
		steps, err := t.service.Between(ctx, Reading{Indicator: indicator, Group: group, Lens: by}, bounds)
		if err != nil {
			return err
		}
		for i, step := range steps {
			put(&m.Slots[i], step.Sum)
			m.Slots[i].Known = m.Slots[i].Known || step.Known
		}
		return nil
	}
	err := read(lens.Lens{}, func(s *thin.Slot, sum window.Sum) { s.Events = thin.Counts{Measured: sum, Counted: sum} })
	if err != nil {
		return m, err
	}
	if by := (lens.Lens{Overlay: overlay(resolution)}); len(by.Overlay) > 0 {
		if err := read(by, func(s *thin.Slot, sum window.Sum) { s.Events.Counted = sum }); err != nil {
			return m, err
		}
	}
	judged := lens.Lens{Slices: look.Slices}
	if !judged.Judges() {
		return m, nil
	}
	err = read(judged, func(s *thin.Slot, sum window.Sum) { s.Slices = thin.Counts{Measured: sum, Counted: sum} })
	if err != nil {
		return m, err
	}
	if judged.Overlay = overlay(look.Slices.Length); len(judged.Overlay) == 0 {
		return m, nil
	}
	return m, read(judged, func(s *thin.Slot, sum window.Sum) { s.Slices.Counted = sum })
}

// coarsen makes days of the hours of months that ended by the time.
func (t *Thinner) coarsen(ctx context.Context, until time.Time, counts map[string]int64) error {
	for skipped := 0; ; {
		rows, err := t.store.ThinnedInHours(ctx, until, coarsenAtOnce+skipped)
		if err != nil {
			return fmt.Errorf("finding months to thin to days: %w", err)
		}
		if rows = rows[min(skipped, len(rows)):]; len(rows) == 0 {
			return nil
		}
		indicators := make([]id.ID, len(rows))
		for i, row := range rows {
			indicators[i] = row.Indicator
		}
		slices.Sort(indicators)
		looks, err := t.looks.Looks(ctx, slices.Compact(indicators), until, until)
		if err != nil {
			return fmt.Errorf("reading how %d months are looked at: %w", len(rows), err)
		}
		coarse := make([]ThinnedMonth, 0, len(rows))
		for _, row := range rows {
			m, err := decodeMonth(row)
			if err != nil {
				skipped++
				counts["unthinnable"]++
				t.log.ErrorContext(ctx, "month cannot be thinned", slog.String("indicator_id", string(row.Indicator)), slog.Any("error", err))
				continue
			}
			zone := looks[row.Indicator].Zone
			if zone == nil {
				return fmt.Errorf("indicator %s is of no SLO", row.Indicator)
			}
			row.Step, row.Data = DaySpan, m.Days(zone).Bytes()
			coarse = append(coarse, row)
		}
		if err := t.tx.InTx(ctx, func(ctx context.Context) error { return t.store.PutThinned(ctx, coarse) }); err != nil {
			return fmt.Errorf("writing %d months of days: %w", len(coarse), err)
		}
		counts["coarsened"] += int64(len(coarse))
	}
}

// PruneOnce removes months that ended before the time, and returns how many.
func (t *Thinner) PruneOnce(ctx context.Context, before time.Time) (int64, error) {
	n, err := tx.InChunks(ctx, t.tx, pruneAt, func(ctx context.Context, limit int) (int, error) {
		return t.store.PruneThinned(ctx, before, limit)
	})
	if err != nil {
		return int64(n), fmt.Errorf("removing thinned months before %s: %w", stamp(before), err)
	}
	return int64(n), nil
}
