package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

type SLOPath struct {
	ServicePath
	SLO string `path:"slo" maxLength:"63" doc:"Slug of the SLO within its service, or its identifier." example:"availability"`
}

func (p SLOPath) name() slo.Name { return slo.Name{Service: p.Service, SLO: p.SLO} }

// SLOFilter narrows a list of SLOs.
type SLOFilter struct {
	State          string `query:"state" enum:"no_data,ok,at_risk,exhausted" doc:"Only SLOs in this state."`
	Query          string `query:"query" maxLength:"100" doc:"Only SLOs with this in their slug or name."`
	IncludeRetired bool   `query:"includeRetired" doc:"Retired ones, too."`
	Order          string `query:"order" enum:"slug,remaining" default:"slug" doc:"remaining: the least error budget first, those of which nothing is known last."`
}

// OwnedBy narrows a list of SLOs to those of a team, or of a system.
type OwnedBy struct {
	Team   string `query:"team" maxLength:"63" doc:"Only SLOs of this team's services, by slug or identifier."`
	System string `query:"system" maxLength:"63" doc:"Only SLOs of this system's services, by slug or identifier."`
}

func (f SLOFilter) filter() slo.Filter {
	return slo.Filter{State: budget.State(f.State), Query: f.Query, IncludeRetired: f.IncludeRetired, Order: slo.Order(f.Order)}
}

func (a *API) addSLOs(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindSLO}
	type all struct {
		Paging
		SLOFilter
		OwnedBy
	}
	register(a, operation{
		id: "listSLOs", method: http.MethodGet, path: "/v1/slos", tag: "SLOs", summary: "List SLOs of all services", description: "With the state of each; /v1/slo-statuses has the figures of as many. Retired SLOs are left out unless they are asked for.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *all) (*list[SLO], error) {
		f := in.filter()
		var err error
		if f.Team, f.System, err = r.owners(ctx, in.Team, in.System); err != nil {
			return nil, err
		}
		return r.listSLOs(ctx, f, in.Request())
	})

	type overview struct {
		Team string `query:"team" maxLength:"63" doc:"Only SLOs of this team's services, by slug or identifier."`
	}
	type overviewReply struct{ Body Overview }
	register(a, operation{
		id: "getOverview", method: http.MethodGet, path: "/v1/overview", tag: "SLOs", summary: "Count SLOs by their state", description: "And the alerts that last. Of all services, or of a team's: what the page of the organisation shows. Retired SLOs do not count.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *overview) (*overviewReply, error) {
		team, _, err := r.owners(ctx, in.Team, "")
		if err != nil {
			return nil, err
		}
		tally, err := r.SLOs.Tally(ctx, team)
		if err != nil {
			return nil, err
		}
		alerts, err := r.Alerts.Tally(ctx, team)
		if err != nil {
			return nil, err
		}
		return &overviewReply{Body: toOverview(tally, alerts)}, nil
	})

	type ofService struct {
		ServicePath
		Paging
		SLOFilter
	}
	register(a, operation{
		id: "listServiceSLOs", method: http.MethodGet, path: "/v1/services/{service}/slos", tag: "SLOs", summary: "List the SLOs of a service", description: "With the state of each. Retired SLOs are left out unless they are asked for.", rule: read,
	}, func(ctx context.Context, in *ofService) (*list[SLO], error) {
		s, err := r.Registry.ServiceFor(ctx, in.Service)
		if err != nil {
			return nil, err
		}
		f := in.filter()
		f.Service = s.ID
		return r.listSLOs(ctx, f, in.Request())
	})

	type post struct {
		ServicePath
		Once
		Body SLOInput
	}
	register(a, operation{
		id: "declareSLO", method: http.MethodPost, path: "/v1/services/{service}/slos", tag: "SLOs",
		summary: "Declare an SLO", description: "It is evaluated from now on; its state is no_data until measurements come.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindSLO},
	}, func(ctx context.Context, in *post) (*created[SLODeclared], error) {
		var v slo.View
		made, err := create(ctx, a, in.Once, creation[SLODeclared, SLODeclared]{
			make: func(ctx context.Context) (SLODeclared, error) {
				s, err := r.Registry.ServiceFor(ctx, in.Service)
				if err != nil {
					return SLODeclared{}, err
				}
				var warnings []slo.Warning
				v, warnings, err = r.SLOs.Declare(ctx, s.ID, fromSLOInput(in.Body))
				return r.declared(ctx, v, warnings, err)
			},
			load: func(ctx context.Context, made id.ID) (SLODeclared, error) {
				var err error
				if v, err = r.SLOs.View(ctx, made); err != nil {
					return SLODeclared{}, err
				}
				warnings, err := r.SLOs.Warnings(ctx, v, time.Time{})
				return r.declared(ctx, v, warnings, err)
			},
			name: func(s SLODeclared) (id.ID, int64, string) { return id.ID(s.ID), s.Version, sloLocation(s.SLO) },
			show: itself[SLODeclared],
		})
		if err != nil {
			return nil, err
		}
		// Outside of the transaction that made it: a data source is asked.
		made.Body.Warnings = append(made.Body.Warnings, toWarnings(r.SLOs.Doubts(ctx, v))...)
		return made, nil
	})

	type get struct {
		SLOPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getSLO", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}", tag: "SLOs", summary: "Get an SLO",
		description: "Its ETag is of what was declared: state and stale change without it; /status has no ETag.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[SLO], error) {
		v, s, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		sources, err := r.sourceNames(ctx, []id.ID{dataSourceOf(v)})
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, v.SLO.Version, toSLO(v, ref(s.ID, s.Slug), sources)), nil
	})

	type put struct {
		SLOPath
		IfMatch
		Body SLOInput
	}
	register(a, operation{
		id: "reviseSLO", method: http.MethodPut, path: "/v1/services/{service}/slos/{slo}", tag: "SLOs", summary: "Revise an SLO",
		description: "The body replaces what was declared. Changed terms are a new revision; a changed counting, resolution, grouping or source starts a new series of measurements, and without a source they are pushed. Another slug renames the SLO.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindSLO},
	}, func(ctx context.Context, in *put) (*reply[SLODeclared], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		v, warnings, err := r.SLOs.Revise(ctx, v.SLO.ID, in.Version(), fromSLOInput(in.Body))
		if err != nil {
			return nil, err
		}
		return r.revised(ctx, v, append(warnings, r.SLOs.Doubts(ctx, v)...), nil)
	})

	type retire struct {
		SLOPath
		IfMatch
		Body Reason
	}
	register(a, operation{
		id: "retireSLO", method: http.MethodPost, path: "/v1/services/{service}/slos/{slo}/retire", tag: "SLOs", summary: "Retire an SLO",
		description: "It is no longer evaluated, and its violations end; in composite SLOs, which their list has by service and slo, it counts as a member without data. It can be restored.",
		rule:        access.Rule{Verb: access.Retire, Kind: access.KindSLO},
	}, func(ctx context.Context, in *retire) (*reply[SLODeclared], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		v, err = r.SLOs.Retire(ctx, v.SLO.ID, in.Version(), in.Body.Reason)
		return r.revised(ctx, v, nil, err)
	})
	register(a, operation{
		id: "restoreSLO", method: http.MethodPost, path: "/v1/services/{service}/slos/{slo}/restore", tag: "SLOs", summary: "Restore a retired SLO", description: "It is evaluated again, with the measurements that it had.",
		rule: access.Rule{Verb: access.Restore, Kind: access.KindSLO},
	}, func(ctx context.Context, in *retire) (*reply[SLODeclared], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		v, err = r.SLOs.Restore(ctx, v.SLO.ID, in.Version(), in.Body.Reason)
		return r.revised(ctx, v, nil, err)
	})

	type revisions struct {
		SLOPath
		Paging
	}
	register(a, operation{
		id: "listSLORevisions", method: http.MethodGet, path: "/v1/services/{service}/slos/{slo}/revisions", tag: "SLOs",
		summary: "List the revisions of an SLO", description: "The newest first.", rule: read,
	}, func(ctx context.Context, in *revisions) (*list[SLORevision], error) {
		v, _, err := r.SLOs.Find(ctx, in.name())
		if err != nil {
			return nil, err
		}
		found, err := r.SLOs.Revisions(ctx, v.SLO.ID, in.Request())
		if err != nil {
			return nil, err
		}
		sources, err := r.sourceNames(ctx, each(found.Items, func(v slo.RevisionWithIndicator) id.ID { return v.Indicator.Origin.DataSource }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, func(v slo.RevisionWithIndicator) SLORevision { return toSLORevision(v, sources) }), nil
	})
}

func (r Rooms) listSLOs(ctx context.Context, f slo.Filter, p page.Request) (*list[SLO], error) {
	views, err := r.SLOs.Views(ctx, f, p)
	if err != nil {
		return nil, err
	}
	names, err := r.serviceNames(ctx, each(views.Items, func(v slo.View) id.ID { return v.SLO.Service }))
	if err != nil {
		return nil, err
	}
	sources, err := r.sourceNames(ctx, each(views.Items, dataSourceOf))
	if err != nil {
		return nil, err
	}
	return listed(ctx, views, func(v slo.View) SLO { return toSLO(v, names.ref(v.SLO.Service), sources) }), nil
}

func (r Rooms) declared(ctx context.Context, v slo.View, warnings []slo.Warning, err error) (SLODeclared, error) {
	if err != nil {
		return SLODeclared{}, err
	}
	names, err := r.serviceNames(ctx, []id.ID{v.SLO.Service})
	if err != nil {
		return SLODeclared{}, err
	}
	sources, err := r.sourceNames(ctx, []id.ID{dataSourceOf(v)})
	if err != nil {
		return SLODeclared{}, err
	}
	return toSLODeclared(toSLO(v, names.ref(v.SLO.Service), sources), warnings), nil
}

func (r Rooms) revised(ctx context.Context, v slo.View, warnings []slo.Warning, err error) (*reply[SLODeclared], error) {
	shown, err := r.declared(ctx, v, warnings, err)
	if err != nil {
		return nil, err
	}
	return current(shown.Version, shown), nil
}

func sloLocation(s SLO) string { return "/v1/services/" + s.Service.Slug + "/slos/" + s.Slug }

func fromSLOInput(in SLOInput) slo.Declaration {
	return in.Alerts.declares(slo.Declaration{
		Slug: in.Slug, Name: in.Name, Description: in.Description, Objective: in.Objective,
		WindowDays: in.WindowDays, Calendar: fromCalendarInput(in.Calendar), Further: each(in.Further, fromGoalInput), Budgeting: fromBudgetingInput(in.Budgeting),
		MinEvents: in.MinEvents, Confidence: in.Confidence, Enforcement: slo.Enforcement(in.Enforcement),
		Category: slo.Category(in.Indicator.Category), Counting: slo.Counting(in.Indicator.Counting),
		Resolution: time.Duration(in.Indicator.ResolutionSeconds) * time.Second, GoodEvent: in.Indicator.Description,
		Origin:    fromMeasurementSource(in.Indicator),
		Rationale: in.Rationale, Reviewer: in.Reviewer, ReviewBy: in.ReviewBy,
	})
}

func toSLO(v slo.View, service Ref, sources sourceNames) SLO {
	return SLO{
		ID: string(v.SLO.ID), Slug: v.SLO.Slug, Service: service, Name: v.SLO.Name, Description: v.SLO.Description,
		Revision: v.SLO.Revision, Objective: v.Revision.Objective.String(), WindowDays: v.Revision.Over.Days, Calendar: toCalendar(v.Revision.Over),
		Further: each(v.Revision.Further, toGoal), Budgeting: toBudgeting(v.Revision.Budgeting), MinEvents: v.Revision.MinEvents, Confidence: v.Revision.Confidence.String(), Enforcement: string(v.Revision.Enforcement),
		Indicator: toIndicator(v.Indicator, sources), Rationale: v.Revision.Rationale, Reviewer: v.Revision.Reviewer, ReviewBy: v.Revision.ReviewBy,
		State: string(v.Status.State), Stale: v.Status.Stale, Alerts: toAlertTerms(v.Revision.Alerts),
		CreatedAt: v.SLO.CreatedAt, UpdatedAt: v.SLO.UpdatedAt, RetiredAt: v.SLO.RetiredAt, Manager: v.SLO.Manager, Version: v.SLO.Version,
	}
}

func toSLODeclared(s SLO, warnings []slo.Warning) SLODeclared {
	return SLODeclared{SLO: s, Warnings: toWarnings(warnings)}
}

func toWarnings(warnings []slo.Warning) []Warning {
	out := make([]Warning, len(warnings))
	for i, w := range warnings {
		out[i] = Warning{Code: w.Code, Pointer: w.Pointer, Message: w.Message}
	}
	return out
}

func toIndicator(i slo.Indicator, sources sourceNames) Indicator {
	return Indicator{
		Category: string(i.Category), Counting: string(i.Counting),
		ResolutionSeconds: int(i.Resolution / time.Second), Description: i.Description,
		GroupBy: i.Origin.GroupBy, MaxGroups: i.Origin.MaxGroups, Source: toMeasurementSource(i.Origin, sources),
	}
}

func toSLORevision(r slo.RevisionWithIndicator, sources sourceNames) SLORevision {
	return SLORevision{
		ID: string(r.Revision.ID), Number: r.Revision.Number, IndicatorID: string(r.Revision.Indicator), Indicator: toIndicator(r.Indicator, sources),
		Objective: r.Revision.Objective.String(), WindowDays: r.Revision.Over.Days, Calendar: toCalendar(r.Revision.Over),
		Further: each(r.Revision.Further, toGoal), Budgeting: toBudgeting(r.Revision.Budgeting), MinEvents: r.Revision.MinEvents, Confidence: r.Revision.Confidence.String(), Enforcement: string(r.Revision.Enforcement),
		Rationale: r.Revision.Rationale, Reviewer: r.Revision.Reviewer, ReviewBy: r.Revision.ReviewBy,
		CreatedAt: r.Revision.CreatedAt, CreatedBy: r.Revision.CreatedBy, Alerts: toAlertTerms(r.Revision.Alerts),
	}
}

func toOverview(t slo.Tally, alerts alert.Tally) Overview {
	return Overview{Alerts: toAlertTally(alerts), SLOs: SLOTally{
		Total: t.Total, Stale: t.Stale,
		States: SLOStates{NoData: t.States[budget.NoData], OK: t.States[budget.OK], AtRisk: t.States[budget.AtRisk], Exhausted: t.States[budget.Exhausted]},
	}}
}
