package measure_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

const (
	five = measure.FiveMinutes
	day  = measure.DaySpan
)

// noon is when these tests begin.
var (
	noon  = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	quiet = slog.New(slog.DiscardHandler)
)

// bundle is a fresh database with indicators in it, and everything of package
// measure over it. Each indicator is a subject of its own.
type bundle struct {
	store      *store.Store
	clock      *clock.Manual
	indicators []id.ID
	runner     *runner
	service    *measure.Service
	book       *book
	evaluator  *measure.Evaluator
	folder     *measure.Folder
}

// windows are those of an SLO with a rolling window of that length.
func windows(own time.Duration) []window.Window {
	return budget.Windows(five, window.Window{Length: own})
}

func newBundle(t testing.TB, s *store.Store, indicators int) *bundle {
	t.Helper()
	b := &bundle{store: s, clock: clock.NewManual(noon), runner: &runner{Runner: s}, book: &book{}}
	b.indicators = declare(t, s, indicators)
	b.service = measure.New(s.Measure(), b.runner, b.clock.Now)
	b.folder = measure.NewFolder(s.Measure(), b.runner, b.clock.Now, quiet)
	b.evaluator = b.newEvaluator()
	for i, indicator := range b.indicators {
		b.book.subjects = append(b.book.subjects, measure.Subject{
			ID: id.ID(fmt.Sprintf("subject-%05d", i)), Revision: "r1", Indicator: indicator, Resolution: five, Windows: windows(90 * day),
		})
	}
	return b
}

func (b *bundle) newEvaluator() *measure.Evaluator {
	return measure.NewEvaluator(b.store.Measure(), b.book, b.book, b.runner, b.clock.Now, quiet)
}

// declare writes an SLO with so many indicators, which series refer to.
func declare(t testing.TB, s *store.Store, n int) []id.ID {
	t.Helper()
	service := storetest.Service(t, s, storetest.Team(t, s, "crew").ID, "boat")
	first := storetest.SLO(t, s, service.ID, "afloat").Indicator
	ids := []id.ID{first.ID}
	err := s.InTx(t.Context(), func(ctx context.Context) error {
		ids = ids[:1]
		for len(ids) < n {
			next := first
			next.ID = id.New(noon)
			ids = append(ids, next.ID)
			if err := s.SLO().AddIndicator(ctx, next); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return ids
}

// book stands for what comes of evaluations: it writes them down.
type book struct {
	mu       sync.Mutex
	subjects []measure.Subject
	latest   map[id.ID]measure.Evaluation
	written  int
}

func (b *book) Subjects(context.Context) ([]measure.Subject, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.subjects), nil
}

func (b *book) Conclude(_ context.Context, _ time.Time, evaluations []measure.Evaluation) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.latest == nil {
		b.latest = map[id.ID]measure.Evaluation{}
	}
	for _, e := range evaluations {
		b.latest[e.Subject] = e
		b.written++
	}
	return nil
}

// runner opens transactions that can be made to fail just before they commit.
type runner struct {
	tx.Runner
	mu   sync.Mutex
	fail func() error
}

func (r *runner) InTx(ctx context.Context, do func(context.Context) error) error {
	return r.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := do(ctx); err != nil {
			return err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		if r.fail != nil {
			return r.fail()
		}
		return nil
	})
}

// at is a slot of whole events, so many slots before noon.
func at(slotsBefore int, good, total int64) measure.Slot {
	return measure.Slot{Start: noon.Add(-time.Duration(slotsBefore) * five), Good: good * 1000, Total: total * 1000}
}

func (b *bundle) batch(indicator int, reporter string, slots ...measure.Slot) measure.Batch {
	return measure.Batch{Pointer: fmt.Sprintf("/batches/%d", indicator), Indicator: b.indicators[indicator], Resolution: five, Reporter: reporter, Slots: slots}
}

func (b *bundle) push(t testing.TB, batches ...measure.Batch) measure.Receipt {
	t.Helper()
	receipt, err := b.service.Push(t.Context(), batches)
	if err != nil {
		t.Fatal(err)
	}
	return receipt
}

// evaluate runs the evaluator once, and expects these counts among others.
func (b *bundle) evaluate(t testing.TB, want map[string]int64) {
	t.Helper()
	counts, err := b.evaluator.RunOnce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, n := range want {
		if counts[name] != n {
			t.Errorf("%s is %d, want %d, in %v", name, counts[name], n, counts)
		}
	}
}

// expect compares the longest window of a subject with whole events.
func (b *bundle) expect(t testing.TB, subject int, good, total int64) {
	t.Helper()
	e, ok := b.book.latest[b.book.subjects[subject].ID]
	if !ok {
		t.Fatalf("subject %d was never evaluated", subject)
	}
	if got := e.Sums[len(e.Sums)-1]; got.Good != good*1000 || got.Total != total*1000 {
		t.Errorf("subject %d has %d good of %d thousandths, want %d of %d events", subject, got.Good, got.Total, good, total)
	}
}

func (b *bundle) changes(t testing.TB) int {
	t.Helper()
	changes, err := b.store.Measure().Changes(t.Context(), 1_000_000)
	if err != nil {
		t.Fatal(err)
	}
	return len(changes)
}

// ledger is the slow and independent model: every slot of every reporter as a
// pair of rational numbers of events, summed one by one.
type ledger map[id.ID]map[string]map[time.Time][2]*big.Rat

// enter writes what decimals say, rounded to thousandths half away from zero.
func (l ledger) enter(indicator id.ID, reporter string, start time.Time, good, total string) {
	if l[indicator] == nil {
		l[indicator] = map[string]map[time.Time][2]*big.Rat{}
	}
	if l[indicator][reporter] == nil {
		l[indicator][reporter] = map[time.Time][2]*big.Rat{}
	}
	l[indicator][reporter][start] = [2]*big.Rat{thousandths(good), thousandths(total)}
}

func thousandths(decimal string) *big.Rat {
	exact, ok := new(big.Rat).SetString(decimal)
	if !ok {
		panic(decimal)
	}
	exact.Add(exact.Mul(exact, big.NewRat(1000, 1)), big.NewRat(1, 2))
	return new(big.Rat).SetFrac(new(big.Int).Quo(exact.Num(), exact.Denom()), big.NewInt(1000))
}

// sum adds what all reporters counted in [from, to), and finds the newest slot's end.
func (l ledger) sum(indicator id.ID, from, to time.Time) (good, total *big.Rat) {
	good, total = new(big.Rat), new(big.Rat)
	for _, slots := range l[indicator] {
		for start, s := range slots {
			if !start.Before(from) && start.Before(to) {
				good.Add(good, s[0])
				total.Add(total, s[1])
			}
		}
	}
	return good, total
}
