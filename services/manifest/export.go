package manifest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// ExportFilter narrows what is exported; zero fields do not.
type ExportFilter struct {
	// Kinds are those that are exported. Where there are none it is all, but for campaigns without a
	// Set: those are known by their set alone, and whoever brings one in another begins a second.
	Kinds []Kind
	// Team is whose it is: the team itself, what it owns, the SLOs of its services, and the policies
	// that are in force for one of them.
	Team id.ID
	// Service is the service itself, its SLOs, and the policies that are in force for it.
	Service id.ID
	Set     string // the slug of the set that has it
}

// Scope is what of the organisation is listed; empty fields do not narrow it.
type Scope struct {
	Kinds              []Kind
	Team, Service, Set id.ID
	Limit              int
}

// Inventory lists what there is.
type Inventory interface {
	// Living returns what is not retired and did not end, at most Limit of it, each with its Identity
	// and Resource and nothing else.
	Living(ctx context.Context, s Scope) ([]Item, error)
}

// Export returns what there is as it would be said in manifests, by kind and name: of a set what it keeps, and
// otherwise all but what the catalog keeps, for that would be said twice.
//
// Faults: NotFound for the set; Forbidden; Invalid "too_many_manifests" above MaxManifests.
func (d *Desk) Export(ctx context.Context, f ExportFilter) ([]Thing, error) {
	if err := d.mayRead(ctx); err != nil {
		return nil, err
	}
	var things []Thing
	err := d.Runner.InSnapshot(ctx, func(ctx context.Context) error {
		s := Scope{Kinds: f.kinds(), Team: f.Team, Service: f.Service, Limit: MaxManifests + 1}
		w := &world{items: map[Identity]Item{}}
		if f.Set != "" {
			var err error
			if w.set, err = d.Store.SetBySlug(ctx, f.Set); err != nil {
				return err
			}
			s.Set = w.set.ID
		}
		found, err := d.Organisation.Living(ctx, s)
		if err != nil {
			return err
		}
		if len(found) > MaxManifests {
			return fault.New(fault.Invalid, "too_many_manifests", "there are more than %d: narrow it by kind, team, service or set", MaxManifests)
		}
		of := make([]Identity, len(found))
		for n, i := range found {
			of[n] = i.Identity
		}
		if err := w.look(ctx, d.Organisation, of, resources(found), nil); err != nil {
			return err
		}
		things = make([]Thing, len(found))
		for n, i := range found {
			things[n] = w.thing(i)
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("export manifests: %w", err)
	}
	slices.SortStableFunc(things, func(a, b Thing) int {
		x, y := a.identity(), b.identity()
		return cmp.Or(slices.Index(Kinds, x.Kind)-slices.Index(Kinds, y.Kind), cmp.Compare(x.Name, y.Name))
	})
	return things, nil
}

func (f ExportFilter) kinds() []Kind {
	var out []Kind
	for _, kind := range Kinds {
		if slices.Contains(f.Kinds, kind) || len(f.Kinds) == 0 && (kind != KindCampaign || f.Set != "") {
			out = append(out, kind)
		}
	}
	return out
}

// thing is what was found, as a manifest of it would say.
func (w *world) thing(i Item) Thing {
	switch i.Kind {
	case KindTeam:
		t := w.teams[i.Name]
		in := w.declaredTeam(t)
		return Team{in, w.telling(teamPlaces.words(in), t.Managed)}
	case KindSystem:
		s := w.systems[i.Name]
		in := w.declaredSystem(s)
		return System{in, w.telling(systemPlaces.words(in), s.Managed)}
	case KindService:
		return w.serviceThing(i.Name)
	case KindSLO:
		d := w.slos[i.Identity].Declared()
		if slug, known := w.sources[d.Origin.DataSource]; known {
			d.Origin.DataSource = id.ID(slug)
		}
		return SLO{i.service(), d}
	case KindPolicy:
		v := w.policies[i.Name]
		p := Policy{Draft: policy.Draft{Slug: v.Policy.Slug, Name: v.Policy.Name, Description: v.Policy.Description, Terms: v.Revision.Terms}}
		p.Approval.Approver = id.ID(w.people.name(p.Approval.Approver))
		for _, a := range w.attachments[v.Policy.ID] {
			p.Attachments = append(p.Attachments, w.place(a))
		}
		slices.SortFunc(p.Attachments, func(a, b policy.Place) int { return cmp.Compare(spot(a), spot(b)) })
		return p
	case KindScorecard:
		v := w.cards[i.Name]
		s := v.Scorecard
		return Scorecard{scorecards.Draft{Slug: s.Slug, Name: s.Name, Description: s.Description, Owner: s.OwnerSlug, Terms: v.Revision.Terms}}
	default:
		c := w.campaigns[i.Resource]
		return Campaign{campaign.Draft{
			Name: c.Name, Why: c.Why, Scorecard: w.cardSlugs[c.Scorecard], Checks: c.Checks, AppliesTo: c.AppliesTo, Team: w.teamSlugs[c.Team],
			StartsOn: c.StartsOn, DueOn: c.DueOn, GraceDays: c.GraceDays, Issues: c.Issues,
		}}
	}
}

// serviceThing is a service with what it needs, as far as the catalog does not say that.
func (w *world) serviceThing(slug string) Thing {
	s := w.services[slug]
	in := registry.ServiceInput{Slug: s.Slug, Team: s.TeamSlug, System: s.SystemSlug, Profile: s.Profile}
	of := servicePlaces.words(in)
	if in.Lifecycle == registry.Production {
		delete(of, "lifecycle") // it is so by default
	}
	var needed []Need
	for _, d := range w.needs[s.ID] {
		if d.Manager != managed.Catalog {
			needed = append(needed, Need{d.OnSlug, d.DependencyTerms})
		}
	}
	slices.SortFunc(needed, func(a, b Need) int { return cmp.Compare(a.Service, b.Service) })
	of[needs] = needed
	out := Service{ServiceInput: in, Says: w.telling(of, s.Managed)}
	if slices.Contains(out.Says, needs) {
		out.DependsOn = needed
	}
	return out
}

// telling are the words that are said: those that the set keeps that is exported, or else those that say
// something which the catalog does not.
func (w *world) telling(of words, by managed.Set) []string {
	if mine, is := by.From(w.manager()); is && w.set.Slug != "" {
		return slices.DeleteFunc(slices.Clone(mine.Fields), func(field string) bool { return field == "slug" })
	}
	var out []string
	for _, name := range slices.Sorted(maps.Keys(of)) {
		keeper, _ := by.Of(name)
		if of.says(name) && keeper.Manager != managed.Catalog {
			out = append(out, name)
		}
	}
	return out
}

// IdentityOf is what a manifest of the thing is called.
func IdentityOf(t Thing) Identity { return t.identity() }
