package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func (a *API) addIncidentImpact(r Rooms) {
	type reply struct{ Body IncidentImpact }
	register(a, operation{
		id: "getIncidentImpact", method: http.MethodGet, path: "/v1/incidents/{incident}/impact", tag: "Incidents", summary: "Get what an incident took of error budgets",
		description: "Of each SLO of the services that it involved, the bad events while its impact lasted, and the share of the whole budget of 28 days and of the quarter that they took. What would have been bad anyway is not taken off.",
		rule:        access.Rule{Verb: access.Read, Kind: access.KindIncident}, class: admission.Reports,
	}, func(ctx context.Context, in *IncidentPath) (*reply, error) {
		found, err := r.Impact.Impact(ctx, id.ID(in.Incident))
		if err != nil {
			return nil, err
		}
		services, err := r.serviceNames(ctx, each(found.SLOs, func(p impact.Part) id.ID { return p.View.SLO.Service }))
		if err != nil {
			return nil, err
		}
		i := found.Incident
		return &reply{IncidentImpact{
			Incident: string(i.ID), From: i.ImpactStart, Until: i.Until(),
			SLOs: each(found.SLOs, func(p impact.Part) BudgetImpact { return toBudgetImpact(p, services) }),
		}}, nil
	})
}

func toBudgetImpact(p impact.Part, services serviceNames) BudgetImpact {
	t, v := p.Taken, p.View
	out := BudgetImpact{
		Service: services.ref(v.SLO.Service), Role: string(p.Part), SLO: ref(v.SLO.ID, v.SLO.Slug), Name: v.SLO.Name, Objective: v.Revision.Objective.String(),
		From: t.From, To: t.To, Unknown: string(t.Unknown), Periods: each(t.Periods, func(of slo.TakenOf) PeriodImpact { return toPeriodImpact(of, p) }),
	}
	if t.Unknown == "" {
		out.Total, out.Bad = pointer(budget.Events(t.Sum.Total, t.Unit)), pointer(budget.Events(t.Sum.Bad(), t.Unit))
		out.BadMins = impact.Minutes(t, t.Sum.Bad())
	}
	return out
}

func toPeriodImpact(of slo.TakenOf, p impact.Part) PeriodImpact {
	unit := p.Taken.Unit
	return PeriodImpact{
		Period: string(of.Period), From: of.From, To: of.To, Total: budget.Events(of.Whole.Total, unit), Bad: budget.Events(of.Bad, unit),
		Share: of.Share, BudgetMin: impact.Budget(p.View.Revision.Terms, p.Taken, of), Unknown: string(of.Unknown),
	}
}
