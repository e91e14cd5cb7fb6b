package collect_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/source"
)

func slow(s *source.Source) { s.Concurrency = 1 }

func TestATeamWithManyQueriesDoesNotStarveOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p, slow)
	for i := range 30 {
		h.declare("greedy", fmt.Sprintf("greedy-%02d", i), from)
	}
	h.declare("modest", "modest-0", from)
	h.declare("modest", "modest-1", from)
	h.declare("third", "third-0", from)
	h.collect()
	asked := p.requests()
	if len(asked) != 33 {
		t.Fatalf("%d are asked for", len(asked))
	}
	// By turns: the two of one team and the one of another are among the first six.
	first := strings.Join(asked[:6], " ")
	for _, want := range []string{"modest-0", "modest-1", "third-0"} {
		if !strings.Contains(first, want) {
			t.Errorf("%s is not among the first: %s", want, first)
		}
	}
	h.fill()
	if first := strings.Join(p.requests()[:6], " "); strings.Count(first, "modest") < 2 || !strings.Contains(first, "third-0") {
		t.Errorf("backfills begin with %s", first)
	}
}

// One source has calls under way that end only when the slots of the other are
// stored: were it held up, nothing would ever end.
func TestASourceThatHangsHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	hangs, well := newProgram(t, "hangs"), newProgram(t, "well")
	stored := make(chan struct{})
	hangs.before = func(string) {
		select {
		case <-stored:
		case <-time.After(time.Minute):
			t.Error("the other source was held up")
		}
	}
	a := h.source(hangs)
	for i := range 6 {
		h.declare("payments", fmt.Sprintf("hangs-%d", i), a)
	}
	v := h.declare("payments", "well", h.source(well))
	well.holdAll("well", minute(-10), minute(10), nil)
	whole, once := h.parts.Measurements, sync.Once{}
	h.parts.Measurements = pusher(func(ctx context.Context, batches []measure.Batch) (measure.Receipt, error) {
		defer once.Do(func() { close(stored) })
		return whole.Replace(ctx, batches)
	})
	h.collect()
	h.expect(v, well, minute(-4), minute(-1))
}

func TestNoMoreCallsAreUnderWayThanASourceTakes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	// Each waits until as many are under way as may be.
	var mu sync.Mutex
	met, under := make(chan struct{}), 0
	p.before = func(string) {
		mu.Lock()
		if under++; under == 3 {
			close(met)
		}
		mu.Unlock()
		select {
		case <-met:
		case <-time.After(time.Minute):
			t.Error("three are never under way at once")
		}
	}
	from := h.source(p, func(s *source.Source) { s.Concurrency = 3 })
	for i := range 40 {
		h.declare("payments", fmt.Sprintf("slo-%d", i), from)
	}
	var both sync.WaitGroup
	both.Go(func() { h.collect() })
	both.Go(func() { h.fill() })
	both.Wait()
	if p.most != 3 {
		t.Errorf("%d were under way at once", p.most)
	}
}

// A source that leaves everything unanswered is not asked a thousand times over:
// all that is read from it is known to fail, and the next round begins with what
// was not asked.
func TestADeadSourceIsGivenUpForTheRound(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p, slow)
	for i := range 20 {
		h.declare("payments", fmt.Sprintf("slo-%02d", i), from)
	}
	v := h.declare("payments", "last", from)
	p.fault("", "down")
	counts := h.collect()
	first := p.requests()
	if len(first) != 3 || counts["failed"] != 21 || counts["unreached"] != 0 {
		t.Errorf("asked for %q: %v", first, counts)
	}
	s := h.standing(v)
	if s.Collection.Failing != collect.Unavailable || !s.Collection.AttemptedAt.IsZero() || !s.Collection.FailingSince.Equal(h.clock.Now()) || s.Lag == 0 {
		t.Errorf("collection %+v", s.Collection)
	}
	h.clock.Advance(15 * time.Second)
	counts = h.collect()
	second := p.requests()
	if len(second) != 3 || counts["failed"] != 3 || slices.ContainsFunc(second, func(name string) bool { return slices.Contains(first, name) }) {
		t.Errorf("then asked for %q: %v", second, counts)
	}
	p.fault("", "")
	h.clock.Advance(15 * time.Second)
	if counts := h.collect(); counts["failed"] != 0 || counts["targets"] != 21 {
		t.Errorf("recovered: %v", counts)
	}
	if s := h.standing(v); s.Collection.Failing != "" {
		t.Errorf("collection %+v", s.Collection)
	}
}

func TestMoreTargetsThanAPageAreAllCollected(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	service := h.service("payments")
	const n = 1100 // pages are of 500
	err := h.store.InTx(t.Context(), func(ctx context.Context) error {
		for i := range n {
			v := storetest.AnSLO(service.ID, fmt.Sprintf("slo-%d", i))
			v.Indicator.Resolution, v.Indicator.CreatedAt = time.Minute, start
			v.Indicator.Origin.DataSource = from.ID
			v.Indicator.Origin.Adapter = adapter("same", "together")
			if err := h.store.SLO().CreateSLO(ctx, v); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	p.holdAll("same", minute(-10), minute(10), nil)
	if counts := h.collect(); counts["targets"] != n || counts["slots"] != 3*n || len(p.requests()) != 1 {
		t.Errorf("counts %v", counts)
	}
	h.clock.Advance(time.Minute)
	if counts := h.collect(); counts["targets"] != n || counts["slots"] != 4*n {
		t.Errorf("counts %v", counts)
	}
}
