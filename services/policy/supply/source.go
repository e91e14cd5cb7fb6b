package supply

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
)

// Known is what is known of an SLO: what people said, and the incidents of its service.
type Known struct {
	Facts     []Fact
	Incidents []Incident // by ID
}

// Incident is a time in which something was wrong with the service of an SLO.
type Incident struct {
	ID     id.ID
	From   time.Time
	Until  *time.Time // nil while it lasts
	Causes []string
}

// Budgets tell what times took of budgets; see slo.Service, which does. They authorise nobody.
type Budgets interface {
	Taken(ctx context.Context, struck []slo.Struck, periods ...slo.Period) ([]slo.Taken, error)
}

// Source tells facts: what people said, and of what they did not say, what incidents tell. It
// authorises nobody.
type Source struct {
	Store   Store
	Budgets Budgets
	Clock   clock.Clock
}

var _ fact.Source[slo.View] = Source{}

// Facts are the names that can be said.
func (Source) Facts() []fact.Declaration {
	return []fact.Declaration{
		{Name: Cause, Type: fact.Text, Values: Causes, Doc: "What caused that the budget was spent, as the team, or whoever approved a policy, said within 28 days. Where nobody did, the cause of the incident that took most of it within 28 days, where it has exactly one, which does not excuse the team; else unclassified."},
		{Name: IncidentShares, Type: fact.Numbers, Doc: "By incident: the share of the budget of 28 days that it took. Of incidents of the service within 28 days, by their identifiers, that is measured in the 28 days up to the end of the impact; what the team said within 28 days, by whatever name, goes first. Restricted incidents are left out."},
	}
}

// FactsOf tells them of the SLOs that exist. What was measured is read only of those whose
// services had incidents within the time that what people say holds.
func (s Source) FactsOf(ctx context.Context, views []slo.View, _ ...string) (map[id.ID]fact.Set, error) {
	now := s.Clock()
	slos := make([]id.ID, len(views))
	for i, v := range views {
		slos[i] = v.SLO.ID
	}
	known, err := s.Store.Known(ctx, slos, now.Add(-longest))
	if err != nil {
		return nil, fmt.Errorf("read what was said of %d SLOs: %w", len(slos), err)
	}
	shares, err := s.shares(ctx, views, known)
	if err != nil {
		return nil, err
	}
	out := make(map[id.ID]fact.Set, len(known))
	for of, k := range known {
		out[of] = k.facts(now, shares[of])
	}
	return out, nil
}

// shares are those of the incidents of each SLO that has any, in their order; nil is unknown.
func (s Source) shares(ctx context.Context, views []slo.View, known map[id.ID]Known) (map[id.ID][]*float64, error) {
	var struck []slo.Struck
	for _, v := range views {
		for _, i := range known[v.SLO.ID].Incidents {
			struck = append(struck, slo.Struck{View: v, From: i.From, Until: i.Until})
		}
	}
	if len(struck) == 0 {
		return nil, nil
	}
	taken, err := s.Budgets.Taken(ctx, struck, slo.FourWeeks)
	if err != nil {
		return nil, err
	}
	out := map[id.ID][]*float64{}
	for n, one := range struck {
		out[one.SLO.ID] = append(out[one.SLO.ID], taken[n].Share(slo.FourWeeks))
	}
	return out, nil
}

// facts are those of an SLO whose incidents took these shares.
func (k Known) facts(now time.Time, shares []*float64) fact.Set {
	set := fact.Set{Cause: k.cause(shares)}
	said := map[string]float64{}
	for _, f := range k.Facts {
		switch {
		case !f.holds(now):
		case f.Name == Cause:
			set[Cause] = f.Value.Text
		case f.Name == IncidentShares:
			said = f.Value.Numbers
		}
	}
	all := make(map[string]float64, len(said)+len(shares))
	for n, i := range k.Incidents {
		switch _, known := said[string(i.ID)]; {
		case known:
		case shares[n] == nil:
			return set // what one of them took is not known: nothing is concluded from the others
		default:
			all[string(i.ID)] = *shares[n]
		}
	}
	maps.Copy(all, said)
	set[IncidentShares] = all
	return set
}

// cause is that of the incident that took most, as far as incidents tell. Whoever writes one may
// be of the team that a cause would excuse, so that such a cause has to be said of the SLO.
func (k Known) cause(shares []*float64) string {
	cause, most := Unclassified, 0.0
	for n, i := range k.Incidents {
		if shares[n] == nil {
			return Unclassified
		}
		own := Unclassified
		if len(i.Causes) == 1 && slices.Contains(Own, i.Causes[0]) {
			own = i.Causes[0]
		}
		switch share := *shares[n]; {
		case share > most:
			cause, most = own, share
		case share == most && own != cause:
			cause = Unclassified // both took as much, and neither is the one
		}
	}
	return cause
}
