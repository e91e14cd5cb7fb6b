package collect

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

func TestTeamsTakeTurnsHoweverLongTheirLinesAre(t *testing.T) {
	t.Parallel()
	q := &queue[int]{}
	for i := range 5 {
		q.add("many", i)
	}
	q.add("one", 10)
	q.add("two", 20)
	q.add("two", 21)
	var got []int
	for {
		name, piece, ok := q.take()
		if !ok {
			break
		}
		if got = append(got, piece); piece == 20 {
			q.again(name, 22) // it goes on at its next turn
		}
	}
	if want := []int{0, 10, 20, 1, 22, 2, 21, 3, 4}; !slices.Equal(got, want) {
		t.Errorf("they came as %v, want %v", got, want)
	}
}

// named are sources by their identifiers, of a kind that is known.
type named struct{}

func (named) Source(_ context.Context, of id.ID) (source.Source, error) {
	if of == "unknown" {
		return source.Source{}, errors.New("unknown")
	}
	return source.Source{ID: of, Slug: string(of), Kind: source.Adapter}, nil
}

type mute struct{}

func (mute) Read(context.Context, source.Source, []origin.Ask) []origin.Answer { return nil }
func (mute) Together(origin.Origin) string                                     { return "" }

func parts() *Parts {
	return &Parts{Sources: named{}, Readers: Readers{source.Adapter: mute{}}, Gates: NewGates(), Logger: slog.New(slog.DiscardHandler)}
}

// One source takes forty seconds: the others have a round every fifteen meanwhile.
func TestADataSourceThatTakesLongHoldsUpNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		rounds := map[id.ID][]time.Duration{}
		began := time.Now()
		r := parts().begin(false, 3)
		err := r.each(t.Context(), []id.ID{"slow", "quick", "broken", "unknown"}, func(_ context.Context, src source.Source, _ Reader) error {
			mu.Lock()
			rounds[src.ID] = append(rounds[src.ID], time.Since(began))
			mu.Unlock()
			switch src.ID {
			case "slow":
				time.Sleep(40 * time.Second)
			case "broken":
				return errors.New("broken")
			}
			return nil
		})
		if took := time.Since(began); took != 40*time.Second || err == nil {
			t.Errorf("it took %s and gave %v", took, err)
		}
		want := []time.Duration{0, 15 * time.Second, 30 * time.Second}
		if !slices.Equal(rounds["quick"], want) || !slices.Equal(rounds["broken"], want) || len(rounds["slow"]) != 1 {
			t.Errorf("rounds began at %v", rounds)
		}
	})
}

func TestNothingIsGoneOnWithOnceTheLeaseIsLost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		err := parts().begin(false, 2).each(t.Context(), []id.ID{"one", "two"}, func(ctx context.Context, src source.Source, _ Reader) error {
			if src.ID == "one" {
				return tx.LeaseLost("it is another's")
			}
			<-ctx.Done()
			return ctx.Err()
		})
		if !tx.IsLeaseLost(err) || time.Since(began) != 0 {
			t.Errorf("after %s: %v", time.Since(began), err)
		}
	})
}

// Of four calls at once backfills have one, and none while collection waits.
func TestCollectionGoesBeforeBackfills(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := NewGates()
		enter := func(past bool) chan func() {
			in := make(chan func(), 1)
			go func() {
				if leave, err := g.enter(t.Context(), "prom", 4, past); err == nil {
					in <- leave
				}
			}()
			synctest.Wait()
			return in
		}
		one, two := enter(true), enter(true)
		if len(one) != 1 || len(two) != 0 {
			t.Fatalf("backfills have %d and %d", len(one), len(two))
		}
		var present []chan func()
		for range 4 {
			present = append(present, enter(false))
		}
		if len(present[2]) != 1 || len(present[3]) != 0 {
			t.Fatal("there are not four under way")
		}
		(<-one)() // a backfill leaves: collection comes next, though the other waited for longer
		synctest.Wait()
		if len(present[3]) != 1 || len(two) != 0 {
			t.Error("a backfill went before collection")
		}
		for _, p := range present {
			(<-p)()
		}
		synctest.Wait()
		if len(two) != 1 {
			t.Error("the other backfill still waits")
		}
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := g.enter(ended, "prom", 1, true); err == nil {
			t.Error("there was a place for whom nobody waits any more")
		}
		if leave, err := g.enter(ended, "another", 1, true); err != nil {
			t.Error("one source fills the places of another")
		} else {
			leave()
		}
	})
}

// Of four places one becomes free: a collection and a backfill wait for it, and the
// collection is given up, before or after it had it. Or two become free at once, one
// for each. It is done often, because who is woken first is not told.
func TestNoPlaceStaysFreeWhileABackfillWaits(t *testing.T) {
	t.Parallel()
	for name, free := range map[string]func(leave []func(), giveUp func()){
		"the collection gives up":   func(leave []func(), giveUp func()) { leave[0](); giveUp() },
		"it gave up before":         func(leave []func(), giveUp func()) { giveUp(); leave[0]() },
		"there is a place for each": func(leave []func(), _ func()) { leave[0](); leave[1]() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				for range 100 {
					g := NewGates()
					var under []func()
					for range 4 {
						leave, err := g.enter(t.Context(), "prom", 4, false)
						if err != nil {
							t.Fatal(err)
						}
						under = append(under, leave)
					}
					ctx, giveUp := context.WithCancel(t.Context())
					waits := func(ctx context.Context, past bool) chan func() {
						in := make(chan func(), 1)
						go func() {
							if leave, err := g.enter(ctx, "prom", 4, past); err == nil {
								in <- leave
							}
						}()
						synctest.Wait()
						return in
					}
					backfill := waits(t.Context(), true)
					collection := waits(ctx, false)
					free(under, giveUp)
					synctest.Wait()
					if len(collection) == 1 && name != "there is a place for each" {
						(<-collection)() // it had the place before it was given up
						synctest.Wait()
					}
					if len(backfill) != 1 {
						t.Fatal("the backfill waits though a place is free")
					}
					giveUp()
				}
			})
		})
	}
}
