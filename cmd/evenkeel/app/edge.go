package app

import (
	"net/http"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/api/dashboard"
	"github.com/evenkeel/evenkeel/services/promrules"
)

// openEdge puts the API and the pages over the services.
func (a *App) openEdge() {
	a.API = api.New(api.Config{
		Logger:        a.log,
		Authenticator: noting{a.authenticator(), a.diary}, Permitter: a.authorizer, Refusals: a.Audit, Idempotency: a.Idempotency,
		Registry: a.metrics, TracerProvider: a.tracer, MaxBody: int64(a.opts.Config.Limits.MaxBody),
		RequestTimeout: a.opts.Config.Limits.RequestTimeout,
		TrustedProxies: a.opts.Config.TrustedProxies, TrustedProxyHeader: a.opts.Config.TrustedProxyHeader,
		RequestsPerSecond: a.opts.Config.Limits.RequestsPerSecond, Burst: a.opts.Config.Limits.Burst,
		Ready: a.Store.Ping, PublicURL: a.opts.BaseURL,
		Observe: func(route string, status int, d time.Duration) { a.recorder.Observe(route, status, d) },
	})
	a.API.AddOperations(api.Rooms{
		Access: a.Access, Exchanges: a.exchanges, SignIn: a.signInMethods(), Audit: a.Audit, Seals: a.Seals, Registry: a.Registry, Catalog: a.Catalog, Scorecards: a.Scorecards, Exemptions: a.Exemptions, Campaigns: a.Campaigns, Manifests: a.Manifests, Onboarding: a.Onboarding, Adoption: a.Adoption, Launches: a.Launches, Sources: a.Sources, SLOs: a.SLOs, Rules: promrules.NewService(a.SLOs, a.Registry, a.now), SLAs: a.SLAs, Composites: a.Composites, Corrections: a.Corrections, Scores: a.Scores, Outages: a.Outages, Changes: a.Changes, Incidents: a.Incidents, Impact: a.Impact, Search: a.Search, Statistics: a.Statistics, Actions: a.Actions, Claims: a.claims(), Postmortems: a.Postmortems, Supply: a.Supply, Facts: a.Facts, Given: a.Given, Proposals: a.Proposals, Trials: a.Trials, Gate: a.Gate, Alerts: a.Alerts, Collection: a.Collection, Suggestions: a.Suggestions, Previews: a.Previews, Signals: a.Signals, Policies: a.Policies, Issues: a.Deliveries, Inbox: a.Webhooks, Notifications: a.Notifications, Drifts: a.Drifts, Reports: a.Reports, Evidence: a.Evidence, Jobs: a.Jobs, Toil: a.Toil,
	})
	a.API.HandleExports(a.OTLP)
	a.API.HandleWebhooks(a.webhooks)
	a.API.HandleIncidentWebhooks(a.incidentWebhooks)
	var provider dashboard.Provider
	if a.people != nil {
		provider = a.people
	}
	pages := dashboard.New(dashboard.Sources{
		Access: notingSessions{a.Access, a.diary}, Registry: a.Registry, DataSources: a.Sources, SLOs: a.SLOs, SLAs: a.SLAs, Composites: a.Composites, Corrections: a.Corrections, Scores: a.Scores, Outages: a.Outages, Changes: a.Changes, Incidents: a.Incidents, Impact: a.Impact, Search: a.Search, Statistics: a.Statistics, Postmortems: a.Postmortems, Actions: a.Actions, Given: a.Given, Exemptions: a.Exemptions, Campaigns: a.Campaigns, Manifests: a.Manifests, Onboarding: a.Onboarding, Audit: a.Audit, Seals: a.Seals, Adoption: a.Adoption, Launches: a.Launches, Scorecards: a.Scorecards, Claims: a.claims(), Drifts: a.Drifts, Proposals: a.Proposals, Alerts: a.Alerts, Signals: a.Signals, Policies: a.Policies, Trials: a.Trials, Gate: a.Gate, Issues: a.Deliveries, Webhooks: a.Webhooks, Notifications: a.Notifications, Reports: a.Reports, Jobs: a.Jobs, Collection: a.Collection, Toil: a.Toil,
	}, dashboard.Options{
		Now: a.now, PublicURL: a.opts.BaseURL, Version: a.opts.Version, RequestID: api.RequestID, Provider: provider, Logger: a.log,
	})
	a.API.NotFoundPage(pages.NotFound())
	for _, r := range pages.Routes() {
		if r.Heavy {
			a.API.HandleHeavy(r.Pattern, pages)
			continue
		}
		a.API.Handle(r.Method, r.Pattern, pages)
	}
}

// Handler is the whole HTTP surface.
func (a *App) Handler() http.Handler { return a.API }
