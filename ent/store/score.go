package store

import (
	"cmp"
	"context"
	"database/sql"
	"math"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/stats"
)

// Scores is the store of package score.
type Scores struct{ s *Store }

var _ score.Store = Scores{}

// Scores returns the view of the store that package score declares.
func (s *Store) Scores() Scores { return Scores{s} }

const forecastColumns = "f.id, f.slo_id, f.revision, f.horizon, f.from_at, f.until_at, f.probability"

func (o Scores) forecasts(ctx context.Context, query string, args ...any) ([]score.Forecast, error) {
	var out []score.Forecast
	err := o.s.queryAll(ctx, query, args, func(rows *sql.Rows) error {
		var f score.Forecast
		var parts int64
		err := rows.Scan(&f.ID, &f.SLO, &f.Revision, &f.Horizon, &f.From, &f.Until, &parts)
		f.From, f.Until, f.Probability = utc(f.From), utc(f.Until), float64(parts)/stats.Scale
		out = append(out, f)
		return err
	})
	return out, fail("read forecasts", err)
}

// Due returns those whose time is over.
func (o Scores) Due(ctx context.Context, before time.Time, limit int) ([]score.Forecast, error) {
	return o.forecasts(ctx, "SELECT "+forecastColumns+" FROM forecasts f WHERE f.until_at < $1 ORDER BY f.slo_id, f.id LIMIT $2", clock.Round(before), limit)
}

// Latest returns the one that was made last of each SLO and horizon, if it is of the SLO as
// it is.
func (o Scores) Latest(ctx context.Context, slos []id.ID) ([]score.Forecast, error) {
	var out []score.Forecast
	err := chunks(slos, bulkRows, func(some []id.ID) error {
		args := make([]any, 0, len(score.Horizons)*len(some)*2)
		for _, one := range some {
			for _, h := range score.Horizons {
				args = append(args, string(one), string(h))
			}
		}
		found, err := o.forecasts(ctx, o.s.wanted(len(args)/2, "slo_id text", "horizon text")+"SELECT "+forecastColumns+` FROM wanted w CROSS JOIN forecasts f JOIN slos s ON s.id = f.slo_id
 WHERE f.slo_id = w.slo_id AND f.horizon = w.horizon AND s.revision = f.revision
 AND f.from_at = (SELECT MAX(g.from_at) FROM forecasts g WHERE g.slo_id = w.slo_id AND g.horizon = w.horizon)`, args...)
		out = append(out, found...)
		return err
	})
	return out, err
}

// Keep writes those that there are not yet.
func (o Scores) Keep(ctx context.Context, made []score.Forecast) error {
	const columns = 6
	return fail("write forecasts", chunks(made, bulkRows, func(some []score.Forecast) error {
		args := make([]any, 0, columns*len(some))
		for _, f := range some {
			args = append(args, string(f.SLO), f.Revision, string(f.Horizon), clock.Round(f.From), clock.Round(f.Until), int64(math.Round(f.Probability*stats.Scale)))
		}
		_, err := o.s.exec(ctx, "INSERT INTO forecasts (slo_id, revision, horizon, from_at, until_at, probability) VALUES "+values(len(some), columns)+
			" ON CONFLICT (slo_id, horizon, from_at) DO NOTHING", args...)
		return gone(err)
	}))
}

// forecastBin is where a forecast is counted.
type forecastBin struct {
	slo     id.ID
	horizon score.Horizon
	bin     int
}

// Settle removes forecasts and counts them.
func (o Scores) Settle(ctx context.Context, settled []score.Settled) error {
	type counted struct {
		stats.Bin
		void int64
	}
	bins := map[forecastBin]counted{}
	ids := make([]any, len(settled))
	for i, one := range settled {
		ids[i] = one.ID
		tally := make(stats.Tally, score.Bins)
		k := forecastBin{one.SLO, one.Horizon, tally.Bin(one.Probability)}
		in := bins[k]
		if one.Void {
			in.void++
		} else {
			tally.Add(one.Probability, one.Happened)
			in.Bin = in.Plus(tally[k.bin])
		}
		bins[k] = in
	}
	keys := make([]forecastBin, 0, len(bins))
	for k := range bins {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, func(a, b forecastBin) int {
		return cmp.Or(cmp.Compare(a.slo, b.slo), cmp.Compare(a.horizon, b.horizon), cmp.Compare(a.bin, b.bin))
	})
	return o.s.InTx(ctx, func(ctx context.Context) error {
		err := chunks(ids, bulkRows, func(some []any) error {
			_, err := o.s.exec(ctx, "DELETE FROM forecasts WHERE id IN "+values(1, len(some)), some...)
			return err
		})
		if err != nil {
			return fail("remove forecasts", err)
		}
		const columns = 9
		return fail("count forecasts", chunks(keys, bulkRows, func(some []forecastBin) error {
			args := make([]any, 0, columns*len(some))
			for _, k := range some {
				in := bins[k]
				args = append(args, string(k.slo), string(k.horizon), k.bin, in.N, in.Happened, in.Said, in.Squares, in.Hit, in.void)
			}
			_, err := o.s.exec(ctx, `INSERT INTO forecast_bins (slo_id, horizon, bin, scored, happened, said, squares, hit, void) VALUES `+values(len(some), columns)+
				` ON CONFLICT (slo_id, horizon, bin) DO UPDATE SET scored = forecast_bins.scored + excluded.scored, happened = forecast_bins.happened + excluded.happened,
 said = forecast_bins.said + excluded.said, squares = forecast_bins.squares + excluded.squares, hit = forecast_bins.hit + excluded.hit, void = forecast_bins.void + excluded.void`, args...)
			return gone(err)
		}))
	})
}

// Accounts sums up what came of forecasts.
func (o Scores) Accounts(ctx context.Context, of id.ID) ([]score.Account, error) {
	out := make([]score.Account, len(score.Horizons))
	place := make(map[score.Horizon]*score.Account, len(out))
	for i, h := range score.Horizons {
		out[i] = score.Account{Horizon: h, Tally: make(stats.Tally, score.Bins)}
		place[h] = &out[i]
	}
	var c conditions
	if of != "" {
		c.add("slo_id = %s", string(of))
	}
	err := o.s.queryAll(ctx, `SELECT horizon, bin, CAST(SUM(scored) AS BIGINT), CAST(SUM(happened) AS BIGINT), CAST(SUM(said) AS BIGINT),
 CAST(SUM(squares) AS BIGINT), CAST(SUM(hit) AS BIGINT), CAST(SUM(void) AS BIGINT) FROM forecast_bins`+c.where()+" GROUP BY horizon, bin", c.args, func(rows *sql.Rows) error {
		var h score.Horizon
		var bin int
		var in stats.Bin
		var void int64
		if err := rows.Scan(&h, &bin, &in.N, &in.Happened, &in.Said, &in.Squares, &in.Hit, &void); err != nil {
			return err
		}
		place[h].Tally[bin] = in
		place[h].Void += void
		return nil
	})
	if err != nil {
		return nil, fail("read what came of forecasts", err)
	}
	err = o.s.queryAll(ctx, "SELECT horizon, COUNT(*) FROM forecasts"+c.where()+" GROUP BY horizon", c.args, func(rows *sql.Rows) error {
		var h score.Horizon
		var n int64
		err := rows.Scan(&h, &n)
		if err == nil {
			place[h].Open = n
		}
		return err
	})
	return out, fail("count open forecasts", err)
}
