package score

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	SLOs       SLOs
	Budgets    Budgets
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Clock      clock.Clock
	Logger     *slog.Logger
}

// Service keeps and scores forecasts.
type Service struct{ Parts }

// NewService returns the service.
func NewService(p Parts) *Service { return &Service{p} }

// settledAtOnce and madeAtOnce bound a transaction.
const (
	settledAtOnce = 1000
	madeAtOnce    = 500
)

// RunOnce settles the forecasts whose time is over and makes those that are due. It may be
// repeated and interrupted at any time. It returns counts of forecasts "settled", of those
// of them that are "void", of forecasts "made", of SLOs of which none can be made now
// ("unforeseen"), and of those that are "unreadable", which is logged.
func (s *Service) RunOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"settled": 0, "void": 0, "made": 0, "unforeseen": 0, "unreadable": 0}
	now := clock.Round(s.Clock())
	for {
		n, err := s.settleSome(ctx, now, counts)
		if err != nil {
			return counts, fmt.Errorf("settle forecasts: %w", err)
		}
		if n < settledAtOnce {
			break
		}
	}
	for after := id.ID(""); ; {
		views, err := s.SLOs.ActiveViews(ctx, after, madeAtOnce)
		if err != nil {
			return counts, fmt.Errorf("read the SLOs to forecast: %w", err)
		}
		if len(views) == 0 {
			return counts, nil
		}
		if err := s.makeSome(ctx, views, now, counts); err != nil {
			return counts, fmt.Errorf("make forecasts: %w", err)
		}
		after = views[len(views)-1].SLO.ID
	}
}

// settleSome settles forecasts up to a bound, and returns how many.
func (s *Service) settleSome(ctx context.Context, now time.Time, counts map[string]int64) (int, error) {
	due, err := s.Store.Due(ctx, now.Add(-settledAfter), settledAtOnce)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	settled, err := s.judge(ctx, due, counts)
	if err != nil {
		return 0, err
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.Settle(ctx, settled) })
	if err != nil {
		return 0, err
	}
	for _, one := range settled {
		counts["settled"]++
		if one.Void {
			counts["void"]++
		}
	}
	return len(due), nil
}

// judge finds what came of forecasts.
func (s *Service) judge(ctx context.Context, due []Forecast, counts map[string]int64) ([]Settled, error) {
	slos := make([]id.ID, 0, len(due))
	for _, f := range due { // by SLO
		if len(slos) == 0 || slos[len(slos)-1] != f.SLO {
			slos = append(slos, f.SLO)
		}
	}
	views, err := s.viewsOf(ctx, slos)
	if err != nil {
		return nil, err
	}
	settled := make([]Settled, len(due))
	var places []int
	var asked []slo.Horizon
	for i, f := range due {
		settled[i] = Settled{Forecast: f, Void: true}
		// What was promised otherwise meanwhile, or is not promised any more, was not
		// forecast.
		if v, some := views[f.SLO]; some && v.SLO.RetiredAt == nil && v.Revision.Number == f.Revision {
			places = append(places, i)
			asked = append(asked, slo.Horizon{View: v, From: f.From, Until: f.Until})
		}
	}
	outcomes, err := slo.EachReadable(ctx, asked, s.Budgets.Outcomes, func(h slo.Horizon, err error) {
		s.unreadable(ctx, h.View, err, counts)
	})
	if err != nil {
		return nil, err
	}
	for n, i := range places {
		settled[i].Void = outcomes[n] != slo.BudgetSpent && outcomes[n] != slo.BudgetLasted
		settled[i].Happened = outcomes[n] == slo.BudgetSpent
	}
	return settled, nil
}

// viewsOf reads SLOs, by their identifiers.
func (s *Service) viewsOf(ctx context.Context, slos []id.ID) (map[id.ID]slo.View, error) {
	found, err := s.SLOs.ViewsByID(ctx, slos)
	if err != nil {
		return nil, fmt.Errorf("read %d SLOs: %w", len(slos), err)
	}
	views := make(map[id.ID]slo.View, len(found))
	for _, v := range found {
		views[v.SLO.ID] = v
	}
	return views, nil
}

// makeSome makes the forecasts of the views that are due.
func (s *Service) makeSome(ctx context.Context, views []slo.View, now time.Time, counts map[string]int64) error {
	ids := make([]id.ID, len(views))
	for i, v := range views {
		ids[i] = v.SLO.ID
	}
	latest, err := s.Store.Latest(ctx, ids)
	if err != nil {
		return err
	}
	type key struct {
		slo     id.ID
		horizon Horizon
	}
	last := make(map[key]Forecast, len(latest))
	for _, f := range latest {
		last[key{f.SLO, f.Horizon}] = f
	}
	outlooks, err := slo.EachReadable(ctx, views, s.Budgets.Outlooks, func(v slo.View, err error) {
		s.unreadable(ctx, v, err, counts)
	})
	if err != nil {
		return err
	}
	var made []Forecast
	for i, v := range views {
		of := forecasts(v, outlooks[i])
		if len(of) == 0 {
			counts["unforeseen"]++
		}
		for _, f := range of {
			was, some := last[key{f.SLO, f.Horizon}]
			if !some || !was.Until.After(f.From) || !f.From.Before(was.From.Add(Every(f.Horizon, v)-slack)) {
				made = append(made, f)
			}
		}
	}
	if len(made) == 0 {
		return nil
	}
	if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.Keep(ctx, made) }); err != nil {
		return err
	}
	counts["made"] += int64(len(made))
	return nil
}

func (s *Service) unreadable(ctx context.Context, v slo.View, err error, counts map[string]int64) {
	counts["unreadable"]++
	s.Logger.ErrorContext(ctx, "the past of an SLO cannot be read", slog.String("slo_id", string(v.SLO.ID)), slog.Any("error", err))
}

// Accounts tells how good the forecasts of the SLO were, or those of all where none is
// named, for each horizon.
func (s *Service) Accounts(ctx context.Context, of id.ID) ([]Account, error) {
	if err := s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindSLO}); err != nil {
		return nil, err
	}
	accounts, err := s.Store.Accounts(ctx, of)
	if err != nil {
		return nil, fmt.Errorf("read what came of forecasts: %w", err)
	}
	return accounts, nil
}
