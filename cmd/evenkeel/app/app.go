package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"go.opentelemetry.io/otel/trace"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/cmd/evenkeel/config"
	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/scorecards/exemption"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/launch"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/access/backstage"
	"github.com/evenkeel/evenkeel/services/access/oidc"
	"github.com/evenkeel/evenkeel/services/adoption"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/audit/seal"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/idempotency"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/hook"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
	"github.com/evenkeel/evenkeel/services/measure/self"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/onboarding"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/report/evidence"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/signing"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/preview"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/slo/sla"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/toil"
)

// Options say how to put the program together.
type Options struct {
	Config config.Config
	// BaseURL is where people reach it, such as "http://127.0.0.1:8080".
	BaseURL string
	Version string
	Clock   clock.Clock // nil means clock.System
	Logger  *slog.Logger
	// Tracker is where issues are delivered as Delivery says; nil for GitHub as it is
	// configured, or nowhere.
	Tracker  delivery.Tracker
	Delivery delivery.Settings
}

// App is the program put together: its rooms, open and ready to serve.
type App struct {
	opts    Options
	log     *slog.Logger
	now     clock.Clock
	metrics *prometheus.Registry
	tracer  trace.TracerProvider
	closing []func(context.Context) error // run last first

	Store         *store.Store
	Access        *access.Service
	Audit         *audit.Service
	Seals         *seal.Service
	Idempotency   *idempotency.Service
	Registry      *registry.Registry
	Catalog       *catalog.Service
	Measure       *measure.Service
	Sources       *source.Service
	OTLP          *otlp.Service
	SLOs          *slo.Service
	SLAs          *sla.Service
	Composites    *composite.Service
	Corrections   *correction.Service
	Scores        *score.Service
	Outages       *outage.Service
	Changes       *change.Service
	Incidents     *incident.Service
	Actions       *action.Service
	Given         *given.Service
	Scorecards    *scorecards.Service
	Exemptions    *exemption.Service
	Campaigns     *campaign.Service
	Manifests     *manifest.Desk
	Onboarding    *onboarding.Service
	Adoption      *adoption.Service
	Launches      *launch.Service
	Postmortems   *postmortem.Service
	Impact        *impact.Service
	Search        *search.Service
	Statistics    *statistics.Service
	Supply        *supply.Service
	Facts         *fact.Book[slo.View]
	ServiceFacts  *fact.Book[registry.Service]
	Drifts        *drift.Service
	Alerts        *alert.Service
	Proposals     *proposal.Service
	Collection    *collect.Service
	Suggestions   *suggest.Desk
	Previews      *preview.Service
	Signals       *signals.Service
	Policies      *policy.Service
	Trials        *trial.Service
	Gate          *gate.Service
	Issues        *issues.Service
	Inbox         *inbox.Inbox
	Deliveries    *delivery.Service
	Webhooks      *inbox.Service
	Reports       *report.Service
	Evidence      *evidence.Service
	Jobs          *jobs.Service
	API           *api.API
	Outbox        *notify.Outbox // what domains tell of goes into it
	Notifications *notify.Service
	Toil          *toil.Service

	templates        []suggest.Template
	webhooks         *github.Webhooks
	incidentWebhooks *hook.Service
	authorizer       *access.Authorizer
	keys             *signing.Room       // with which the installation signs
	portal           *backstage.Verifier // nil without a portal
	people           *oidc.People        // nil without a provider
	exchanges        *oidc.Bearers
	diary            *adoption.Diary
	evaluator        *measure.Evaluator
	folder           *measure.Folder
	thinner          *measure.Thinner
	collector        *collect.Collector
	filler           *collect.Filler
	courier          *delivery.Courier   // nil without a tracker
	clients          github.Clients      // nil without GitHub
	credentials      *github.Credentials // likewise
	hub              *github.Tracker     // likewise
	worker           *inbox.Worker
	teller           *notify.Courier
	digests          *notify.Digests
	outgoing         *outbound.Metrics
	recorder         *self.Recorder
	measurer         *self.Flusher
	figures          *figures
}

// Open opens the database, migrates it where that is the program's own affair,
// and puts the rooms together. What it opened is closed by Close.
func Open(ctx context.Context, o Options) (*App, error) {
	if o.Clock == nil {
		o.Clock = clock.System
	}
	a := &App{opts: o, log: o.Logger, now: o.Clock, metrics: newMetrics()}
	if err := a.open(ctx); err != nil {
		return nil, errors.Join(err, a.Close(context.WithoutCancel(ctx)))
	}
	return a, nil
}

func (a *App) open(ctx context.Context) error {
	// What was configured is judged before anything is opened.
	var err error
	if a.templates, err = readTemplates(a.opts.Config.Suggestions.Templates); err != nil {
		return err
	}
	if err := a.openStore(ctx); err != nil {
		return err
	}
	if err := a.openTracing(ctx); err != nil {
		return err
	}
	if err := a.furnish(); err != nil {
		return err
	}
	a.figures = &figures{}
	a.metrics.MustRegister(a.figures)
	a.openEdge()
	return nil
}

// OpenStore opens the database that the configuration names, without migrating it.
func OpenStore(ctx context.Context, c config.Config, log *slog.Logger) (*store.Store, error) {
	s, err := store.Open(ctx, store.Options{
		URL: c.Database.URL.Reveal(), Renew: c.Database.URL.Reveal, DataDir: c.DataDir, MaxConnections: c.Database.MaxConnections, Logger: log,
	})
	if err != nil {
		return nil, fmt.Errorf("open the database: %w", err)
	}
	return s, nil
}

// openStore migrates SQLite, which nobody else uses; many replicas may share
// PostgreSQL, so that it is migrated only when told.
func (a *App) openStore(ctx context.Context) error {
	s, err := OpenStore(ctx, a.opts.Config, a.log)
	if err != nil {
		return err
	}
	a.Store = s
	for name, pool := range s.Connections() {
		a.metrics.MustRegister(collectors.NewDBStatsCollector(pool, name))
	}
	a.onClose(func(context.Context) error { return s.Close() })
	if !a.opts.Config.UsesPostgreSQL() {
		if err := s.Migrate(ctx); err != nil {
			return fmt.Errorf("migrate the database: %w", err)
		}
		// A process that was killed left its leases, and this one has its directory.
		err := s.Jobs().ReleaseLeases(ctx)
		if fault.Is(err, fault.Full) {
			a.log.Warn("the leases of the last process end by themselves", "error", err)
			return nil // reading goes on
		}
		return err
	}
	pending, err := s.Pending(ctx)
	if err != nil {
		return fmt.Errorf("look for migrations: %w", err)
	}
	if pending > 0 {
		return fault.New(fault.Precondition, "migrations_pending",
			"the database lacks %d migrations of this version; run \"evenkeel migrate\" once, then start again", pending)
	}
	return nil
}

// onClose has something ended when the program is, before what was begun earlier.
func (a *App) onClose(end func(context.Context) error) { a.closing = append(a.closing, end) }

// Close ends everything, the last begun first.
func (a *App) Close(ctx context.Context) error {
	var errs []error
	for i := len(a.closing) - 1; i >= 0; i-- {
		errs = append(errs, a.closing[i](ctx))
	}
	a.closing = nil
	return errors.Join(errs...)
}
