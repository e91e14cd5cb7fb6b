package app

import (
	"context"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/backstage"
)

// believePortal has the tokens of a portal verified, where one is configured.
func (a *App) believePortal() error {
	p := a.opts.Config.Portal
	if p.URL == "" {
		return nil
	}
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_portal_tokens_refused_total", Help: "Tokens of the portal that were not taken, by reason.",
	}, []string{"reason"})
	a.metrics.MustRegister(refused)
	var err error
	a.portal, err = backstage.New(backstage.Options{
		URL: p.URL, APIURL: p.APIURL, Audience: p.Audience, Plugins: p.Plugins, OwnPlugins: p.OwnPlugins,
		People: a.Access, Clock: a.now, Metrics: a.outgoing, Logger: a.log,
		Refused: func(reason backstage.Reason) { refused.WithLabelValues(string(reason)).Inc() },
	})
	if err != nil {
		return err
	}
	a.onClose(func(context.Context) error { a.portal.Close(); return nil })
	return nil
}

// authenticator tells who presents a token of whichever kind.
func (a *App) authenticator() api.Authenticator {
	if a.portal == nil {
		return a.Access
	}
	return bearers{own: a.Access, portal: a.portal}
}

// bearers tells the tokens of a portal from Evenkeel's own by their shape, so that what is
// wrong with the one never matters to the other.
type bearers struct {
	own    *access.Service
	portal *backstage.Verifier
}

// Authenticate verifies a token.
func (b bearers) Authenticate(ctx context.Context, token string) (access.Caller, error) {
	if backstage.IsToken(token) {
		return b.portal.Authenticate(ctx, token)
	}
	return b.own.Authenticate(ctx, token)
}

// Lasting returns that of a token by which its owner is known again.
func (b bearers) Lasting(token string) string {
	if backstage.IsToken(token) {
		return b.portal.Lasting(token)
	}
	return b.own.Lasting(token)
}
