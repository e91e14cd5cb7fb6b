package oidc

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
)

// Bearers tells whose tokens are exchanged, by their issuer and audience: people's, of the provider that
// signs them in, and workloads', of issuers that are trusted to say what they are.
type Bearers struct {
	People    *People // nil where no provider signs people in
	Workloads map[string]*Issuer
	Access    *access.Service
}

// Exchange makes a token of Evenkeel in exchange for one of a provider.
//
// Faults: Unauthenticated "provider_token_invalid", where no issuer is known too; those of People.Verify,
// access.Service.ExchangePerson and ExchangeWorkload; Unavailable "provider_unavailable".
func (b *Bearers) Exchange(ctx context.Context, text string, in access.ExchangeInput) (access.Token, string, error) {
	issuer, audiences := unverified(text)
	if b.People != nil && issuer == b.People.options.URL && b.People.ours(audiences) {
		who, err := b.People.Verify(ctx, text)
		if err != nil {
			return access.Token{}, "", err
		}
		return b.Access.ExchangePerson(ctx, who, in)
	}
	of, trusted := b.Workloads[issuer]
	switch {
	case issuer == "":
		return access.Token{}, "", refuse("", isWrong("it is no signed token that names its issuer, or its alg is none of those that are taken"))
	case !trusted && b.People != nil && issuer == b.People.options.URL:
		return access.Token{}, "", refuse("", isWrong("it was made for %s, and not for Evenkeel", fault.Or(audiences)))
	case !trusted:
		return access.Token{}, "", refuse("", isWrong("tokens of %q are not taken here: an administrator names the issuers of workloads in workloads.issuers", fault.Clip(issuer, 64)))
	}
	t, err := of.verify(ctx, text)
	if err != nil {
		return access.Token{}, "", refuse(issuer, err)
	}
	return b.Access.ExchangeWorkload(ctx, t.verifiedToken(), in)
}
