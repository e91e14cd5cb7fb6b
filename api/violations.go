package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident/claim"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/policy"
)

// ViolationPath names a violation.
type ViolationPath struct {
	Violation string `path:"violation" maxLength:"26" doc:"Identifier of the violation."`
}

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

	register(a, operation{
		id: "getViolation", method: http.MethodGet, path: "/v1/violations/{violation}", tag: "Violations", summary: "Get a violation",
		description: "With its evidence, as it was when the violation opened, and what people made of it. Its ETag is of that; what the caller may do changes without it, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *ViolationPath) (*reply[Violation], error) {
		v, err := r.Policies.Violation(ctx, id.ID(in.Violation))
		shown, err := single(ctx, v, err, r.violations)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type claimReply struct{ Body ViolationClaim }
	register(a, operation{
		id: "getViolationClaim", method: http.MethodGet, path: "/v1/violations/{violation}/claim", tag: "Violations", summary: "Get what a violation asks for after incidents",
		description: "Postmortems of the incidents that consumed the budget, with action items of the priority p0 on a root cause, and what came of them. Restricted incidents are left out for whom may not read them.", rule: read,
	}, func(ctx context.Context, in *ViolationPath) (*claimReply, error) {
		c, err := r.Claims.Of(ctx, id.ID(in.Violation))
		if err != nil {
			return nil, err
		}
		return &claimReply{toViolationClaim(c)}, nil
	})

	update := access.Rule{Verb: access.Update, Kind: access.KindViolation}
	type acknowledge struct {
		ViolationPath
		IfMatch
		Body PlanInput
	}
	register(a, operation{
		id: "acknowledgeViolation", method: http.MethodPut, path: "/v1/violations/{violation}/acknowledgement", tag: "Violations",
		summary: "Acknowledge a violation", description: "By a member of the team: what is going to be done, and until when. It replaces what was said before. Nothing is escalated while the date is to come.", rule: update,
	}, func(ctx context.Context, in *acknowledge) (*reply[Violation], error) {
		v, err := r.Policies.Acknowledge(ctx, id.ID(in.Violation), in.Version(), policy.Plan{Text: in.Body.Plan, DueOn: clock.Date(in.Body.DueOn)})
		shown, err := single(ctx, v, err, r.violations)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type exit struct {
		ViolationPath
		IfMatch
		Body EarlyExitInput
	}
	register(a, operation{
		id: "exitFreezeEarly", method: http.MethodPut, path: "/v1/violations/{violation}/early-exit", tag: "Violations",
		summary: "End the freeze of a violation early", description: "By whoever approved the policy, or an administrator, where the clause lets it and the team acknowledged the violation: what its plan agreed on is done. The violation stays open until the SLO recovered.", rule: update,
	}, func(ctx context.Context, in *exit) (*reply[Violation], error) {
		v, err := r.Policies.ExitEarly(ctx, id.ID(in.Violation), in.Version(), in.Body.Done)
		shown, err := single(ctx, v, err, r.violations)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})
	a.addViolationEvents(r)
	a.addRulings(r)
}

func (a *API) addViolationEvents(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindViolation}
	type query struct {
		Paging
		ViolationPath
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
		ViolationPath
		Event string `path:"event" maxLength:"26" doc:"Identifier of the event."`
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
		ViolationPath
		Body DisputeInput
	}
	register(a, operation{
		id: "disputeViolation", method: http.MethodPost, path: "/v1/violations/{violation}/disputes", tag: "Violations",
		summary: "Dispute a violation", description: "By a member of the team. It is recorded as an event of the violation, with who and why. Where the policy names an approver they are told, and the first dispute of an episode suspends its freeze for the policy's disputeHours, unless they raise it themselves. A comment on the issue that begins with \"/evenkeel dispute\" is recorded and told too, for whoever may comment there, and suspends nothing.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindDispute},
	}, func(ctx context.Context, in *post) (*created[ViolationEvent], error) {
		return create(ctx, a, in.Once, creation[policy.Event, ViolationEvent]{
			make: func(ctx context.Context) (policy.Event, error) {
				return r.Policies.Dispute(ctx, id.ID(in.Violation), in.Body.Reason)
			},
			load: func(ctx context.Context, made id.ID) (policy.Event, error) {
				return r.Policies.Event(ctx, id.ID(in.Violation), made)
			},
			name: violationEventName,
			show: toViolationEvent,
		})
	})
}

func (a *API) addRulings(r Rooms) {
	type post struct {
		Once
		ViolationPath
		Body RulingInput
	}
	register(a, operation{
		id: "decideDispute", method: http.MethodPost, path: "/v1/violations/{violation}/rulings", tag: "Violations",
		summary: "Decide the dispute of a violation", description: "By whoever approved the policy, or an administrator; not by who raised it. Void: it ends, its issue is closed, it counts in no report, and the clause opens no other for the SLO until its condition failed once, or four weeks are over; a range of measurements can be read again from its data source. Upheld: it stands.",
		rule: access.Rule{Verb: access.Update, Kind: access.KindDispute},
	}, func(ctx context.Context, in *post) (*created[ViolationEvent], error) {
		ruling := policy.RulingInput{Outcome: policy.Outcome(in.Body.Outcome), Note: in.Body.Note}
		if again := in.Body.Reread; again != nil {
			ruling.Reread = &policy.Range{From: again.From, To: again.To}
		}
		return create(ctx, a, in.Once, creation[policy.Event, ViolationEvent]{
			make: func(ctx context.Context) (policy.Event, error) {
				return r.Policies.Rule(ctx, id.ID(in.Violation), ruling)
			},
			load: func(ctx context.Context, made id.ID) (policy.Event, error) {
				return r.Policies.Event(ctx, id.ID(in.Violation), made)
			},
			name: violationEventName,
			show: toViolationEvent,
		})
	})
}

// violationEventName names an event. It has one version, for it never changes.
func violationEventName(e policy.Event) (id.ID, int64, string) {
	return e.ID, 1, "/v1/violations/" + string(e.Violation) + "/events/" + string(e.ID)
}

func toHandling(h policy.Handling) ViolationHandling {
	out := ViolationHandling{EscalatedAt: h.EscalatedAt}
	if a := h.Acknowledgement; a != nil {
		out.Acknowledgement = &Acknowledgement{At: a.At, By: a.By, Plan: a.Plan, DueOn: string(a.DueOn)}
	}
	if e := h.EarlyExit; e != nil {
		out.EarlyExit = &EarlyExit{At: e.At, By: e.By, Done: e.Done}
	}
	if d := h.Dispute; d != nil {
		out.Dispute = &Dispute{At: d.At, By: d.By, Reason: d.Reason, Approver: string(d.Approver), SuspendedUntil: d.SuspendedUntil}
		if u := d.Ruling; u != nil {
			out.Dispute.Ruling = &Ruling{At: u.At, By: u.By, Outcome: string(u.Outcome), Note: u.Note}
			if u.Reread != nil {
				out.Dispute.Ruling.Reread = &TimeRange{From: u.Reread.From, To: u.Reread.To}
			}
		}
	}
	return out
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
	policies := map[id.ID]policy.View{} // there are few
	for _, one := range distinct(each(violations, func(v policy.Violation) id.ID { return v.Policy })) {
		p, err := r.Policies.Get(ctx, string(one))
		if err != nil {
			return nil, err
		}
		policies[one] = p
	}
	acts, err := r.Policies.Acts(ctx, violations, services, policies)
	if err != nil {
		return nil, err
	}
	out := make([]Violation, len(violations))
	for i, v := range violations {
		out[i] = Violation{
			ID: string(v.ID), Policy: ref(v.Policy, policies[v.Policy].Policy.Slug), Clause: v.Clause,
			Service: services.ref(v.Service), SLO: ref(v.SLO, slos[v.SLO].SLO.Slug), Mode: string(v.Mode),
			Open: v.EndedAt == nil, OpenedAt: v.OpenedAt, EndedAt: v.EndedAt,
			Evidence: Evidence{
				SLORevisionID: string(v.Evidence.SLORevision), PolicyRevisionID: string(v.Revision),
				Objective: v.Evidence.Objective, WindowEnd: v.Evidence.WindowEnd,
				Good: measure.Events(v.Evidence.Good), Total: measure.Events(v.Evidence.Total),
				ConsumedPercent: v.Evidence.ConsumedPercent, When: v.Evidence.When,
				Facts: each(v.Evidence.Facts, func(k fact.Known) KnownFact { return KnownFact(k) }),
			},
			Handling: toHandling(v.Handling), MutedUntil: v.MutedUntil,
			Acts: each(acts[i], toAct), Version: v.Version,
		}
		if v.Ending != "" {
			ending := string(v.Ending)
			out[i].Ending = &ending
		}
	}
	return out, nil
}

func toViolationClaim(c claim.Claim) ViolationClaim {
	return ViolationClaim{
		Asked: c.Asked, PriorityActions: c.PriorityActions, Satisfied: c.Satisfied(), Lacks: c.Lacks(),
		Postmortems: each(c.Owed, func(o claim.Owed) ClaimedPostmortem {
			return ClaimedPostmortem{IncidentID: string(o.Incident.ID), Title: o.Incident.Title, Status: string(o.Status), Waived: o.Waived, Planned: len(o.Planned), Done: o.Done}
		}),
	}
}
