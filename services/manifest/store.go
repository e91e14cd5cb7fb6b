package manifest

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Filter narrows a list of sets; zero fields do not.
type Filter struct {
	Team    id.ID
	Drifted bool // only those of which something differs
}

// ItemFilter narrows the things that sets have; zero fields do not.
type ItemFilter struct {
	Set      id.ID
	Kind     Kind
	Resource id.ID
	// Team and Service narrow as those of an ExportFilter do, whether what there is was retired or not;
	// what was removed is nobody's any more.
	Team, Service id.ID
	Drifted       bool
}

// Store keeps sets. Missing rows are NotFound; updates are conditional on Version, which the store
// increments, and answer fault.Stale.
type Store interface {
	// CreateSet answers Conflict "slug_taken" where there is another of that name.
	CreateSet(ctx context.Context, s Set) error
	SetBySlug(ctx context.Context, slug string) (Set, error)
	// HoldSet returns it, and keeps others that hold it from it until the transaction ends.
	HoldSet(ctx context.Context, slug string) (Set, error)
	// Sets lists by slug.
	Sets(ctx context.Context, f Filter, r page.Request) (page.Page[Set], error)
	// SetsByID returns those that exist.
	SetsByID(ctx context.Context, sets []id.ID) (map[id.ID]Set, error)
	UpdateSet(ctx context.Context, s Set) error
	// DeleteSet removes it with its items.
	DeleteSet(ctx context.Context, set id.ID, version int64) error
	// CheckedSet writes Digest, CheckedAt, Drifted and DriftedSince, whatever the version: that it was
	// compared with what there is is no change of it.
	CheckedSet(ctx context.Context, s Set) error

	// Items returns all of a set.
	Items(ctx context.Context, set id.ID) ([]Item, error)
	// ItemPage lists by kind and name; of several sets, those of the same name by age.
	ItemPage(ctx context.Context, f ItemFilter, r page.Request) (page.Page[Item], error)
	Item(ctx context.Context, item id.ID) (Item, error)
	// ItemOf returns the item, of whichever set, that says there is the thing.
	ItemOf(ctx context.Context, kind Kind, resource id.ID) (Item, error)
	// LetGo has the thing of the item be kept by that manager no more, and changes nothing else of it.
	LetGo(ctx context.Context, i Item, manager string) error
	// WriteItems inserts or replaces.
	WriteItems(ctx context.Context, items []Item) error
	RemoveItems(ctx context.Context, items []id.ID) error
}

// Organisation reads what there is of many names at once; those that do not exist are left out,
// retired ones are not.
type Organisation interface {
	// FormerNames returns what things of the kind are called now, by names that they had before. Of SLOs
	// it is those of the services of those slugs, whose slugs are in the names.
	FormerNames(ctx context.Context, kind Kind, slugs []string) (map[string]string, error)
	TeamsNamed(ctx context.Context, slugs []string) ([]registry.Team, error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	SystemsNamed(ctx context.Context, slugs []string) ([]registry.System, error)
	ServicesNamed(ctx context.Context, slugs []string) ([]registry.Service, error)
	// DependenciesOf returns what the services depend on.
	DependenciesOf(ctx context.Context, services []id.ID) ([]registry.Dependency, error)
	// SLOsOf returns those of the services.
	SLOsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
	// SourceSlugs returns the slugs of data sources.
	SourceSlugs(ctx context.Context) (map[id.ID]string, error)
	PoliciesNamed(ctx context.Context, slugs []string) ([]policy.View, error)
	// AttachmentsOf returns those of the policies.
	AttachmentsOf(ctx context.Context, policies []id.ID) ([]policy.Attachment, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	ScorecardsNamed(ctx context.Context, slugs []string) ([]scorecards.View, error)
	ScorecardsByID(ctx context.Context, cards []id.ID) (map[id.ID]scorecards.View, error)
	// CampaignsByID returns those that exist.
	CampaignsByID(ctx context.Context, campaigns []id.ID) (map[id.ID]campaign.Campaign, error)
	People
	Inventory
}
