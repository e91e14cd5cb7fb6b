package manifest

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Registry changes the organisation; a registry.Registry does.
type Registry interface {
	CreateTeam(ctx context.Context, in registry.TeamInput) (registry.Team, error)
	UpdateTeam(ctx context.Context, name string, version int64, in registry.TeamInput) (registry.Team, error)
	DeleteTeam(ctx context.Context, name string, version int64) error
	CreateSystem(ctx context.Context, in registry.SystemInput) (registry.System, error)
	UpdateSystem(ctx context.Context, name string, version int64, in registry.SystemInput) (registry.System, error)
	DeleteSystem(ctx context.Context, name string, version int64) error
	CreateService(ctx context.Context, in registry.ServiceInput) (registry.Service, error)
	UpdateService(ctx context.Context, name string, version int64, in registry.ServiceInput) (registry.Service, error)
	Transfer(ctx context.Context, name string, version int64, to, reason string) (registry.Service, error)
	Retire(ctx context.Context, name string, version int64, reason string) (registry.Service, error)
	Restore(ctx context.Context, name string, version int64) (registry.Service, error)
	CreateDependency(ctx context.Context, service, on string, terms registry.DependencyTerms) (registry.Dependency, error)
	UpdateDependency(ctx context.Context, service string, dependency id.ID, version int64, terms registry.DependencyTerms) (registry.Dependency, error)
	DeleteDependency(ctx context.Context, service string, dependency id.ID, version int64) error
	TeamFor(ctx context.Context, name string) (registry.Team, error)
}

// SLOs changes SLOs; a slo.Service does.
type SLOs interface {
	Declare(ctx context.Context, service id.ID, d slo.Declaration) (slo.View, []slo.Warning, error)
	Revise(ctx context.Context, slo id.ID, version int64, d slo.Declaration) (slo.View, []slo.Warning, error)
	Retire(ctx context.Context, slo id.ID, version int64, reason string) (slo.View, error)
	Restore(ctx context.Context, slo id.ID, version int64, reason string) (slo.View, error)
}

// Policies changes error-budget policies; a policy.Service does.
type Policies interface {
	Create(ctx context.Context, d policy.Draft) (policy.View, error)
	Revise(ctx context.Context, name string, version int64, d policy.Draft) (policy.View, error)
	Attach(ctx context.Context, policy string, place policy.Place) (policy.Attachment, error)
	ChangeMode(ctx context.Context, attachment id.ID, version int64, mode policy.Mode) (policy.Attachment, error)
	Detach(ctx context.Context, attachment id.ID, version int64) error
}

// Scorecards changes scorecards; a scorecards.Service does.
type Scorecards interface {
	Create(ctx context.Context, d scorecards.Draft) (scorecards.View, error)
	Revise(ctx context.Context, name string, version int64, d scorecards.Draft) (scorecards.View, error)
	Retire(ctx context.Context, name string, version int64, reason string) (scorecards.View, error)
	Restore(ctx context.Context, name string, version int64) (scorecards.View, error)
}

// Campaigns changes campaigns; a campaign.Service does.
type Campaigns interface {
	Create(ctx context.Context, d campaign.Draft) (campaign.Campaign, error)
	Update(ctx context.Context, campaign id.ID, version int64, d campaign.Draft) (campaign.Campaign, error)
	End(ctx context.Context, campaign id.ID, version int64, reason string) (campaign.Campaign, error)
}

// Hands are the domains that do what is to be done, each as the context's caller.
type Hands struct {
	Registry   Registry
	SLOs       SLOs
	Policies   Policies
	Scorecards Scorecards
	Campaigns  Campaigns
}
