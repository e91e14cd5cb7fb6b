package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/policy"
)

func (a *API) addViolations(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindViolation}
	type query struct {
		Paging
		OpenFilter
		Service string `query:"service" maxLength:"63" doc:"Only violations of this service, by slug or identifier."`
		Team    string `query:"team" maxLength:"63" doc:"Only violations of this team's services, by slug or identifier."`
		Policy  string `query:"policy" maxLength:"63" doc:"Only violations of this policy, by slug or identifier."`
		SLO     string `query:"slo" maxLength:"26" doc:"Only violations of the SLO with this identifier."`
	}
	register(a, operation{
		id: "listViolations", method: http.MethodGet, path: "/v1/violations", tag: "Violations",
		summary: "List violations", description: "The newest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Violation], error) {
		f := policy.ViolationFilter{SLO: id.ID(in.SLO), Open: in.open()}
		var err error
		if f.Service, f.Team, err = r.narrowed(ctx, in.Service, in.Team); err != nil {
			return nil, err
		}
		if in.Policy != "" {
			p, err := r.Policies.Get(ctx, in.Policy)
			if err != nil {
				return nil, atQuery("policy", in.Policy, err)
			}
			f.Policy = p.Policy.ID
		}
		violations, err := r.Policies.Violations(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.violations(ctx, violations.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Violation]{Items: shown, Next: violations.Next}, itself[Violation]), nil
	})

	type one struct {
		Violation string `path:"violation" maxLength:"26" doc:"Identifier of the violation."`
	}
	type violationReply struct{ Body Violation }
	register(a, operation{
		id: "getViolation", method: http.MethodGet, path: "/v1/violations/{violation}", tag: "Violations", summary: "Get a violation", description: "With its evidence, as it was when the violation opened.", rule: read,
	}, func(ctx context.Context, in *one) (*violationReply, error) {
		v, err := r.Policies.Violation(ctx, id.ID(in.Violation))
		shown, err := single(ctx, v, err, r.violations)
		if err != nil {
			return nil, err
		}
		return &violationReply{Body: shown}, nil
	})
	a.addViolationEvents(r)
}

func (a *API) addViolationEvents(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindViolation}
	type query struct {
		Paging
		Violation string `path:"violation" maxLength:"26" doc:"Identifier of the violation."`
	}
	register(a, operation{
		id: "listViolationEvents", method: http.MethodGet, path: "/v1/violations/{violation}/events", tag: "Violations",
		summary: "List what was said about a violation", description: "Here, and in comments on its issue. The newest first; nothing is ever changed or removed.", rule: read,
	}, func(ctx context.Context, in *query) (*list[ViolationEvent], error) {
		events, err := r.Policies.Events(ctx, id.ID(in.Violation), in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, events, toViolationEvent), nil
	})

	type one struct {
		Violation string `path:"violation" maxLength:"26" doc:"Identifier of the violation."`
		Event     string `path:"event" maxLength:"26" doc:"Identifier of the event."`
	}
	type eventReply struct{ Body ViolationEvent }
	register(a, operation{
		id: "getViolationEvent", method: http.MethodGet, path: "/v1/violations/{violation}/events/{event}", tag: "Violations",
		summary: "Get one thing that was said about a violation", description: "With who said it, when and where.", rule: read,
	}, func(ctx context.Context, in *one) (*eventReply, error) {
		e, err := r.Policies.Event(ctx, id.ID(in.Violation), id.ID(in.Event))
		if err != nil {
			return nil, err
		}
		return &eventReply{Body: toViolationEvent(e)}, nil
	})

	type post struct {
		Once
		Violation string `path:"violation" maxLength:"26" doc:"Identifier of the violation."`
		Body      DisputeInput
	}
	register(a, operation{
		id: "disputeViolation", method: http.MethodPost, path: "/v1/violations/{violation}/disputes", tag: "Violations",
		summary: "Dispute a violation", description: "By a member of the team. It is recorded as an event of the violation, with who and why, and changes nothing by itself. A comment on the issue that begins with \"/evenkeel dispute\" does the same for whoever may comment there.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindDispute},
	}, func(ctx context.Context, in *post) (*created[ViolationEvent], error) {
		return create(ctx, a, in.Once, creation[policy.Event, ViolationEvent]{
			make: func(ctx context.Context) (policy.Event, error) {
				return r.Policies.Dispute(ctx, id.ID(in.Violation), in.Body.Reason)
			},
			load: func(ctx context.Context, made id.ID) (policy.Event, error) {
				return r.Policies.Event(ctx, id.ID(in.Violation), made)
			},
			// It has one version, for it never changes.
			name: func(e policy.Event) (id.ID, int64, string) {
				return e.ID, 1, "/v1/violations/" + string(e.Violation) + "/events/" + string(e.ID)
			},
			show: toViolationEvent,
		})
	})
}

func toViolationEvent(e policy.Event) ViolationEvent {
	return ViolationEvent{ID: string(e.ID), Kind: string(e.Kind), At: e.At, By: e.By, Via: string(e.Via), Text: e.Text, Link: e.Link}
}

// OpenFilter narrows a list to what is open, or to what is not.
type OpenFilter struct {
	State string `query:"state" enum:"open,closed" doc:"Only those that are open, or only those that ended."`
}

func (f OpenFilter) open() *bool {
	if f.State == "" {
		return nil
	}
	open := f.State == "open"
	return &open
}

// narrowed finds the service and team that a list is narrowed to.
func (r Rooms) narrowed(ctx context.Context, service, team string) (serviceID, teamID id.ID, err error) {
	if service != "" {
		s, err := r.Registry.ServiceFor(ctx, service)
		if err != nil {
			return "", "", atQuery("service", service, err)
		}
		serviceID = s.ID
	}
	teamID, _, err = r.owners(ctx, team, "")
	return serviceID, teamID, err
}

// violations shows violations with the names of what they are about.
func (r Rooms) violations(ctx context.Context, violations []policy.Violation) ([]Violation, error) {
	services, err := r.serviceNames(ctx, each(violations, func(v policy.Violation) id.ID { return v.Service }))
	if err != nil {
		return nil, err
	}
	slos, err := r.SLOs.ViewsByID(ctx, distinct(each(violations, func(v policy.Violation) id.ID { return v.SLO })))
	if err != nil {
		return nil, err
	}
	policies := map[id.ID]Ref{} // there are few
	for _, one := range distinct(each(violations, func(v policy.Violation) id.ID { return v.Policy })) {
		p, err := r.Policies.Get(ctx, string(one))
		if err != nil {
			return nil, err
		}
		policies[one] = ref(one, p.Policy.Slug)
	}
	out := make([]Violation, len(violations))
	for i, v := range violations {
		out[i] = Violation{
			ID: string(v.ID), Policy: policies[v.Policy], Clause: v.Clause,
			Service: services.ref(v.Service), SLO: ref(v.SLO, slos[v.SLO].SLO.Slug), Mode: string(v.Mode),
			Open: v.EndedAt == nil, OpenedAt: v.OpenedAt, EndedAt: v.EndedAt,
			Evidence: Evidence{
				SLORevisionID: string(v.Evidence.SLORevision), PolicyRevisionID: string(v.Revision),
				Objective: v.Evidence.Objective, WindowEnd: v.Evidence.WindowEnd,
				Good: measure.Events(v.Evidence.Good), Total: measure.Events(v.Evidence.Total),
				ConsumedPercent: v.Evidence.ConsumedPercent, When: v.Evidence.When,
				Facts: each(v.Evidence.Facts, func(k fact.Known) KnownFact { return KnownFact(k) }),
			},
			Version: v.Version,
		}
		if v.Ending != "" {
			ending := string(v.Ending)
			out[i].Ending = &ending
		}
	}
	return out, nil
}
