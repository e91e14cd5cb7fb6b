package api

import (
	"cmp"
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
)

type PolicyPath struct {
	Policy string `path:"policy" maxLength:"63" doc:"Slug or identifier of the policy." example:"error-budget"`
}

func (a *API) addPolicies(r Rooms) {
	read := access.Rule{Verb: access.Read, Kind: access.KindPolicy}
	register(a, operation{
		id: "listPolicies", method: http.MethodGet, path: "/v1/budget-policies", tag: "Policies", summary: "List error-budget policies", description: "By slug. A policy acts where it is attached.", rule: read,
	}, func(ctx context.Context, in *Paging) (*list[Policy], error) {
		policies, err := r.Policies.List(ctx, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.policies(ctx, policies.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Policy]{Items: shown, Next: policies.Next}, itself[Policy]), nil
	})

	type post struct {
		Once
		Body PolicyInput
	}
	register(a, operation{
		id: "createPolicy", method: http.MethodPost, path: "/v1/budget-policies", tag: "Policies", summary: "Create an error-budget policy",
		description: "It does nothing until it is attached.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindPolicy},
	}, func(ctx context.Context, in *post) (*created[Policy], error) {
		return create(ctx, a, in.Once, creation[Policy, Policy]{
			make: func(ctx context.Context) (Policy, error) {
				v, err := r.Policies.Create(ctx, fromPolicyInput(in.Body))
				return single(ctx, v, err, r.policies)
			},
			load: func(ctx context.Context, made id.ID) (Policy, error) {
				v, err := r.Policies.Get(ctx, string(made))
				return single(ctx, v, err, r.policies)
			},
			name: func(p Policy) (id.ID, int64, string) {
				return id.ID(p.ID), p.Version, "/v1/budget-policies/" + p.Slug
			},
			show: itself[Policy],
		})
	})

	type get struct {
		PolicyPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getPolicy", method: http.MethodGet, path: "/v1/budget-policies/{policy}", tag: "Policies", summary: "Get an error-budget policy", description: "With what it says now; what it said before is among its revisions.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Policy], error) {
		v, err := r.Policies.Get(ctx, in.Policy)
		shown, err := single(ctx, v, err, r.policies)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, shown.Version, shown), nil
	})

	type put struct {
		PolicyPath
		IfMatch
		Body PolicyInput
	}
	register(a, operation{
		id: "revisePolicy", method: http.MethodPut, path: "/v1/budget-policies/{policy}", tag: "Policies", summary: "Revise an error-budget policy",
		description: "The body replaces what was declared. Changed clauses are a new revision; violations name the revision that found them.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindPolicy},
	}, func(ctx context.Context, in *put) (*reply[Policy], error) {
		v, err := r.Policies.Revise(ctx, in.Policy, in.Version(), fromPolicyInput(in.Body))
		shown, err := single(ctx, v, err, r.policies)
		if err != nil {
			return nil, err
		}
		return current(shown.Version, shown), nil
	})

	type facts struct{ Body FactDeclarations }
	register(a, operation{
		id: "listFacts", method: http.MethodGet, path: "/v1/facts", tag: "Policies", summary: "List the facts that conditions can be written on",
		description: "By domain. What is known of one SLO is told by getSLOFacts.", rule: read,
	}, func(context.Context, *struct{}) (*facts, error) {
		return &facts{Body: FactDeclarations{Facts: each(r.Policies.Facts(), func(d fact.Declaration) FactDeclaration {
			return FactDeclaration{Name: d.Name, Type: string(d.Type), Doc: d.Doc, Values: append([]string{}, d.Values...)}
		})}}, nil
	})

	type rates struct{ Body ClauseRates }
	register(a, operation{
		id: "getClauseRates", method: http.MethodGet, path: "/v1/budget-policies/{policy}/rates", tag: "Policies", summary: "Tell how often clauses of a policy turned out wrong",
		description: "Of the violations of the last 90 days that were not only observed, by attachment and clause: how many were void, not planned or overridden. Where more than a fifth of at least five are, and not by one service alone where others broke the clause too, the attachment falls back to observe.", rule: read,
	}, func(ctx context.Context, in *PolicyPath) (*rates, error) {
		found, err := r.Policies.Rates(ctx, in.Policy)
		if err != nil {
			return nil, err
		}
		return &rates{Body: ClauseRates{Rates: each(found, func(x policy.Rate) ClauseRate {
			return ClauseRate{
				Attachment: string(x.Attachment), Clause: x.Clause, Violations: x.Violations, Void: x.Void, NotPlanned: x.Waived,
				Overridden: x.Overridden, Doubted: x.Doubted, DoubtedShare: x.Share(), Services: x.Services, Doubting: x.Doubting, TooHigh: x.TooHigh(),
			}
		})}}, nil
	})

	type revisions struct {
		PolicyPath
		Paging
	}
	register(a, operation{
		id: "listPolicyRevisions", method: http.MethodGet, path: "/v1/budget-policies/{policy}/revisions", tag: "Policies",
		summary: "List the revisions of an error-budget policy", description: "The newest first.", rule: read,
	}, func(ctx context.Context, in *revisions) (*list[PolicyRevision], error) {
		found, err := r.Policies.Revisions(ctx, in.Policy, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, found, toPolicyRevision), nil
	})
}

func fromPolicyInput(in PolicyInput) policy.Draft {
	hours := policy.DisputeHours
	if in.DisputeHours != nil {
		hours = *in.DisputeHours
	}
	return policy.Draft{
		Slug: in.Slug, Name: in.Name, Description: in.Description,
		Terms: policy.Terms{Clauses: each(in.Clauses, fromClauseInput), Reserve: in.Reserve, DisputeHours: hours, Approval: policy.Approval{
			Author: in.Approval.Author, Reviewers: in.Approval.Reviewers, Approver: id.ID(in.Approval.Approver),
			ApprovedOn: clock.Date(in.Approval.ApprovedOn), RevisitOn: clock.Date(in.Approval.RevisitOn),
		}},
	}
}

func fromClauseInput(in ClauseInput) policy.Clause {
	c := policy.Clause{Name: in.Name, Description: in.Description, When: in.When}
	if in.Freeze != nil {
		c.Freeze = &policy.Freeze{EarlyExit: in.Freeze.EarlyExit, Allow: each(in.Freeze.Allow, func(class string) policy.ChangeClass { return policy.ChangeClass(class) })}
	}
	if in.Issue != nil {
		c.Issue = &policy.IssueAction{
			Priority: cmp.Or(policy.Priority(in.Issue.Priority), policy.PriorityP1), Labels: in.Issue.Labels, Template: in.Issue.Template, CloseOnRecovery: in.Issue.CloseOnRecovery,
		}
	}
	if in.Postmortem != nil {
		c.Postmortem = &policy.PostmortemClaim{PriorityActions: in.Postmortem.PriorityActions}
	}
	if in.Escalate != nil {
		c.Escalate = &policy.Escalation{To: policy.Audience(in.Escalate.To), AfterDays: in.Escalate.AfterDays}
	}
	if in.Notify != nil {
		c.Notify = &policy.Notification{To: each(in.Notify.To, func(to string) policy.Audience { return policy.Audience(to) })}
	}
	return c
}

// policies shows them, with what somebody should look at.
func (r Rooms) policies(ctx context.Context, of []policy.View) ([]Policy, error) {
	warnings, err := r.Policies.Warnings(ctx, of)
	if err != nil {
		return nil, err
	}
	out := make([]Policy, len(of))
	for i, v := range of {
		out[i] = toPolicy(v, warnings[i])
	}
	return out, nil
}

func toPolicy(v policy.View, warnings []string) Policy {
	return Policy{
		ID: string(v.Policy.ID), Slug: v.Policy.Slug, Name: v.Policy.Name, Description: v.Policy.Description,
		Revision: v.Policy.Revision, Clauses: each(v.Revision.Clauses, toClause), Reserve: v.Revision.Reserve, DisputeHours: v.Revision.DisputeHours, Approval: toApproval(v.Revision.Approval), Warnings: warnings,
		RevisedBy: v.Revision.RevisedBy,
		CreatedAt: v.Policy.CreatedAt, UpdatedAt: v.Policy.UpdatedAt, Manager: v.Policy.Manager, Version: v.Policy.Version,
	}
}

func toPolicyRevision(r policy.Revision) PolicyRevision {
	return PolicyRevision{
		ID: string(r.ID), Number: r.Number, Clauses: each(r.Clauses, toClause), Reserve: r.Reserve, DisputeHours: r.DisputeHours, Approval: toApproval(r.Approval), RevisedBy: r.RevisedBy, CreatedAt: r.CreatedAt,
	}
}

func toApproval(a policy.Approval) Approval {
	return Approval{
		Author: a.Author, Reviewers: a.Reviewers, Approver: string(a.Approver), ApprovedOn: string(a.ApprovedOn), RevisitOn: string(a.RevisitOn),
	}
}

func toClause(c policy.Clause) Clause {
	out := Clause{Name: c.Name, Description: c.Description, When: c.When}
	if c.Freeze != nil {
		out.Freeze = &Freeze{EarlyExit: c.Freeze.EarlyExit, Allow: each(c.Freeze.Allow, func(class policy.ChangeClass) string { return string(class) })}
	}
	if c.Issue != nil {
		out.Issue = &IssueAction{Priority: string(c.Issue.Priority), Labels: c.Issue.Labels, Template: c.Issue.Template, CloseOnRecovery: c.Issue.CloseOnRecovery}
	}
	if c.Postmortem != nil {
		out.Postmortem = &PostmortemAction{PriorityActions: c.Postmortem.PriorityActions}
	}
	if c.Escalate != nil {
		out.Escalate = &Escalation{To: string(c.Escalate.To), AfterDays: c.Escalate.AfterDays}
	}
	if c.Notify != nil {
		out.Notify = &NotifyAction{To: each(c.Notify.To, func(to policy.Audience) string { return string(to) })}
	}
	return out
}
