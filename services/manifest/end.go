package manifest

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// end is what it takes that something ends which the set kept and says no more. What is gone already, or
// was released, takes nothing.
func (w *world) end(item Item) change {
	reason := "Its manifest was taken out of the set " + w.set.Slug + "."
	gone := change{action: Nothing, resource: item.Resource}
	ends := func(do func(ctx context.Context) error) change {
		return change{action: End, resource: item.Resource, do: func(ctx context.Context) (id.ID, error) {
			return item.Resource, do(w.acting(ctx, item.Path, nil))
		}}
	}
	if item.Released != nil {
		return gone
	}
	switch item.Kind {
	case KindTeam:
		if t, there := w.teams[item.Name]; there && t.ID == item.Resource {
			return ends(func(ctx context.Context) error { return w.hands.Registry.DeleteTeam(ctx, item.Name, t.Version) })
		}
	case KindSystem:
		if s, there := w.systems[item.Name]; there && s.ID == item.Resource {
			return ends(func(ctx context.Context) error { return w.hands.Registry.DeleteSystem(ctx, item.Name, s.Version) })
		}
	case KindService:
		if s, there := w.services[item.Name]; there && s.ID == item.Resource && s.RetiredAt == nil {
			return ends(func(ctx context.Context) error { return w.endService(ctx, s, reason) })
		}
	case KindSLO:
		if v, there := w.slos[item.Identity]; there && v.SLO.ID == item.Resource && v.SLO.RetiredAt == nil {
			return ends(func(ctx context.Context) error {
				_, err := w.hands.SLOs.Retire(ctx, v.SLO.ID, v.SLO.Version, reason)
				return err
			})
		}
	case KindPolicy:
		if v, there := w.policies[item.Name]; there && v.Policy.ID == item.Resource {
			return ends(func(ctx context.Context) error { return w.endPolicy(ctx, item, v) })
		}
	case KindScorecard:
		if v, there := w.cards[item.Name]; there && v.Scorecard.ID == item.Resource && v.Scorecard.RetiredAt == nil {
			return ends(func(ctx context.Context) error {
				_, err := w.hands.Scorecards.Retire(ctx, item.Name, v.Scorecard.Version, reason)
				return err
			})
		}
	case KindCampaign:
		if c, there := w.campaigns[item.Resource]; there && c.Ended == nil {
			return ends(func(ctx context.Context) error {
				_, err := w.hands.Campaigns.End(ctx, c.ID, c.Version, reason)
				return err
			})
		}
	}
	return gone
}

// endService retires the service, which leaves a system that ends as well: it would hold it for ever.
func (w *world) endService(ctx context.Context, s registry.Service, reason string) error {
	by, kept := s.Managed.Of("system")
	if w.ending[Identity{KindSystem, s.SystemSlug}] && (!kept || by.Manager == w.manager()) {
		var err error
		s, err = w.hands.Registry.UpdateService(ctx, s.Slug, s.Version, registry.ServiceInput{Slug: s.Slug, Profile: s.Profile})
		if err != nil {
			return err
		}
	}
	_, err := w.hands.Registry.Retire(ctx, s.Slug, s.Version, reason)
	return err
}

// endPolicy takes the policy out of force where the set had it so; a policy itself stays, for what it
// decided names it.
func (w *world) endPolicy(ctx context.Context, item Item, v policy.View) error {
	for _, a := range w.attachments[v.Policy.ID] {
		if a.Manager == "" || a.Manager != w.manager() {
			continue
		}
		if err := w.hands.Policies.Detach(ctx, a.ID, a.Version); err != nil {
			return err
		}
	}
	return w.letGo(ctx, item)
}
