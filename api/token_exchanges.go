package api

import (
	"context"
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Exchanges makes tokens in exchange for those of providers.
type Exchanges interface {
	Exchange(ctx context.Context, token string, in access.ExchangeInput) (access.Token, string, error)
}

func (a *API) addTokenExchanges(r Rooms) {
	type methodsReply struct{ Body SignInMethods }
	register(a, operation{
		id: "getSignInMethods", method: http.MethodGet, path: "/v1/sign-in-methods", tag: "Tokens", public: true,
		summary: "Get how people and workloads come in", description: "For programs that get a token by themselves, such as evenkeel login. It takes no token.",
	}, func(context.Context, *nothing) (*methodsReply, error) { return &methodsReply{Body: r.SignIn}, nil })

	// An exchange takes no Idempotency-Key: its answer is a secret, which no replay shows, and a token too
	// many ends by itself.
	type post struct{ Body TokenExchange }
	type exchangedReply struct{ Body TokenExchanged }
	register(a, operation{
		id: "exchangeToken", method: http.MethodPost, path: "/v1/token-exchanges", tag: "Tokens", public: true, status: http.StatusCreated,
		summary: "Exchange a token of a provider", description: "It is verified, and a token of Evenkeel made that lasts for a while: a personal one for an ID token of the provider that signs people in, and one of its team for that of a workload that exactly one team's workload identities let in. It takes no other token.",
		errors: []int{http.StatusUnauthorized, http.StatusForbidden},
	}, func(ctx context.Context, in *post) (*exchangedReply, error) {
		made, text, err := r.Exchanges.Exchange(ctx, in.Body.Token, access.ExchangeInput{
			Scopes: fromScopes(in.Body.Scopes), Lifetime: time.Duration(in.Body.LifetimeSeconds) * time.Second,
		})
		// Who has the token now may read no more than its scopes say; the name of its team is told either way.
		shown, err := r.token(access.WithCaller(ctx, access.System("token exchange")), made, err)
		if err != nil {
			return nil, err
		}
		return &exchangedReply{Body: TokenExchanged{Token: shown, Text: text}}, nil
	})
}

func (a *API) addTokenRotations(r Rooms) {
	type post struct {
		TokenPath
		Once
		Body TokenRotation
	}
	register(a, operation{
		id: "rotateToken", method: http.MethodPost, path: "/v1/tokens/{token}/rotations", tag: "Tokens", summary: "Rotate a token",
		description: "A successor is made, with the same name, kind, owner and scopes, and the token itself ends after the grace. Its text is shown this once: the replay of an Idempotency-Key does not show it again. Two tokens of a line are good at the same time at most (409 tokens_live).",
		rule:        access.Rule{Verb: access.Update, Kind: access.KindToken},
	}, func(ctx context.Context, in *post) (*created[TokenIssued], error) {
		return create(ctx, a, in.Once, creation[TokenIssued, TokenIssued]{
			make: func(ctx context.Context) (TokenIssued, error) {
				given := access.RotationInput{Grace: access.DefaultGrace, LifetimeDays: in.Body.LifetimeDays}
				if in.Body.GraceSeconds != nil {
					given.Grace = time.Duration(*in.Body.GraceSeconds) * time.Second
				}
				t, text, err := r.Access.RotateToken(ctx, id.ID(in.Token), given)
				shown, err := r.token(ctx, t, err)
				if err != nil {
					return TokenIssued{}, err
				}
				return TokenIssued{Token: shown, Text: &text}, nil
			},
			load: func(ctx context.Context, made id.ID) (TokenIssued, error) { return r.issued(ctx, made) },
			name: nameOfIssued,
			show: itself[TokenIssued],
		})
	})
}

// issued shows a token that was made before, without its text.
func (r Rooms) issued(ctx context.Context, made id.ID) (TokenIssued, error) {
	t, err := r.Access.Token(ctx, made)
	shown, err := r.token(ctx, t, err)
	return TokenIssued{Token: shown}, err
}

func nameOfIssued(t TokenIssued) (id.ID, int64, string) { return id.ID(t.ID), 1, "/v1/tokens/" + t.ID }
