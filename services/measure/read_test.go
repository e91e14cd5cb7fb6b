package measure_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// watched is the store, and how many segments it was asked for at a time.
type watched struct {
	measure.Store
	most, all int
}

func (w *watched) Segments(ctx context.Context, series []id.ID, from, to time.Time) ([]measure.StoredSegment, error) {
	stored, err := w.Store.Segments(ctx, series, from, to)
	w.most, w.all = max(w.most, len(stored)), w.all+len(stored)
	return stored, err
}

// Twenty reporters over ninety days are 1,800 segments of days. Each reports one
// event at noon, and a second at ten to midnight: 20 and 40 of each day, of which
// the first are good; and whole weeks are sums of their days.
func TestALongTimeIsReadInPieces(t *testing.T) {
	t.Parallel()
	const reporters, days = 20, 90
	b := newBundle(t, storetest.SQLite(t), 1)
	var batches []measure.Batch
	for r := range reporters {
		var slots []measure.Slot
		for d := range days {
			at := noon.Add(-time.Duration(d+1) * day)
			slots = append(slots,
				measure.Slot{Start: at, Good: measure.Event, Total: measure.Event},
				measure.Slot{Start: at.Add(12*time.Hour - 10*time.Minute), Good: 0, Total: measure.Event})
		}
		batches = append(batches, b.batch(0, fmt.Sprintf("r%d", r), slots...))
	}
	b.push(t, batches...)
	fold(t, b)
	w := &watched{Store: b.store.Measure()}
	service := measure.New(w, b.runner, b.clock.Now)
	from := noon.Add(-days * day)
	for _, c := range []struct {
		step time.Duration
		want window.Sum // of each step
	}{
		{day, window.Sum{Good: 20 * measure.Event, Total: 40 * measure.Event}},
		{15 * day, window.Sum{Good: 300 * measure.Event, Total: 600 * measure.Event}},
		{90 * day, window.Sum{Good: 1800 * measure.Event, Total: 3600 * measure.Event}},
	} {
		w.most, w.all = 0, 0
		steps, err := service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0]}, from, noon, c.step)
		if err != nil || len(steps) != int(days*day/c.step) {
			t.Fatalf("%d steps of %s (%v)", len(steps), c.step, err)
		}
		for i, s := range steps {
			if s.Sum != c.want || !s.Known || !s.Start.Equal(from.Add(time.Duration(i)*c.step)) {
				t.Errorf("%s from %s: %+v, want %+v", c.step, s.Start, s.Sum, c.want)
			}
		}
		if w.most > 1100 || w.all < 1800 { // a day more than asked for, at the edge of each piece
			t.Errorf("%s: %d segments were read, up to %d at a time", c.step, w.all, w.most)
		}
	}
}
