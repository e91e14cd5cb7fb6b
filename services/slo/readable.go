package slo

import (
	"context"
	"errors"

	"github.com/evenkeel/evenkeel/services/measure"
)

// ErrUnreadable is of a correction that is stored and cannot be read: nobody knows any more
// what it corrects.
var ErrUnreadable = errors.New("unreadable correction")

// Unreadable reports whether what is stored of an SLO cannot be read, which is of that alone.
func Unreadable(err error) bool { return errors.Is(err, ErrUnreadable) || measure.Unreadable(err) }

// EachReadable does something for many at once, and one by one where what is stored of one
// of them cannot be read: those are told, and come to nothing.
func EachReadable[T, U any](ctx context.Context, of []T, do func(context.Context, []T) ([]U, error), broken func(T, error)) ([]U, error) {
	out, err := do(ctx, of)
	if !Unreadable(err) {
		return out, err
	}
	out = make([]U, len(of))
	for i, one := range of {
		switch alone, err := do(ctx, []T{one}); {
		case err == nil:
			out[i] = alone[0]
		case Unreadable(err):
			broken(one, err)
		default:
			return nil, err
		}
	}
	return out, nil
}
