package delivery

import (
	"context"
	"errors"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/issues"
)

func placeOf(r issues.Repository) Place { return Place(r.String()) }

func (p Place) repository() issues.Repository {
	return issues.Repository{Owner: p.Owner(), Name: p.Name()}
}

// repository is what decides whether an issue may go to the place.
func (f Facts) repository() issues.RepositoryFacts {
	return issues.RepositoryFacts{Public: f.Public, Archived: f.Archived, IssuesDisabled: !f.Issues}
}

// objection is why a place does not take issues of a kind; empty when it does.
func (s Settings) objection(f Facts, kind issues.Kind) string {
	return s.Routes.Objection(kind, f.Place.repository(), f.repository())
}

// address gives a delivery that has no place the first that somebody named. What the
// place says of itself is asked there, in its own lane.
func (r *round) address(ctx context.Context, d *Delivery, i issues.Issue) error {
	routed, err := r.Settings.Routes.Routed(ctx, r.Places, i)
	if err != nil {
		return err
	}
	route := r.Settings.Routes.Route(routed, func(issues.Repository) (issues.RepositoryFacts, bool) { return issues.RepositoryFacts{}, false })
	if !route.Found() {
		d.DueAt, d.Problem = nil, route.Why()
		if i.Open { // somebody may name one
			at := clock.Round(r.Clock()).Add(recheck)
			d.DueAt = &at
		}
		return nil
	}
	d.State, d.Place, d.Problem = Pending, placeOf(route.To), "" // and waits since it was due
	return nil
}

// settled is whether an issue may be made in its place, and notes the label that it has
// there. Where the place does not take it, it goes to the next that somebody named; one
// that people sent elsewhere goes nowhere else.
func (p *passage) settled(ctx context.Context, d *Delivery, i issues.Issue) (bool, error) {
	facts, err := p.factsOf(ctx, d.Place)
	if err != nil {
		return false, err
	}
	rules, here := p.Settings.Routes, d.Place.repository()
	routed, err := rules.Routed(ctx, p.Places, i)
	if err != nil {
		return false, err
	}
	if facts.Place.repository().Is(here) {
		d.Place = facts.Place // as the tracker spells it, by which it tells of it
	}
	objection := p.Settings.objection(facts, d.Kind)
	switch {
	case objection == "":
		if routed, err = rules.Share(ctx, p.Places, i, routed); err != nil {
			return false, err
		}
		d.Written.Service = rules.Label(routed, here)
		return true, nil
	case rules.By(routed, here) == "":
		return false, &Error{Trouble: Refused, Reason: objection}
	}
	var unknown error
	route := rules.Route(routed, func(to issues.Repository) (issues.RepositoryFacts, bool) {
		if to.Is(here) {
			return facts.repository(), true
		}
		known, _, err := p.known(ctx, placeOf(to))
		if err != nil || known == nil {
			unknown = errors.Join(unknown, err)
			return issues.RepositoryFacts{}, false
		}
		return known.repository(), true
	})
	if unknown != nil {
		return false, unknown
	}
	if !route.Found() {
		return false, &Error{Trouble: Refused, Reason: route.Why()}
	}
	now := clock.Round(p.Clock())
	d.Place, d.Problem, d.DueAt = placeOf(route.To), route.Why(), &now
	return false, nil
}
