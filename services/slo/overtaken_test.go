package slo_test

import (
	"context"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
)

// evaluated is an evaluation of 1,000 events in every window, of which 10 were bad: of an
// objective of 95 %, 80 % of the budget remains.
func evaluated(h *house, v slo.View) []measure.Evaluation {
	end := h.clock.Now().Truncate(v.Indicator.Resolution)
	e := measure.Evaluation{Subject: v.SLO.ID, Revision: v.Revision.ID, End: end, Latest: end}
	for range v.Revision.Windows(v.Indicator.Resolution) {
		e.Sums = append(e.Sums, window.Sum{Good: 990_000, Total: 1_000_000})
	}
	return []measure.Evaluation{e}
}

// What remained of the budget by one objective is no figure of another.
func TestAnEvaluationThatARevisionOvertakesWritesNothing(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		v := h.declare(t, "availability", "95%")
		now := h.clock.Now()
		conclude := func() error {
			return s.InTx(t.Context(), func(ctx context.Context) error { return h.Conclude(ctx, now, evaluated(h, v)) })
		}
		if err := conclude(); err != nil {
			t.Fatal(err)
		}
		remaining := func() *int64 { return ok(s.SLO().View(t.Context(), v.SLO.ID))(t).Status.RemainingPPB }
		if got := remaining(); got == nil || *got != 800_000_000 {
			t.Fatalf("%v remains, want 80 %%", got)
		}
		began, done := make(chan struct{}), make(chan error, 1)
		d := valid()
		d.Objective = "99.9%"
		err := s.InTx(h.ada, func(ctx context.Context) error {
			if _, _, err := h.Revise(ctx, v.SLO.ID, v.SLO.Version, d); err != nil {
				return err
			}
			go func() {
				close(began)
				done <- conclude()
			}()
			storetest.AwaitBlocked(t, s, began)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if got := remaining(); got != nil {
			t.Errorf("%d ppb of the budget remain by an objective that is none any more", *got)
		}
	})
}
