package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// OfGroup narrows what is read of an SLO to one group of its events.
type OfGroup struct {
	Group string `query:"group" maxLength:"128" doc:"Only this group of the SLO's events; of all when left out." example:"eu-west"`
}

func (a *API) addGroups(r Rooms) {
	type get struct {
		SLOPath
		Paging
		State string `query:"state" enum:"no_data,ok,at_risk,exhausted" doc:"Only groups in this state."`
		Order string `query:"order" enum:"remaining,group" default:"remaining" doc:"remaining: the least error budget first, those without data last."`
	}
	register(a, operation{
		id: "listSLOGroups", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/groups", tag: "SLOs",
		summary: "List the groups of an SLO", description: "What was last concluded of each group of events, when the indicator has groupBy; of others the list is empty. A group without measurements in the whole of the longest window is left out.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindSLO},
	}, func(ctx context.Context, in *get) (*list[SLOGroup], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		f := slo.GroupFilter{SLO: v.SLO.ID, State: budget.State(in.State), Order: slo.GroupOrder(in.Order)}
		found, err := r.SLOs.Groups(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(g slo.GroupStatus) SLOGroup { return toSLOGroup(v, g) }), nil
	})
}

func toSLOGroup(v slo.View, g slo.GroupStatus) SLOGroup {
	of := v.OfGroup(g)
	f := of.Figures()
	return SLOGroup{
		Group: g.Group, State: string(f.State), Since: g.Since, Stale: g.Stale, Latest: optionalTime(g.Latest),
		Judged: of.Current(), Window: toBudget(f.Window), Burn: toBurnRates(f),
	}
}

// toGroupRef is the worst group, nil when there is none.
func toGroupRef(v slo.View) *GroupRef {
	w := v.WorstGroup()
	if w == nil {
		return nil
	}
	out := &GroupRef{Group: w.Group, State: string(w.State)}
	if remaining, ok := budget.Remaining(w.Sum, v.Revision.Objective, v.Revision.Over.Pace(v.Status.End)); ok {
		share := remaining.Float64()
		out.Remaining = &share
	}
	return out
}
