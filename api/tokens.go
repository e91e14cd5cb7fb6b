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

type TokenPath struct {
	Token string `path:"token" maxLength:"26" doc:"Identifier of the token: what stands between its first two underscores."`
}

func (a *API) addTokens(r Rooms) {
	type query struct {
		Paging
		Team   string `query:"team" maxLength:"63" doc:"Only workload tokens of this team, by slug or identifier."`
		Person string `query:"person" maxLength:"26" doc:"Only tokens of the person with this identifier; your own when neither is given."`
	}
	register(a, operation{
		id: "listTokens", method: http.MethodGet, path: "/v1/tokens", tag: "Tokens",
		summary: "List tokens", description: "Your own, those of a team that you belong to, or, for administrators, anybody's. Secrets are never shown.",
		rule: access.Rule{Verb: access.Read, Kind: access.KindToken}, errors: renamed,
	}, func(ctx context.Context, in *query) (*list[Token], error) {
		f := access.TokenFilter{Person: id.ID(in.Person)}
		if in.Team != "" {
			team, err := r.Registry.TeamFor(ctx, in.Team)
			if err != nil {
				return nil, atQuery("team", in.Team, err)
			}
			f.Team = team.ID
		} else if in.Person == "" {
			f.Person = access.CallerFrom(ctx).Person
		}
		tokens, err := r.Access.Tokens(ctx, f, in.Request())
		if err != nil {
			return nil, err
		}
		shown, err := r.tokens(ctx, tokens.Items)
		if err != nil {
			return nil, err
		}
		return listed(ctx, page.Page[Token]{Items: shown, Next: tokens.Next}, itself[Token]), nil
	})

	type post struct {
		Once
		Body TokenCreate
	}
	register(a, operation{
		id: "createToken", method: http.MethodPost, path: "/v1/tokens", tag: "Tokens",
		summary: "Make a token", description: "A personal token of your own, or a workload's for a team that you belong to. Its text is shown this once: the replay of an Idempotency-Key does not show it again.",
		rule: access.Rule{Verb: access.Create, Kind: access.KindToken},
	}, func(ctx context.Context, in *post) (*created[TokenIssued], error) {
		return create(ctx, a, in.Once, creation[TokenIssued, TokenIssued]{
			make: func(ctx context.Context) (TokenIssued, error) { return r.issueToken(ctx, in.Body) },
			load: func(ctx context.Context, made id.ID) (TokenIssued, error) { return r.issued(ctx, made) },
			name: nameOfIssued,
			show: itself[TokenIssued],
		})
	})

	type tokenReply struct{ Body Token }
	register(a, operation{
		id: "getToken", method: http.MethodGet, path: "/v1/tokens/{token}", tag: "Tokens",
		summary: "Get a token", description: "Without its secret.", rule: access.Rule{Verb: access.Read, Kind: access.KindToken},
	}, func(ctx context.Context, in *TokenPath) (*tokenReply, error) {
		t, err := r.Access.Token(ctx, id.ID(in.Token))
		shown, err := r.token(ctx, t, err)
		if err != nil {
			return nil, err
		}
		return &tokenReply{Body: shown}, nil
	})
	register(a, operation{
		id: "revokeToken", method: http.MethodDelete, path: "/v1/tokens/{token}", tag: "Tokens",
		summary: "Revoke a token", description: "It is refused from now on. Revoking it again changes nothing.",
		rule: access.Rule{Verb: access.Delete, Kind: access.KindToken},
	}, func(ctx context.Context, in *TokenPath) (*nothing, error) {
		return nil, r.Access.RevokeToken(ctx, id.ID(in.Token))
	})
}

func (r Rooms) issueToken(ctx context.Context, in TokenCreate) (TokenIssued, error) {
	given := access.TokenInput{Kind: access.PersonalToken, Name: in.Name, Scopes: fromScopes(in.Scopes), LifetimeDays: in.LifetimeDays}
	if in.Team != "" {
		var check fault.Check
		team, _, err := registry.Refer(ctx, &check, "/team", in.Team, r.Registry.TeamFor)
		if err == nil {
			err = check.Err()
		}
		if err != nil {
			return TokenIssued{}, err
		}
		given.Kind, given.Team = access.WorkloadToken, team.ID
	}
	t, text, err := r.Access.IssueToken(ctx, given)
	shown, err := r.token(ctx, t, err)
	if err != nil {
		return TokenIssued{}, err
	}
	return TokenIssued{Token: shown, Text: &text}, nil
}

func (r Rooms) token(ctx context.Context, t access.Token, err error) (Token, error) {
	return single(ctx, t, err, r.tokens)
}

// tokens shows tokens with the names of their teams.
func (r Rooms) tokens(ctx context.Context, tokens []access.Token) ([]Token, error) {
	teams, err := r.teamNames(ctx, each(tokens, func(t access.Token) id.ID { return t.Team }))
	if err != nil {
		return nil, err
	}
	out := make([]Token, len(tokens))
	for i, t := range tokens {
		out[i] = Token{
			ID: string(t.ID), Kind: string(t.Kind), Name: t.Name, PersonID: string(t.Person), Team: optionalRef(t.Team, teams[t.Team].Slug),
			Scopes: toScopes(t.Scopes), CreatedAt: t.CreatedAt, ExpiresAt: t.ExpiresAt, LastUsedAt: t.LastUsedAt, RevokedAt: t.RevokedAt,
			Predecessor: string(t.Predecessor), Successor: string(t.Successor), Exchanged: t.Exchanged, WorkloadIdentity: string(t.Identity),
		}
	}
	return out, nil
}
