// Package sweep goes through many things that each may fail without holding the rest up, as jobs do that
// look at all that is open.
package sweep

import (
	"context"
	"errors"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/tx"
)

const (
	// chunk is how many things are read at once, and maxFailures how many failures are told of.
	chunk       = 200
	maxFailures = 5
)

// Each does something with each of what read returns, which are up to most things after one, in order;
// the first is after the zero value. do returns what it did, which is counted; empty for nothing. What
// somebody else changed meanwhile is left to the next run. What fails is counted as "failed", and the
// first errors are returned joined; it is given up only where reading fails, the context is over or the
// lease is lost.
func Each[T any](ctx context.Context, counts map[string]int64, read func(after T, most int) ([]T, error), do func(T) (what string, err error)) error {
	var failures []error
	var after T
	for {
		found, err := read(after, chunk)
		if err != nil {
			return err
		}
		for _, one := range found {
			what, err := do(one)
			switch {
			case err == nil && what != "":
				counts[what]++
			case err == nil, fault.Is(err, fault.Precondition):
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return err
			default:
				if counts["failed"]++; len(failures) < maxFailures {
					failures = append(failures, err)
				}
			}
		}
		if len(found) < chunk {
			return errors.Join(failures...)
		}
		after = found[len(found)-1]
	}
}
