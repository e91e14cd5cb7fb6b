package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type WorkloadIdentityPath struct {
	Identity string `path:"workloadIdentity" maxLength:"26" doc:"Identifier of the workload identity."`
}

func (a *API) addWorkloadIdentities(r Rooms) {
	const path = "/v1/workload-identities"
	read := access.Rule{Verb: access.Read, Kind: access.KindWorkloadIdentity}
	type query struct {
		Paging
		Team string `query:"team" maxLength:"63" doc:"Only those of this team, by slug or identifier; those of all of your teams when left out."`
	}
	register(a, operation{
		id: "listWorkloadIdentities", method: http.MethodGet, path: path, tag: "Tokens", summary: "List workload identities",
		description: "Of teams that you belong to; administrators see all. The oldest first.", rule: read, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[WorkloadIdentity], error) {
		var team id.ID
		if in.Team != "" {
			found, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			team = found.ID
		}
		found, err := r.Access.WorkloadIdentities(ctx, team, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.workloadIdentities(ctx, found.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[WorkloadIdentity]{Items: shown, Next: found.Next}, itself[WorkloadIdentity]), nil
	})

	type post struct {
		Once
		Body WorkloadIdentityInput
	}
	register(a, operation{
		id: "createWorkloadIdentity", method: http.MethodPost, path: path, tag: "Tokens", summary: "Add a workload identity",
		description: "By members of the team, and administrators. From then on a token of the issuer that meets the claims can be exchanged for one of the team.",
		rule:        access.Rule{Verb: access.Create, Kind: access.KindWorkloadIdentity},
	}, func(ctx context.Context, in *post) (*created[WorkloadIdentity], error) {
		return create(ctx, a, in.Once, creation[WorkloadIdentity, WorkloadIdentity]{
			make: func(ctx context.Context) (WorkloadIdentity, error) {
				var check fault.Check
				team, _, err := registry.Refer(ctx, &check, "/team", in.Body.Team, r.Registry.TeamFor)
				if err == nil {
					err = check.Err()
				}
				if err != nil {
					return WorkloadIdentity{}, err
				}
				w, err := r.Access.CreateWorkloadIdentity(ctx, team.ID, fromWorkloadIdentityInput(in.Body))
				return single(ctx, w, err, r.workloadIdentities)
			},
			load: func(ctx context.Context, made id.ID) (WorkloadIdentity, error) {
				w, err := r.Access.WorkloadIdentity(ctx, made)
				return single(ctx, w, err, r.workloadIdentities)
			},
			name: func(w WorkloadIdentity) (id.ID, int64, string) { return id.ID(w.ID), w.Version, path + "/" + w.ID },
			show: itself[WorkloadIdentity],
		})
	})

	register(a, operation{
		id: "getWorkloadIdentity", method: http.MethodGet, path: path + "/{workloadIdentity}", tag: "Tokens", summary: "Get a workload identity",
		description: "For the members of its team, and administrators. When it was last used changes without the version, so that there is no 304.", rule: read,
	}, func(ctx context.Context, in *WorkloadIdentityPath) (*reply[WorkloadIdentity], error) {
		w, err := r.Access.WorkloadIdentity(ctx, id.ID(in.Identity))
		return r.workloadReply(ctx, w, err)
	})

	type put struct {
		WorkloadIdentityPath
		IfMatch
		Body WorkloadIdentityInput
	}
	register(a, operation{
		id: "updateWorkloadIdentity", method: http.MethodPut, path: path + "/{workloadIdentity}", tag: "Tokens", summary: "Update a workload identity",
		description: "The body replaces what was declared; the team has to stay. Where it lets others in than before, or for something else, tokens that it was exchanged for end.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindWorkloadIdentity},
	}, func(ctx context.Context, in *put) (*reply[WorkloadIdentity], error) {
		before, err := r.Access.WorkloadIdentity(ctx, id.ID(in.Identity))
		if err != nil {
			return nil, err
		}
		var check fault.Check
		team, _, err := registry.Refer(ctx, &check, "/team", in.Body.Team, r.Registry.TeamFor)
		if err == nil {
			check.Require(team.ID == "" || team.ID == before.Team, "/team", in.Body.Team, "must stay as it is; add a workload identity to the other team")
			err = check.Err()
		}
		if err != nil {
			return nil, err
		}
		w, err := r.Access.UpdateWorkloadIdentity(ctx, id.ID(in.Identity), in.Version(), fromWorkloadIdentityInput(in.Body))
		return r.workloadReply(ctx, w, err)
	})

	type del struct {
		WorkloadIdentityPath
		IfMatch
	}
	register(a, operation{
		id: "deleteWorkloadIdentity", method: http.MethodDelete, path: path + "/{workloadIdentity}", tag: "Tokens", summary: "Remove a workload identity",
		description: "Tokens that it was exchanged for end with it.", rule: access.Rule{Verb: access.Delete, Kind: access.KindWorkloadIdentity},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Access.DeleteWorkloadIdentity(ctx, id.ID(in.Identity), in.Version())
	})
}

func (r Rooms) workloadReply(ctx context.Context, w access.WorkloadIdentity, err error) (*reply[WorkloadIdentity], error) {
	body, err := single(ctx, w, err, r.workloadIdentities)
	if err != nil {
		return nil, err
	}
	return current(body.Version, body), nil
}

func fromWorkloadIdentityInput(in WorkloadIdentityInput) access.WorkloadIdentityInput {
	out := access.WorkloadIdentityInput{Name: in.Name, Issuer: in.Issuer, Audience: in.Audience, Scopes: fromScopes(in.Scopes)}
	for claim, value := range in.Claims {
		out.Claims = append(out.Claims, access.ClaimRule{Claim: claim, Value: value})
	}
	return out
}

// workloadIdentities shows identities with the names of their teams.
func (r Rooms) workloadIdentities(ctx context.Context, many []access.WorkloadIdentity) ([]WorkloadIdentity, error) {
	teams, err := r.teamNames(ctx, each(many, func(w access.WorkloadIdentity) id.ID { return w.Team }))
	if err != nil {
		return nil, err
	}
	return each(many, func(w access.WorkloadIdentity) WorkloadIdentity {
		claims := make(map[string]string, len(w.Claims))
		for _, rule := range w.Claims {
			claims[rule.Claim] = rule.Value
		}
		return WorkloadIdentity{
			ID: string(w.ID), Team: ref(w.Team, teams[w.Team].Slug), Name: w.Name, Issuer: w.Issuer, Audience: w.Audience, Claims: claims, Scopes: toScopes(w.Scopes),
			LastUsedAt: w.LastUsedAt, CreatedAt: w.CreatedAt, UpdatedAt: w.UpdatedAt, Version: w.Version,
		}
	}), nil
}
