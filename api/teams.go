package api

import (
	"context"
	"net/http"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

type TeamPath struct {
	Team string `path:"team" maxLength:"63" doc:"Slug or identifier of the team." example:"payments"`
}

func (a *API) addTeams(r Rooms) {
	type query struct {
		Paging
		Parent string `query:"parent" maxLength:"63" doc:"Only teams right below this one, by slug or identifier."`
		Query  string `query:"query" maxLength:"100" doc:"Only teams with this in their slug or name."`
		Member string `query:"member" maxLength:"26" doc:"Only teams of the person with this identifier."`
	}
	register(a, operation{
		id: "listTeams", method: http.MethodGet, path: "/v1/teams", tag: "Teams",
		summary: "List teams", description: "Narrowed to those below a parent, or to those of a person, if asked for.", rule: access.Rule{Verb: access.Read, Kind: access.KindTeam}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Team], error) {
		f := registry.TeamFilter{Query: in.Query, Member: id.ID(in.Member)}
		if in.Parent != "" {
			parent, err := r.Registry.TeamFor(ctx, in.Parent)
			if err != nil {
				return nil, atQuery("parent", in.Parent, err)
			}
			f.Parent = parent.ID
		}
		teams, err := r.Registry.Teams(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		names, err := r.teamNames(ctx, each(teams.Items, func(t registry.Team) id.ID { return t.Parent }))
		if err != nil {
			return nil, err
		}
		return listed(ctx, teams, func(t registry.Team) Team { return toTeam(t, names) }), nil
	})

	type post struct {
		Once
		Body TeamInput
	}
	register(a, operation{
		id: "createTeam", method: http.MethodPost, path: "/v1/teams", tag: "Teams",
		summary: "Create a team", description: "The person who creates a team becomes its first member.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindTeam},
	}, func(ctx context.Context, in *post) (*created[Team], error) {
		return create(ctx, a, in.Once, creation[Team, Team]{
			make: func(ctx context.Context) (Team, error) {
				t, err := r.Registry.CreateTeam(ctx, fromTeamInput(in.Body))
				return r.team(ctx, t, err)
			},
			load: func(ctx context.Context, made id.ID) (Team, error) {
				t, err := r.Registry.TeamFor(ctx, string(made))
				return r.team(ctx, t, err)
			},
			name: func(t Team) (id.ID, int64, string) { return id.ID(t.ID), t.Version, "/v1/teams/" + t.Slug },
			show: itself[Team],
		})
	})

	type get struct {
		TeamPath
		IfNoneMatch
	}
	register(a, operation{
		id: "getTeam", method: http.MethodGet, path: "/v1/teams/{team}", tag: "Teams",
		summary: "Get a team", description: "By slug or identifier. A former slug leads to the current one.", rule: access.Rule{Verb: access.Read, Kind: access.KindTeam},
	}, func(ctx context.Context, in *get) (*reply[Team], error) {
		t, err := r.Registry.TeamFor(ctx, in.Team)
		team, err := r.team(ctx, t, err)
		if err != nil {
			return nil, err
		}
		return found(in.IfNoneMatch, team.Version, team), nil
	})

	type put struct {
		TeamPath
		IfMatch
		Body TeamInput
	}
	register(a, operation{
		id: "updateTeam", method: http.MethodPut, path: "/v1/teams/{team}", tag: "Teams",
		summary:     "Update a team",
		description: "The body replaces what was declared. Another slug renames the team: the former one stays reserved and leads to the new one.",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindTeam},
	}, func(ctx context.Context, in *put) (*reply[Team], error) {
		t, err := r.Registry.UpdateTeam(ctx, in.Team, in.Version(), fromTeamInput(in.Body))
		team, err := r.team(ctx, t, err)
		if err != nil {
			return nil, err
		}
		return current(team.Version, team), nil
	})

	type del struct {
		TeamPath
		IfMatch
	}
	register(a, operation{
		id: "deleteTeam", method: http.MethodDelete, path: "/v1/teams/{team}", tag: "Teams",
		summary: "Delete a team", description: "Only a team that owns nothing and has no teams below it.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindTeam},
	}, func(ctx context.Context, in *del) (*nothing, error) {
		return nil, r.Registry.DeleteTeam(ctx, in.Team, in.Version())
	})
}

func (a *API) addMembers(r Rooms) {
	type query struct {
		TeamPath
		Paging
	}
	register(a, operation{
		id: "listMembers", method: http.MethodGet, path: "/v1/teams/{team}/members", tag: "Teams",
		summary: "List the members of a team", description: "The people who look after what the team owns.", rule: access.Rule{Verb: access.Read, Kind: access.KindMember},
	}, func(ctx context.Context, in *query) (*list[Member], error) {
		members, err := r.Registry.Members(ctx, in.Team, in.Request())
		if err != nil {
			return nil, err
		}
		return listed(ctx, members, toMember), nil
	})

	type one struct {
		TeamPath
		Person string `path:"person" maxLength:"26" doc:"Identifier of the person."`
	}
	type memberReply struct{ Body Member }
	register(a, operation{
		id: "addMember", method: http.MethodPut, path: "/v1/teams/{team}/members/{person}", tag: "Teams",
		summary: "Add a person to a team", description: "Adding somebody who is a member already changes nothing.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindMember},
	}, func(ctx context.Context, in *one) (*memberReply, error) {
		m, err := r.Registry.AddMember(ctx, in.Team, id.ID(in.Person))
		if err != nil {
			return nil, err
		}
		return &memberReply{Body: toMember(m)}, nil
	})
	register(a, operation{
		id: "removeMember", method: http.MethodDelete, path: "/v1/teams/{team}/members/{person}", tag: "Teams",
		summary: "Remove a person from a team", description: "What they decided for the team stays as it is.", rule: access.Rule{Verb: access.Delete, Kind: access.KindMember},
	}, func(ctx context.Context, in *one) (*nothing, error) {
		return nil, r.Registry.RemoveMember(ctx, in.Team, id.ID(in.Person))
	})
}

// team shows a team with the name of its parent.
func (r Rooms) team(ctx context.Context, t registry.Team, err error) (Team, error) {
	if err != nil {
		return Team{}, err
	}
	names, err := r.teamNames(ctx, []id.ID{t.Parent})
	if err != nil {
		return Team{}, err
	}
	return toTeam(t, names), nil
}

func fromTeamInput(in TeamInput) registry.TeamInput {
	return registry.TeamInput{Slug: in.Slug, Name: in.Name, Description: in.Description, Parent: in.Parent, Contact: in.Contact, DefaultRepository: in.DefaultRepository, IssueAssignee: in.IssueAssigneeID}
}

func toTeam(t registry.Team, names teamNames) Team {
	return Team{
		ID: string(t.ID), Slug: t.Slug, Name: t.Name, Description: t.Description,
		Parent: optionalRef(t.Parent, names[t.Parent].Slug), Contact: t.Contact, DefaultRepository: t.DefaultRepository, IssueAssigneeID: string(t.IssueAssignee),
		Entity: entityOf(t.Managed), Managed: managedFields(t.Managed),
		CreatedAt: t.CreatedAt, UpdatedAt: t.UpdatedAt, Version: t.Version,
	}
}

func toMember(m registry.Member) Member {
	return Member{Person: PersonRef{ID: string(m.Person), Name: m.Name}, JoinedAt: m.JoinedAt, Manager: m.Manager}
}
