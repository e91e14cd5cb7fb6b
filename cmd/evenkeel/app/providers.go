package app

import (
	"cmp"
	"context"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/oidc"
)

// believeProviders has people signed in by the provider that is configured, and tokens taken in exchange of the
// issuers that are trusted.
func (a *App) believeProviders() error {
	c := a.opts.Config
	a.exchanges = &oidc.Bearers{Access: a.Access, Workloads: map[string]*oidc.Issuer{}}
	if c.OIDC.Issuer != "" {
		o := c.OIDC.People(a.opts.BaseURL + "/signin/callback")
		o.Clock, o.Metrics, o.Logger = a.now, a.outgoing, a.log
		people, err := oidc.NewPeople(o)
		if err != nil {
			return err
		}
		a.people, a.exchanges.People = people, people
		a.onClose(func(context.Context) error { people.Close(); return nil })
	}
	for issuer, keys := range c.Workloads.Keys() {
		of, err := oidc.NewIssuer(oidc.IssuerOptions{
			URL: issuer, Keys: keys, CAFile: c.Workloads.CAFile, Clock: a.now, Metrics: a.outgoing, Logger: a.log,
		})
		if err != nil {
			return err
		}
		a.exchanges.Workloads[issuer] = of
		a.onClose(func(context.Context) error { of.Close(); return nil })
	}
	a.Access.LetIn(access.Workloads{Issuers: c.Workloads.Trusted(), Audience: a.workloadAudience()})
	return nil
}

// workloadAudience is for whom workloads have tokens made, unless they are told otherwise.
func (a *App) workloadAudience() string {
	return cmp.Or(a.opts.Config.Workloads.Audience, a.opts.BaseURL)
}

// signInMethods is what the API tells whoever wants to sign in.
func (a *App) signInMethods() api.SignInMethods {
	c := a.opts.Config
	m := api.SignInMethods{Workloads: api.WorkloadSignIn{Audience: a.workloadAudience(), Issuers: append([]string{}, c.Workloads.Trusted()...)}}
	if c.OIDC.Issuer != "" {
		m.Provider = &api.ProviderSignIn{Name: c.OIDC.Name, Issuer: c.OIDC.Issuer, DeviceClientID: c.OIDC.DeviceClientID, Scopes: append([]string{}, c.OIDC.Scopes...)}
	}
	return m
}
