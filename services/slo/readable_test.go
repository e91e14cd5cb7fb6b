package slo_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/evenkeel/evenkeel/services/measure/segment"
	"github.com/evenkeel/evenkeel/services/slo"
)

func TestWhatCannotBeReadKeepsNobodyElseFromIt(t *testing.T) {
	t.Parallel()
	double := func(_ context.Context, of []int) ([]int, error) {
		out := make([]int, len(of))
		for i, n := range of {
			if n == 13 {
				return nil, fmt.Errorf("reading 13: %w", segment.ErrCorrupt)
			}
			out[i] = 2 * n
		}
		return out, nil
	}
	var broken []int
	note := func(n int, _ error) { broken = append(broken, n) }
	got, err := slo.EachReadable(t.Context(), []int{1, 13, 3}, double, note)
	if err != nil || !slices.Equal(got, []int{2, 0, 6}) || !slices.Equal(broken, []int{13}) {
		t.Errorf("%v, broken %v (%v)", got, broken, err)
	}
	down := errors.New("the database is down")
	if _, err := slo.EachReadable(t.Context(), []int{1}, func(context.Context, []int) ([]int, error) { return nil, down }, note); !errors.Is(err, down) {
		t.Errorf("got %v", err)
	}
}
