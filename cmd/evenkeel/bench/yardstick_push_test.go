package bench

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/segment"
)

const targetQuery = `SELECT v.team_id, v.retired_at, s.retired_at, r.indicator_id, i.resolution_s
FROM services v JOIN slos s ON s.service_id = v.id JOIN slo_revisions r ON r.slo_id = s.id AND r.number = s.revision JOIN indicators i ON i.id = r.indicator_id
WHERE v.slug = $1 AND s.slug = $2`

// pushed is slots of one hour of one series.
type pushed struct {
	indicator  string
	reporter   string
	resolution time.Duration
	start      time.Time // of the hour
	slots      []segment.Slot
}

// push takes slots of one SLO in: the packed segment is read, merged and written
// by the program's own code for segments, which is what is stored.
func (y *yardstick) push(w http.ResponseWriter, r *http.Request, c caller) (int, error) {
	ctx := r.Context()
	var in api.MeasurementsInput
	if err := read(w, r, &in); err != nil {
		return 0, err
	}
	var team string
	var serviceRetired, retired sql.NullTime
	var resolution int64
	p := pushed{reporter: in.Reporter}
	err := y.target.QueryRowContext(ctx, r.PathValue("service"), r.PathValue("slo")).Scan(&team, &serviceRetired, &retired, &p.indicator, &resolution)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, refusal{http.StatusNotFound, "there is no such SLO"}
	}
	if err != nil {
		return 0, err
	}
	if err := mayChange(ctx, y.member, team, c); err != nil {
		return 0, err
	}
	if serviceRetired.Valid || retired.Valid {
		return 0, refusal{http.StatusConflict, "it was retired"}
	}
	p.resolution = time.Duration(resolution) * time.Second
	now := clock.Round(y.now())
	if err := p.take(in, now); err != nil {
		return 0, err
	}
	receipt := api.Receipt{Series: 1, Slots: len(in.Slots)}
	err = y.inTx(ctx, func(tx *sql.Tx) error {
		changed, err := y.merge(ctx, tx, p, now)
		if changed {
			receipt.Changed = 1
		}
		return err
	})
	if err != nil {
		return 0, err
	}
	return reply(w, 0, receipt)
}

// take checks the slots and turns them into thousandths. One hour is enough here.
func (p *pushed) take(in api.MeasurementsInput, now time.Time) error {
	if p.reporter == "" {
		p.reporter = measure.DefaultReporter
	}
	bad := refusal{http.StatusUnprocessableEntity, "slots are aligned, of one hour, not of the future, and have good events of a total"}
	if len(in.Slots) == 0 {
		return bad
	}
	p.start = in.Slots[0].Start.UTC().Truncate(time.Hour)
	for _, s := range in.Slots {
		at := s.Start.UTC().Sub(p.start)
		if s.Good == nil || *s.Good < 0 || *s.Good > s.Total || at < 0 || at >= time.Hour || at%p.resolution != 0 || s.Start.After(now) {
			return bad
		}
		good, err := measure.Thousandths(*s.Good)
		if err != nil {
			return bad
		}
		total, err := measure.Thousandths(s.Total)
		if err != nil {
			return bad
		}
		p.slots = append(p.slots, segment.Slot{Index: int(at / p.resolution), Good: good, Total: total})
	}
	return nil
}

// merge writes the segment and notes that it changed.
func (y *yardstick) merge(ctx context.Context, tx *sql.Tx, p pushed, now time.Time) (changed bool, err error) {
	series, folded, err := y.ensureSeries(ctx, tx, p, now)
	if err != nil {
		return false, err
	}
	if p.start.Before(folded) {
		return false, refusal{http.StatusUnprocessableEntity, "the yardstick knows no folded days"}
	}
	const span = int64(time.Hour / time.Second)
	start := p.start.Unix()
	old := segment.New(p.resolution, int(time.Hour/p.resolution))
	data, err := y.lockSegment(ctx, tx, series, span, start)
	if err != nil {
		return false, err
	}
	if len(data) > 0 {
		if old, err = segment.Decode(data); err != nil {
			return false, err
		}
	}
	merged, differs, err := segment.Merge(old, p.slots)
	if err != nil || !differs {
		return false, err
	}
	if _, err := tx.StmtContext(ctx, y.put).ExecContext(ctx, series, span, start, merged.Bytes()); err != nil {
		return false, err
	}
	_, err = tx.StmtContext(ctx, y.noteThat).ExecContext(ctx, series, span, start)
	return err == nil, err
}

func (y *yardstick) ensureSeries(ctx context.Context, tx *sql.Tx, p pushed, now time.Time) (series string, folded time.Time, err error) {
	find := func() error {
		return tx.StmtContext(ctx, y.series).QueryRowContext(ctx, p.indicator, p.reporter).Scan(&series, &folded)
	}
	if err = find(); !errors.Is(err, sql.ErrNoRows) {
		return series, folded, err
	}
	_, err = tx.StmtContext(ctx, y.newSeries).ExecContext(ctx, string(id.New(now)), p.indicator, p.reporter, int64(p.resolution/time.Second),
		now.Truncate(measure.DaySpan), now)
	if err == nil {
		err = find()
	}
	return series, folded, err
}

// lockSegment reads a segment. On PostgreSQL, where others may write it too, it is
// inserted when absent, and locked.
func (y *yardstick) lockSegment(ctx context.Context, tx *sql.Tx, series string, span, start int64) (data []byte, err error) {
	find := func() error {
		return tx.StmtContext(ctx, y.segment).QueryRowContext(ctx, series, span, start).Scan(&data)
	}
	if err = find(); !errors.Is(err, sql.ErrNoRows) {
		return data, err
	}
	if !y.postgres {
		return nil, nil
	}
	if _, err = tx.StmtContext(ctx, y.newSegment).ExecContext(ctx, series, span, start); err != nil {
		return nil, err
	}
	err = find()
	return data, err
}
