package registry

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Find loads what a name in a path refers to: an identifier, or the slug that it
// has now within the scope. A slug that it had before is fault.Moved with the new
// one; anything else is NotFound.
func Find[T any](
	ctx context.Context, slugs SlugStore, noun Noun, scope id.ID, name string,
	byID func(context.Context, id.ID) (T, error), bySlug func(context.Context, string) (T, error),
) (T, error) {
	var none T
	missing := func() error { return fault.Missing(string(noun), clip(name)) }
	if known, ok := id.Parse(name); ok {
		v, err := byID(ctx, known)
		if !fault.Is(err, fault.NotFound) {
			return v, err
		}
		// Digits alone spell a slug too.
	}
	if !ValidSlug(name) {
		return none, missing() // and the database is not asked
	}
	v, err := bySlug(ctx, name)
	if !fault.Is(err, fault.NotFound) {
		return v, err
	}
	now, err := slugs.FormerSlug(ctx, noun, scope, name)
	switch {
	case fault.Is(err, fault.NotFound) || err == nil && now == name: // never was, or is no more
		return none, missing()
	case err != nil:
		return none, fmt.Errorf("look for a former %s %q: %w", noun, name, err)
	}
	return none, fault.Renamed(string(noun), name, now)
}

// Refer loads what a name in a body refers to. There a name that leads nowhere,
// or is out of date, is a fault of the input, which is noted.
func Refer[T any](ctx context.Context, check *fault.Check, pointer, name string, find func(context.Context, string) (T, error)) (T, bool, error) {
	var none T
	if name == "" {
		check.Fail(pointer, nil, "is required")
		return none, false, nil
	}
	v, err := find(ctx, name)
	switch e := fault.As(err); {
	case err == nil:
		return v, true, nil
	case e != nil && e.Kind == fault.NotFound:
		check.Fail(pointer, name, "names nothing that exists")
	case e != nil && e.Kind == fault.Moved:
		check.Fail(pointer, name, "was renamed, it is now %q", e.Now)
	default:
		return none, false, err
	}
	return none, false, nil
}

// clip shortens a name that is repeated in a message.
func clip(name string) string { return fault.Clip(name, MaxSlug) }
