package sweep_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/sweep"
	"github.com/evenkeel/evenkeel/internal/tx"
)

// upTo reads the numbers from 1 to n, and counts how often it was asked.
func upTo(n int, asked *int) func(after, most int) ([]int, error) {
	return func(after, most int) ([]int, error) {
		*asked++
		var out []int
		for one := after + 1; one <= n && len(out) < most; one++ {
			out = append(out, one)
		}
		return out, nil
	}
}

// By hand: of 1 to 450, read as 200, 200 and 50, every tenth fails, which are 45, of which five are told;
// those that end in 1 were changed by somebody else, and of those in 2 there is nothing to do.
func TestWhatFailsHoldsNothingUp(t *testing.T) {
	t.Parallel()
	asked, counts := 0, map[string]int64{}
	err := sweep.Each(t.Context(), counts, upTo(450, &asked), func(n int) (string, error) {
		switch n % 10 {
		case 0:
			return "", fmt.Errorf("no %d", n)
		case 1:
			return "", fault.Stale("number")
		case 2:
			return "", nil
		}
		return "done", nil
	})
	if fmt.Sprint(counts) != "map[done:315 failed:45]" || asked != 3 {
		t.Errorf("counted %v in %d reads", counts, asked)
	}
	if err == nil || strings.Join(strings.Fields(err.Error()), " ") != "no 10 no 20 no 30 no 40 no 50" {
		t.Errorf("told is %v", err)
	}
}

func TestItIsGivenUpWithoutALeaseAContextOrAnythingToRead(t *testing.T) {
	t.Parallel()
	broken := errors.New("no disk")
	if err := sweep.Each(t.Context(), map[string]int64{}, func(int, int) ([]int, error) { return nil, broken }, func(int) (string, error) { return "", nil }); !errors.Is(err, broken) {
		t.Errorf("what cannot be read: %v", err)
	}
	for name, give := range map[string]func(cancel func()) error{
		"lease":   func(func()) error { return fmt.Errorf("write: %w", tx.LeaseLost("another has it")) },
		"context": func(cancel func()) error { cancel(); return errors.New("cut off") },
	} {
		ctx, cancel := context.WithCancel(t.Context())
		asked, did := 0, 0
		err := sweep.Each(ctx, map[string]int64{}, upTo(9, &asked), func(int) (string, error) {
			did++
			return "", give(cancel)
		})
		cancel()
		if err == nil || did != 1 {
			t.Errorf("without its %s it did %d, and says %v", name, did, err)
		}
	}
}
