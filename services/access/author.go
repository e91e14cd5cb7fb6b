package access

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Author is who wrote what the caller carries out, where that was somebody else: a
// proposal that the caller approved.
type Author struct {
	Name     string
	Proposal id.ID
	Reason   string
}

type authorKey struct{}

// WithAuthor returns a context in which the caller carries out what a wrote.
func WithAuthor(ctx context.Context, a Author) context.Context {
	return context.WithValue(ctx, authorKey{}, a)
}

// AuthorFrom returns who wrote what the caller carries out; false where that is the
// caller, whose name the author has then.
func AuthorFrom(ctx context.Context) (Author, bool) {
	if a, ok := ctx.Value(authorKey{}).(Author); ok {
		return a, true
	}
	return Author{Name: CallerFrom(ctx).Name}, false
}
