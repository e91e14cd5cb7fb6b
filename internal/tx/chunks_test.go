package tx_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/internal/tx"
)

// counted is a runner that knows how many transactions were committed.
type counted struct{ committed int }

func (c *counted) InTx(ctx context.Context, do func(ctx context.Context) error) error {
	if err := do(ctx); err != nil {
		return err
	}
	c.committed++
	return nil
}

func TestManyRowsAreTakenInShortTransactions(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		rows  int
		taken []int
	}{{0, []int{0}}, {9, []int{9}}, {10, []int{10, 0}}, {25, []int{10, 10, 5}}} {
		r, left := &counted{}, c.rows
		var taken []int
		done, err := tx.InChunks(t.Context(), r, 10, func(_ context.Context, limit int) (int, error) {
			n := min(left, limit)
			left -= n
			taken = append(taken, n)
			return n, nil
		})
		if err != nil || done != c.rows || !slices.Equal(taken, c.taken) || r.committed != len(c.taken) {
			t.Errorf("of %d rows %d are done, %v at a time in %d transactions (%v), want %v", c.rows, done, taken, r.committed, err, c.taken)
		}
	}
}

func TestWhatWasDoneBeforeAnErrorCounts(t *testing.T) {
	t.Parallel()
	r, why := &counted{}, errors.New("why")
	done, err := tx.InChunks(t.Context(), r, 10, func(context.Context, int) (int, error) {
		if r.committed == 2 {
			return 10, why
		}
		return 10, nil
	})
	if !errors.Is(err, why) || done != 20 {
		t.Errorf("done are %d, %v; want 20 and the error", done, err)
	}
}
