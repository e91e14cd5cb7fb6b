package catalog

import (
	"context"
	"fmt"
	"reflect"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/managed"
	"github.com/evenkeel/evenkeel/services/registry"
)

// planComponent has a component be a service of its owner's team.
func (c *Service) planComponent(ctx context.Context, w *world, e Entity, t Told) (plan, error) {
	p, slug := plan{}, t.slug()
	if w.ownerWaits(t) {
		p.outcome = OutcomeDeferred
		return p, nil
	}
	before := w.services[e.Resource]
	if before.ID == "" || t.Slug != "" && t.Slug != before.Slug {
		found, err := c.adopt(ctx, w, &p, slug, e, t)
		if err != nil || p.outcome != "" {
			return p, err
		}
		if found.ID != "" {
			before = found
		}
	}
	if err := before.Live(); err != nil {
		p.outcome, p.is, p.adopted, p.faults = OutcomeSkipped, before.ID, false, []Fault{{Message: fault.As(err).Message}}
		return p, nil
	}
	owner, err := w.owner(t, before.ID == "")
	if err != nil {
		return p, err
	}
	if before.Team == owner.ID { // which may have been renamed since the service was read
		before.TeamSlug = owner.Slug
	}
	if y, read := w.systems[before.System]; read {
		before.SystemSlug = y.Slug
	}
	after := serviceOf(w, &p, before, owner, slug, t)
	on, end := dependence(w, &p, before, t)
	if after.Slug != before.Slug {
		if err := c.neverOthers(ctx, before.Slug, after.Slug); err != nil {
			return p, err
		}
	}
	p.is = before.ID
	changed := !reflect.DeepEqual(before, after)
	if !changed && len(on)+len(end) == 0 {
		return p, nil
	}
	p.write = func(ctx context.Context) (id.ID, error) {
		s := before
		if changed {
			var err error
			if s, err = c.Organisation.MirrorService(ctx, before, after); err != nil {
				return "", err
			}
		}
		if len(on)+len(end) > 0 {
			if err := c.Organisation.MirrorDependencies(ctx, s, on, end); err != nil {
				return "", err
			}
		}
		w.services[s.ID] = s
		return s.ID, nil
	}
	return p, nil
}

// adopt finds the service that is here by the name already: the component adopts it, and leaves the one
// that it was where an annotation names another, unless it is another entity's. One that its sync may
// yet find to be nobody's is waited for. Where nothing has the name, it is what was called so before.
// The service is empty where there is none. It has to be the owner's: who names a service does not get
// it by that.
func (c *Service) adopt(ctx context.Context, w *world, p *plan, slug string, e Entity, t Told) (registry.Service, error) {
	none := registry.Service{}
	found, err := c.Things.ServiceBySlug(ctx, slug)
	if fault.Is(err, fault.NotFound) {
		if t.Slug != "" || e.Resource != "" {
			return none, nil
		}
		found, err = c.calledSo(ctx, w, slug, t)
	}
	if fault.Is(err, fault.NotFound) {
		return none, nil
	}
	if err != nil {
		return none, err
	}
	moves := e.Resource != ""
	other, err := c.Store.Of(ctx, found.ID)
	switch {
	case fault.Is(err, fault.NotFound), err == nil && other.ID == e.ID:
	case err != nil:
		return none, err
	case found.Slug != slug: // what was called so is another's by now
		return none, nil
	case w.comesFree(other, moves):
		p.outcome = OutcomeDeferred
		return none, nil
	default:
		var check fault.Check
		check.Fail("/slug", slug, "%s", taken("service", slug, other))
		return none, check.Err()
	}
	if moves {
		if err := found.Live(); err != nil {
			var check fault.Check
			check.Fail("/slug", slug, "leads to a service that was retired here; restore it, or name another")
			return none, check.Err()
		}
	}
	owner, err := w.owner(t, true)
	if err != nil {
		return none, err
	}
	if owner.ID != found.Team {
		var check fault.Check
		check.Fail("/slug", slug, "%s", ofOther("service", found.Slug, found.TeamSlug))
		return none, check.Err()
	}
	p.adopted = true
	dependencies, err := c.Things.DependenciesOf(ctx, []id.ID{found.ID})
	if err != nil {
		return none, err
	}
	w.services[found.ID], w.depends[found.ID] = found, dependencies
	return found, nil
}

// calledSo is what was called so before: in the catalog, else here, where that is in use. NotFound where
// nothing was.
func (c *Service) calledSo(ctx context.Context, w *world, slug string, t Told) (registry.Service, error) {
	if left, was := w.left[t.Ref]; was {
		return c.Things.Service(ctx, left.Resource)
	}
	now, err := c.Things.FormerSlug(ctx, registry.NounService, "", slug)
	if err != nil {
		return registry.Service{}, err
	}
	s, err := c.Things.ServiceBySlug(ctx, now)
	if err == nil && s.RetiredAt != nil {
		return registry.Service{}, fault.Missing("service", slug)
	}
	return s, err
}

// neverOthers requires of a short name that no other service than the one that is called so now had it
// once: it leads there.
func (c *Service) neverOthers(ctx context.Context, is, slug string) error {
	now, err := c.Things.FormerSlug(ctx, registry.NounService, "", slug)
	if fault.Is(err, fault.NotFound) || err == nil && now == is {
		return nil
	}
	if err != nil {
		return err
	}
	var check fault.Check
	check.Fail("/slug", slug, "was the short name of the service %q, and leads to it; name another by the annotation evenkeel.dev/service", now)
	return check.Err()
}

// comesFree reports whether the sync may yet find that the other component is not the service any more
// which one is named to be, or moves to from another.
func (w *world) comesFree(other Entity, moves bool) bool {
	switch {
	case w.final || !w.sync.Full || other.Portal != w.sync.Portal:
		return false
	case moves && other.State == Deferred: // it may move too
		return true
	default:
		return awaited(w.sync, other) && (moves || !w.told[other.ID])
	}
}

// serviceOf is the service as the component tells it. How critical it is, and of what kind, is its
// team's to say, unless the component is annotated: the type is a first guess.
func serviceOf(w *world, p *plan, before registry.Service, owner registry.Team, slug string, t Told) registry.Service {
	after, g := before, giving{managed: before.Managed}
	if before.ID == "" {
		p.isNew, after.Profile = true, t.Profile()
	}
	give(&g, "slug", &after.Slug, slug)
	giveText(&g, "name", &after.Name, t.Title)
	giveText(&g, "description", &after.Description, t.Description)
	if owner.ID != "" {
		give(&g, "team", &after.TeamSlug, owner.Slug)
		if g.gave("team") {
			after.Team = owner.ID
		}
	}
	if t.ServiceKind != "" {
		give(&g, "kind", &after.Kind, registry.Kind(t.ServiceKind))
	}
	if t.Tier != 0 {
		give(&g, "tier", &after.Tier, t.Tier)
	}
	if l, known := lifecycle(t.Lifecycle); known {
		give(&g, "lifecycle", &after.Lifecycle, l)
	}
	giveText(&g, "repository", &after.Repository, t.Repository)
	giveText(&g, "docs", &after.Docs, t.Docs)
	giveText(&g, "dashboard", &after.Dashboard, t.Dashboard)
	giveText(&g, "runbook", &after.Runbook, t.Runbook)
	giveText(&g, "onCall", &after.OnCall, t.OnCall)
	switch system := w.known(t.System); {
	case t.System == "" && g.held("system"):
		after.System, after.SystemSlug = "", "" // it is in none any more
	case t.System == "":
	case system != nil:
		give(&g, "system", &after.SystemSlug, w.systems[system.Resource].Slug)
		if g.gave("system") {
			after.System = system.Resource
		}
	default:
		p.unknown(w, "/system", t.System)
		if g.held("system") {
			give(&g, "system", &after.System, before.System)
		}
	}
	after.Managed = g.set(w.sync.Portal, t.Ref)
	return after
}

// dependence is what the service depends on by its component, and does not any more. What somebody
// declared here stays, and so do its terms.
func dependence(w *world, p *plan, before registry.Service, t Told) (on []registry.Service, end []registry.Dependency) {
	if t.DependsOn == nil {
		return nil, nil
	}
	are, told := map[id.ID]bool{before.ID: true}, map[id.ID]bool{}
	for _, d := range w.depends[before.ID] {
		are[d.On] = true
	}
	for i, ref := range t.DependsOn {
		e := w.known(ref)
		if e == nil {
			if ref != t.Ref {
				p.unknown(w, fmt.Sprintf("/dependsOn/%d", i), ref)
			}
			continue
		}
		other, ok := w.services[e.Resource]
		if !ok || other.RetiredAt != nil {
			continue
		}
		if told[other.ID] = true; !are[other.ID] {
			on, are[other.ID] = append(on, other), true
		}
	}
	for _, d := range w.depends[before.ID] {
		if d.Manager == managed.Catalog && !told[d.On] {
			end = append(end, d)
		}
	}
	if room := registry.MaxDependencies - len(w.depends[before.ID]) + len(end); len(on) > room {
		on = on[:max(room, 0)]
		p.faults = append(p.faults, Fault{Pointer: "/dependsOn", Message: fmt.Sprintf("a service depends on at most %d others; the rest was left out", registry.MaxDependencies)})
	}
	return on, end
}
