package issues

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
)

// Filter narrows a list of issues; zero fields do not.
type Filter struct {
	Service id.ID
	Team    id.ID
	Subject id.ID
	Kind    Kind
	// Episodes keeps those of any of them.
	Episodes []id.ID
	Group    id.ID
	Open     *bool
}

// Store keeps desired issues.
type Store interface {
	// CreateIssue inserts; it reports false when the fingerprint is there already.
	CreateIssue(ctx context.Context, i Issue) (bool, error)
	Issue(ctx context.Context, issue id.ID) (Issue, error)
	// HoldIssue returns the issue, and keeps others from changing it until the context's
	// transaction ends.
	HoldIssue(ctx context.Context, issue id.ID) (Issue, error)
	// Members returns those that are told of in a group, by ID.
	Members(ctx context.Context, group id.ID) ([]Issue, error)
	// IssueBefore returns that of the latest violation of the same policy, clause and SLO that
	// ended, is not void and has an issue; nil without one.
	IssueBefore(ctx context.Context, v policy.Violation) (*Issue, error)
	// Issues lists the newest first.
	Issues(ctx context.Context, f Filter, r page.Request) (page.Page[Issue], error)
	// UpdateIssue writes everything but ID, Kind, Fingerprint and CreatedAt: Episode
	// too, which moves on when an issue is taken up again.
	UpdateIssue(ctx context.Context, i Issue) error
}
