package proposal

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/correction"
)

// Filter narrows a list of proposals; zero fields do not.
type Filter struct {
	SLO     id.ID
	Service id.ID
	State   State
}

// Store keeps proposals.
type Store interface {
	CreateProposal(ctx context.Context, p Proposal) error
	// Proposal returns one; NotFound.
	Proposal(ctx context.Context, proposal id.ID) (Proposal, error)
	// Proposals lists the newest first, by their state at now.
	Proposals(ctx context.Context, f Filter, now time.Time, r page.Request) (page.Page[Proposal], error)
	// DecideProposal writes the decision, and Decided where there is one.
	DecideProposal(ctx context.Context, p Proposal) error
}

// Violations are what is open. A policy.Store is one.
type Violations interface {
	OpenViolationsOf(ctx context.Context, slos []id.ID) ([]policy.Violation, error)
}

// Budgets give the SLOs that acts are about. An slo.Store is one.
type Budgets interface {
	View(ctx context.Context, slo id.ID) (slo.View, error)
	ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
}

// SLOs revises and retires them; see slo.Service, which is one.
type SLOs interface {
	Revise(ctx context.Context, slo id.ID, version int64, d slo.Declaration) (slo.View, []slo.Warning, error)
	Retire(ctx context.Context, slo id.ID, version int64, reason string) (slo.View, error)
}

// Corrections declares and removes them; see correction.Service, which is one.
type Corrections interface {
	Declare(ctx context.Context, slo id.ID, d correction.Declaration) (correction.Correction, error)
	Remove(ctx context.Context, correction id.ID, reason string) (correction.Correction, error)
	Stands(ctx context.Context, v slo.View, now time.Time) (correction.Account, error)
}

// Services updates and retires them; see registry.Registry, which is one.
type Services interface {
	UpdateService(ctx context.Context, name string, version int64, in registry.ServiceInput) (registry.Service, error)
	Retire(ctx context.Context, name string, version int64, reason string) (registry.Service, error)
}

// Owners gives the services that own SLOs. A registry.Store is one.
type Owners interface {
	Service(ctx context.Context, service id.ID) (registry.Service, error)
}
