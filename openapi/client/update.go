package client

import (
	"context"
	"errors"
	"fmt"
)

// UpdateTries is how often Update reads, changes and writes before it gives up.
const UpdateTries = 10

// ETag is what a version is named in If-Match.
func ETag(version int64) *string {
	tag := fmt.Sprintf(`"%d"`, version)
	return &tag
}

// Update changes a thing that others change too: it reads it, has it changed, and writes it for the
// version that was read; when somebody else wrote meanwhile, it begins anew, UpdateTries times at most.
// Change makes the body to write of what was read, and may be called more than once: it adds to what
// is there, and replaces nothing that it did not read. An error of change ends it.
func Update[T, In any](ctx context.Context,
	get func(ctx context.Context) (*T, error),
	change func(current *T) (In, error),
	put func(ctx context.Context, current *T, changed In) (*T, error),
) (*T, error) {
	var last error
	for range UpdateTries {
		current, err := get(ctx)
		if err != nil {
			return nil, err
		}
		changed, err := change(current)
		if err != nil {
			return nil, err
		}
		written, err := put(ctx, current, changed)
		if err == nil {
			return written, nil
		}
		if !errors.Is(err, ErrPreconditionFailed) {
			return nil, err
		}
		last = err
	}
	return nil, fmt.Errorf("others changed it each of %d times that it was read and written: %w", UpdateTries, last)
}
