package manifest

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// world is what there is of all that a set names. Steps that are done bring it up to date, for those
// that follow.
type world struct {
	hands Hands
	set   Set // zero where manifests are brought without one
	items map[Identity]Item

	teams       map[string]registry.Team
	teamSlugs   map[id.ID]string
	systems     map[string]registry.System
	services    map[string]registry.Service
	needs       map[id.ID][]registry.Dependency // by who depends
	slos        map[Identity]slo.View
	sources     map[id.ID]string
	policies    map[string]policy.View
	attachments map[id.ID][]policy.Attachment // by policy
	cards       map[string]scorecards.View
	cardSlugs   map[id.ID]string
	campaigns   map[id.ID]campaign.Campaign
	slugs       map[id.ID]string // of services that something refers to by identifier
	people      people
	ending      map[Identity]bool // what ends with the set's files
	letGo       func(ctx context.Context, i Item) error
}

// keeper is who else than the set keeps that there is the thing.
func (w *world) keeper(i Item) (managed.By, bool) {
	var of managed.Set
	switch i.Kind {
	case KindTeam:
		of = w.teams[i.Name].Managed
	case KindSystem:
		of = w.systems[i.Name].Managed
	case KindService:
		of = w.services[i.Name].Managed
	}
	by, is := of.Of("slug")
	return by, is && by.Manager != w.manager()
}

// manager is who keeps what is brought; empty without a set.
func (w *world) manager() string {
	if w.set.Slug == "" {
		return ""
	}
	return managed.ManifestSet(w.set.Slug)
}

// acting is a context in which the set changes what the file says, and keeps the fields.
func (w *world) acting(ctx context.Context, path string, keeps []string) context.Context {
	if w.set.Slug == "" {
		return ctx
	}
	return managed.Acting(ctx, managed.By{Manager: w.manager(), Entity: path, At: w.set.Source, Fields: keeps})
}

// named are the names of a kind among the identities, and of what they name as theirs.
func named(of []Identity, kind Kind, name func(Identity) string) []string {
	names := map[string]bool{}
	for _, i := range of {
		// What cannot be a slug is nobody's, and its domain says what is wrong with it.
		if n := name(i); i.Kind == kind && registry.ValidSlug(n) {
			names[n] = true
		}
	}
	return slices.Sorted(maps.Keys(names))
}

func itself(i Identity) string { return i.Name }

// look reads what there is of the identities, and whom the things name. campaigns are identifiers of those,
// which have no slug.
func (w *world) look(ctx context.Context, o Organisation, of []Identity, campaigns []id.ID, things []Thing) error {
	services := append(named(of, KindService, itself), named(of, KindSLO, Identity.service)...)
	slices.Sort(services)
	for _, read := range []func() error{
		func() error { return w.lookAtTeams(ctx, o, named(of, KindTeam, itself)) },
		func() error { return w.lookAtSystems(ctx, o, named(of, KindSystem, itself)) },
		func() error { return w.lookAtServices(ctx, o, slices.Compact(services), of) },
		func() error { return w.lookAtPolicies(ctx, o, named(of, KindPolicy, itself)) },
		func() error { return w.lookAtScorecards(ctx, o, named(of, KindScorecard, itself)) },
		func() error { return w.lookAtCampaigns(ctx, o, campaigns) },
		func() error { return w.lookAtPeople(ctx, o, things) },
	} {
		if err := read(); err != nil {
			return fmt.Errorf("read what there is: %w", err)
		}
	}
	return nil
}

func (w *world) lookAtTeams(ctx context.Context, o Organisation, slugs []string) error {
	w.teams, w.teamSlugs = map[string]registry.Team{}, map[id.ID]string{}
	teams, err := o.TeamsNamed(ctx, slugs)
	if err != nil {
		return err
	}
	var parents []id.ID
	for _, t := range teams {
		w.teams[t.Slug], w.teamSlugs[t.ID] = t, t.Slug
		if t.Parent != "" {
			parents = append(parents, t.Parent)
		}
	}
	return w.nameTeams(ctx, o, parents)
}

// nameTeams learns the slugs of teams that something refers to.
func (w *world) nameTeams(ctx context.Context, o Organisation, teams []id.ID) error {
	teams = slices.DeleteFunc(teams, func(t id.ID) bool { return t == "" || w.teamSlugs[t] != "" })
	found, err := o.TeamsByID(ctx, teams)
	for _, t := range found {
		w.teamSlugs[t.ID] = t.Slug
	}
	return err
}

func (w *world) lookAtSystems(ctx context.Context, o Organisation, slugs []string) error {
	w.systems = map[string]registry.System{}
	systems, err := o.SystemsNamed(ctx, slugs)
	if err != nil {
		return err
	}
	var teams []id.ID
	for _, s := range systems {
		w.systems[s.Slug] = s
		teams = append(teams, s.Team)
	}
	return w.nameTeams(ctx, o, teams)
}

func (w *world) lookAtServices(ctx context.Context, o Organisation, slugs []string, of []Identity) error {
	w.services, w.needs, w.slos = map[string]registry.Service{}, map[id.ID][]registry.Dependency{}, map[Identity]slo.View{}
	services, err := o.ServicesNamed(ctx, slugs)
	if err != nil {
		return err
	}
	owned, measured := map[string]bool{}, map[string]bool{}
	for _, i := range of {
		switch i.Kind {
		case KindService:
			owned[i.Name] = true
		case KindSLO:
			measured[i.service()] = true
		}
	}
	var described, judged []id.ID
	slug := map[id.ID]string{}
	for _, s := range services {
		w.services[s.Slug], slug[s.ID] = s, s.Slug
		if owned[s.Slug] {
			described = append(described, s.ID)
		}
		if measured[s.Slug] {
			judged = append(judged, s.ID)
		}
	}
	needs, err := o.DependenciesOf(ctx, described)
	if err != nil {
		return err
	}
	for _, d := range needs {
		w.needs[d.Service] = append(w.needs[d.Service], d)
	}
	views, err := o.SLOsOf(ctx, judged)
	if err != nil {
		return err
	}
	for _, v := range views {
		w.slos[Identity{KindSLO, slug[v.SLO.Service] + "/" + v.SLO.Slug}] = v
	}
	if len(measured) > 0 {
		w.sources, err = o.SourceSlugs(ctx)
	}
	return err
}

func (w *world) lookAtPolicies(ctx context.Context, o Organisation, slugs []string) error {
	w.policies, w.attachments, w.slugs = map[string]policy.View{}, map[id.ID][]policy.Attachment{}, map[id.ID]string{}
	views, err := o.PoliciesNamed(ctx, slugs)
	if err != nil {
		return err
	}
	var of, services []id.ID
	for _, v := range views {
		w.policies[v.Policy.Slug] = v
		of = append(of, v.Policy.ID)
	}
	attachments, err := o.AttachmentsOf(ctx, of)
	if err != nil {
		return err
	}
	for _, a := range attachments {
		w.attachments[a.Policy] = append(w.attachments[a.Policy], a)
		if a.Service != "" {
			services = append(services, a.Service)
		}
	}
	found, err := o.ServicesByID(ctx, services)
	for _, s := range found {
		w.slugs[s.ID] = s.Slug
	}
	return err
}

func (w *world) lookAtScorecards(ctx context.Context, o Organisation, slugs []string) error {
	w.cards = map[string]scorecards.View{}
	views, err := o.ScorecardsNamed(ctx, slugs)
	for _, v := range views {
		w.cards[v.Scorecard.Slug] = v
	}
	return err
}

func (w *world) lookAtCampaigns(ctx context.Context, o Organisation, campaigns []id.ID) error {
	w.cardSlugs = map[id.ID]string{}
	var err error
	if w.campaigns, err = o.CampaignsByID(ctx, campaigns); err != nil {
		return err
	}
	var cards, teams []id.ID
	for _, c := range w.campaigns {
		cards, teams = append(cards, c.Scorecard), append(teams, c.Team)
	}
	views, err := o.ScorecardsByID(ctx, cards)
	if err != nil {
		return err
	}
	for _, v := range views {
		w.cardSlugs[v.Scorecard.ID] = v.Scorecard.Slug
	}
	return w.nameTeams(ctx, o, teams)
}
