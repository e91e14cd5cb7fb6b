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
		me := Me{Kind: string(c.Kind), Name: c.Name, Administrator: c.Administers(), Scopes: toScopes(c.Scopes), Teams: []MyTeam{}}
		if p := account.Person; p != nil {
			me.Person = &PersonRef{ID: string(p.ID), Name: p.DisplayName}
			teams, err := r.Registry.Teams(ctx, registry.TeamFilter{Member: p.ID}, page.Request{Limit: page.MaxLimit})
			if err != nil {
				return nil, err
			}
			for _, t := range teams.Items {
				me.Teams = append(me.Teams, MyTeam{Ref: ref(t.ID, t.Slug), Name: t.Name})
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

	type rightsQuery struct {
		Team string `query:"team" maxLength:"63" doc:"The team that owns the things, by slug or identifier; without one, things that no team owns and are the caller's own."`
	}
	type rightsReply struct{ Body Rights }
	register(a, operation{
		id: "getMyRights", method: http.MethodGet, path: "/v1/me/rights", tag: "Account",
		summary: "Get what the caller may do", description: "Every verb and kind, with the reason for each that is refused, so that a page can say why something cannot be done. Rules about single things come on top: that another person approves, who reads a restricted incident. What exemptions, launch reviews, violations and overrides let the caller do, with these rules, is in their acts.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindSelf}, errors: renamed,
	}, func(ctx context.Context, in *rightsQuery) (*rightsReply, error) {
		var reply rightsReply
		var team id.ID
		if in.Team != "" {
			t, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			team = t.ID
			reply.Body.Team = optionalRef(t.ID, t.Slug)
		}
		rights, err := r.Access.Rights(ctx, team, a.rules())
		if err != nil {
			return nil, err
		}
		reply.Body.Rights = each(rights, func(one access.Right) Right {
			return Right{Verb: string(one.Verb), Kind: string(one.Kind), Allowed: one.Allowed, Reason: one.Reason}
		})
		return &reply, nil
	})
}

func toAct(a access.Act) Act {
	return Act{Act: a.Name, Allowed: a.Allowed(), Code: a.Code, Reason: a.Reason}
}

// rules are those that the operations declare.
func (a *API) rules() []access.Rule {
	var rules []access.Rule
	for _, e := range a.endpoints {
		if !e.public {
			rules = append(rules, e.rule)
		}
	}
	return rules
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
