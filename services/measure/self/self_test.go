package self_test

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/self"
)

var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	quiet = slog.New(slog.DiscardHandler)
)

// shelf is a Pusher for which the last write of a slot holds, as it does for all.
type shelf struct {
	mu     sync.Mutex
	slots  map[string]map[time.Time]measure.Slot
	pushes int
	err    error
}

func newShelf() *shelf { return &shelf{slots: map[string]map[time.Time]measure.Slot{}} }

func (s *shelf) Push(_ context.Context, reporter string, slots map[string][]measure.Slot) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	s.pushes++
	for target, some := range slots {
		key := target + " of " + reporter
		if s.slots[key] == nil {
			s.slots[key] = map[time.Time]measure.Slot{}
		}
		for _, one := range some {
			s.slots[key][one.Start] = one
		}
	}
	return nil
}

func (s *shelf) Stored(_ context.Context, target, reporter string, from, to time.Time) ([]measure.Slot, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out []measure.Slot
	for start, one := range s.slots[target+" of "+reporter] {
		if !start.Before(from) && start.Before(to) {
			out = append(out, one)
		}
	}
	return out, s.err
}

// expect compares what is stored of a target with events, good and all, of the
// minutes after noon.
func (s *shelf) expect(t *testing.T, target string, want map[int][2]int64) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	got := map[int][2]int64{}
	for start, one := range s.slots[target+" of a"] {
		got[int(start.Sub(noon)/time.Minute)] = [2]int64{one.Good / 1000, one.Total / 1000}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%s is %v, want %v", target, got, want)
	}
}

func flush(t *testing.T, f *self.Flusher) {
	t.Helper()
	if err := f.FlushOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Counted by hand.
func TestTrafficIsCountedByItsOutcome(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon.Add(20 * time.Second))
	recorder, store := self.NewRecorder(manual.Now), newShelf()
	flusher := self.NewFlusher(recorder, store, "a", quiet)
	for _, request := range []struct {
		route  string
		status int
		took   time.Duration
	}{
		{"/v1/slos", http.StatusOK, 10 * time.Millisecond},
		{"/v1/slos", http.StatusCreated, 299 * time.Millisecond},
		{"/v1/slos", http.StatusOK, 300 * time.Millisecond},
		{"/", http.StatusNotModified, time.Millisecond},
		{"/v1/slos/{slo}", http.StatusNotFound, time.Millisecond},
		{"/v1/slos/{slo}", http.StatusInternalServerError, time.Millisecond},
		{"/v1/slos/{slo}", http.StatusServiceUnavailable, time.Second},
		{"/healthz", http.StatusOK, 0},
		{"/readyz", http.StatusServiceUnavailable, 0},
		{"/metrics", http.StatusOK, 0},
		{"/static/*", http.StatusOK, 0},
		{"", http.StatusNotFound, 0},
	} {
		recorder.Observe(request.route, request.status, request.took)
	}
	flush(t, flusher)
	store.expect(t, self.Availability, map[int][2]int64{0: {5, 7}})
	store.expect(t, self.Latency, map[int][2]int64{0: {3, 4}})
}

func TestMinutesWithoutTrafficArePushedToo(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon)
	recorder, store := self.NewRecorder(manual.Now), newShelf()
	flusher := self.NewFlusher(recorder, store, "a", quiet)
	recorder.Observe("/", http.StatusOK, 0)
	flush(t, flusher)
	manual.Advance(3 * time.Minute)
	flush(t, flusher)
	store.expect(t, self.Availability, map[int][2]int64{0: {1, 1}, 1: {}, 2: {}, 3: {}})
}

func TestARequestThatEndsWithItsMinuteIsStillCounted(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon.Add(59 * time.Second))
	recorder, store := self.NewRecorder(manual.Now), newShelf()
	flusher := self.NewFlusher(recorder, store, "a", quiet)
	for range 5 { // each minute is pushed while it runs, and after it ended
		recorder.Observe("/", http.StatusOK, 0)
		flush(t, flusher)
		recorder.Observe("/", http.StatusBadGateway, 0)
		manual.Advance(time.Minute)
		flush(t, flusher)
	}
	store.expect(t, self.Availability, map[int][2]int64{0: {1, 2}, 1: {1, 2}, 2: {1, 2}, 3: {1, 2}, 4: {1, 2}, 5: {}})
}

func TestARestartLosesNothingThatWasCounted(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon.Add(10 * time.Second))
	store := newShelf()
	for range 3 { // three processes within a minute
		recorder := self.NewRecorder(manual.Now)
		flusher := self.NewFlusher(recorder, store, "a", quiet)
		recorder.Observe("/", http.StatusOK, 0)
		recorder.Observe("/", http.StatusInternalServerError, 0)
		flush(t, flusher)
		recorder.Observe("/", http.StatusOK, time.Second)
		manual.Advance(10 * time.Second)
		flush(t, flusher)
	}
	store.expect(t, self.Availability, map[int][2]int64{0: {6, 9}})
	store.expect(t, self.Latency, map[int][2]int64{0: {3, 6}})
}

func TestWhatCouldNotBePushedIsPushedLater(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon)
	recorder, store := self.NewRecorder(manual.Now), newShelf()
	flusher := self.NewFlusher(recorder, store, "a", quiet)
	store.err = errors.New("the database is away")
	for range 3 {
		recorder.Observe("/", http.StatusOK, 0)
		if err := flusher.FlushOnce(t.Context()); !errors.Is(err, store.err) {
			t.Errorf("error is %v", err)
		}
		manual.Advance(time.Minute)
	}
	store.err = nil
	flush(t, flusher)
	store.expect(t, self.Availability, map[int][2]int64{0: {1, 1}, 1: {1, 1}, 2: {1, 1}, 3: {}})
	manual.Advance(48 * time.Hour) // of which only an hour is kept
	flush(t, flusher)
	if n := len(store.slots[self.Latency+" of a"]); n != 4+61 {
		t.Errorf("%d slots are stored, want 4 and 61", n)
	}
}

func TestEveryRequestOfManyGoroutinesIsCounted(t *testing.T) {
	t.Parallel()
	manual := clock.NewManual(noon)
	recorder, store := self.NewRecorder(manual.Now), newShelf()
	flusher := self.NewFlusher(recorder, store, "a", quiet)
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i := range 500 {
				recorder.Observe("/", []int{http.StatusOK, http.StatusBadGateway}[i%2], 0)
				if i%100 == 0 {
					manual.Advance(time.Second)
				}
			}
		})
	}
	for range 5 {
		flush(t, flusher)
	}
	group.Wait()
	flush(t, flusher)
	store.expect(t, self.Availability, map[int][2]int64{0: {2000, 4000}})
	store.expect(t, self.Latency, map[int][2]int64{0: {2000, 2000}})
}

func TestTheLastCountsArePushedWhenTheProgramCloses(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		recorder, store := self.NewRecorder(clock.System), newShelf()
		flusher := self.NewFlusher(recorder, store, "a", quiet)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan struct{})
		go func() {
			defer close(done)
			flusher.Run(ctx, 15*time.Second)
		}()
		time.Sleep(31 * time.Second)
		synctest.Wait()
		if store.pushes != 2 {
			t.Errorf("%d pushes in 31 s, want 2", store.pushes)
		}
		recorder.Observe("/", http.StatusOK, 0)
		cancel()
		<-done
		last := slices.MaxFunc(slices.Collect(maps.Values(store.slots[self.Availability+" of a"])),
			func(a, b measure.Slot) int { return a.Start.Compare(b.Start) })
		if store.pushes != 3 || last.Total != 1000 {
			t.Errorf("%d pushes, %d thousandths in the last slot", store.pushes, last.Total)
		}
	})
}

func BenchmarkObserve(b *testing.B) {
	recorder := self.NewRecorder(clock.System)
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			recorder.Observe("/v1/slos", http.StatusOK, 5*time.Millisecond)
		}
	})
}
