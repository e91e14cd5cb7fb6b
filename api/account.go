package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/api/admission"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

func (a *API) addAccount(r Rooms) {
	type meReply struct{ Body Me }
	register(a, operation{
		id: "getMe", method: http.MethodGet, path: "/v1/me", tag: "Account",
		summary: "Get who calls", description: "The person or workload behind the token, what the token may be used for, and the person's teams.", rule: access.Rule{Verb: access.Read, Kind: access.KindSelf},
		class: admission.Critical,
	}, func(ctx context.Context, _ *nothing) (*meReply, error) {
		account, err := r.Access.Me(ctx)
		if err != nil {
			return nil, err
		}
		c := account.Caller
		me := Me{Kind: string(c.Kind), Name: c.Name, Administrator: c.Administers(), Scopes: toScopes(c.Scopes), Teams: []Ref{}}
		if p := account.Person; p != nil {
			me.Person = &PersonRef{ID: string(p.ID), Name: p.DisplayName}
			teams, err := r.Registry.Teams(ctx, registry.TeamFilter{Member: p.ID}, page.Request{Limit: page.MaxLimit})
			if err != nil {
				return nil, err
			}
			for _, t := range teams.Items {
				me.Teams = append(me.Teams, ref(t.ID, t.Slug))
			}
		}
		if c.Team != "" {
			names, err := r.teamNames(ctx, []id.ID{c.Team})
			if err != nil {
				return nil, err
			}
			me.Team = optionalRef(c.Team, names[c.Team].Slug)
		}
		return &meReply{Body: me}, nil
	})
}

func toScopes(scopes []access.Scope) []string {
	out := make([]string, len(scopes))
	for i, s := range scopes {
		out[i] = string(s)
	}
	return out
}

func fromScopes(scopes []string) []access.Scope {
	out := make([]access.Scope, len(scopes))
	for i, s := range scopes {
		out[i] = access.Scope(s)
	}
	return out
}
