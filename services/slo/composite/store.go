package composite

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Filter narrows a list of composites; zero fields do not.
type Filter struct {
	System         id.ID
	Team           id.ID
	Service        id.ID // of any member
	SLO            id.ID // a member
	State          budget.State
	IncludeRetired bool
}

// Store keeps composites, their revisions with members, parts and statuses.
type Store interface {
	// CreateComposite writes head, first revision with its members, and first status;
	// Conflict "slug_taken".
	CreateComposite(ctx context.Context, v View) error
	// Composite returns the composite with what is current of it; NotFound.
	Composite(ctx context.Context, composite id.ID) (View, error)
	CompositeBySlug(ctx context.Context, slug string) (View, error)
	// Composites lists by slug.
	Composites(ctx context.Context, f Filter, r page.Request) (page.Page[View], error)
	// CountComposites counts those that Composites lists.
	CountComposites(ctx context.Context, f Filter) (int, error)
	// UpdateComposite writes the head, conditional on Version, and answers fault.Stale.
	UpdateComposite(ctx context.Context, c Composite) error
	// AddCompositeRevision writes a revision with its members, and removes the parts of the
	// former one.
	AddCompositeRevision(ctx context.Context, r Revision) error
	// CompositeRevisions lists the newest first.
	CompositeRevisions(ctx context.Context, composite id.ID, r page.Request) (page.Page[Revision], error)

	// ActiveComposites returns up to limit that are not retired, by ID, after the given
	// one, without parts.
	ActiveComposites(ctx context.Context, after id.ID, limit int) ([]View, error)
	// DueComposites returns those with a part that was evaluated after their status, and
	// those whose status is of another revision, or was concluded before the time.
	DueComposites(ctx context.Context, before time.Time, after id.ID, limit int) ([]View, error)
	// PutCompositeParts and PutCompositeStatuses write many, in few statements. Parts of
	// what does not exist any more are left out.
	PutCompositeParts(ctx context.Context, parts []Part) error
	PutCompositeStatuses(ctx context.Context, statuses []Status) error
}
