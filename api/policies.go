package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
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
		return listed(ctx, policies, toPolicy), nil
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
		return create(ctx, a, in.Once, creation[policy.View, Policy]{
			make: func(ctx context.Context) (policy.View, error) {
				return r.Policies.Create(ctx, fromPolicyInput(in.Body))
			},
			load: func(ctx context.Context, made id.ID) (policy.View, error) { return r.Policies.Get(ctx, string(made)) },
			name: func(v policy.View) (id.ID, int64, string) {
				return v.Policy.ID, v.Policy.Version, "/v1/budget-policies/" + v.Policy.Slug
			},
			show: toPolicy,
		})
	})

	type get struct {
		PolicyPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getPolicy", method: http.MethodGet, path: "/v1/budget-policies/{policy}", tag: "Policies", summary: "Get an error-budget policy", description: "With its current clauses; earlier ones are among its revisions.", rule: read,
	}, func(ctx context.Context, in *get) (*reply[Policy], error) {
		v, err := r.Policies.Get(ctx, in.Policy)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, v.Policy.Version, toPolicy(v)), nil
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
		if err != nil {
			return nil, err
		}
		return current(v.Policy.Version, toPolicy(v)), nil
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
	d := policy.Draft{Slug: in.Slug, Name: in.Name, Description: in.Description, Clauses: make([]policy.Clause, len(in.Clauses))}
	for i, c := range in.Clauses {
		d.Clauses[i] = policy.Clause(c)
	}
	return d
}

func toPolicy(v policy.View) Policy {
	return Policy{
		ID: string(v.Policy.ID), Slug: v.Policy.Slug, Name: v.Policy.Name, Description: v.Policy.Description,
		Revision: v.Policy.Revision, Clauses: toClauses(v.Revision.Clauses), Author: v.Revision.Author,
		CreatedAt: v.Policy.CreatedAt, UpdatedAt: v.Policy.UpdatedAt, Version: v.Policy.Version,
	}
}

func toPolicyRevision(r policy.Revision) PolicyRevision {
	return PolicyRevision{ID: string(r.ID), Number: r.Number, Clauses: toClauses(r.Clauses), Author: r.Author, CreatedAt: r.CreatedAt}
}

func toClauses(clauses []policy.Clause) []Clause {
	out := make([]Clause, len(clauses))
	for i, c := range clauses {
		out[i] = Clause(c)
		if c.IssueLabels == nil {
			out[i].IssueLabels = []string{} // never null
		}
	}
	return out
}
