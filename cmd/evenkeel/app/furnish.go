package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/internal/outbound"
	"github.com/evenkeel/evenkeel/internal/secret"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/catalog"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/idempotency"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/hook"
	"github.com/evenkeel/evenkeel/services/incident/impact"
	"github.com/evenkeel/evenkeel/services/incident/search"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/manifest"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/adapter"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/judge"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/otlp"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/self"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/policy/trial"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/report/evidence"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/preview"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/slo/sla"
	"github.com/evenkeel/evenkeel/services/source"
	"github.com/evenkeel/evenkeel/services/source/dial"
)

// furnish puts the services over the store, each with what it needs of others.
func (a *App) furnish() error {
	s, now := a.Store, a.now
	a.authorizer = access.NewAuthorizer(s.Access())
	a.Audit = audit.NewService(s.Audit(), s, a.authorizer, now)
	a.Access = access.NewService(s.Access(), s, a.authorizer, a.Audit, now, access.Lifetimes{
		Session: a.opts.Config.SessionLifetime, Token: a.opts.Config.TokenLifetime,
	}, a.log)
	a.onClose(a.Access.Close)
	a.keys = OpenKeys(a.opts.Config, s, now)
	a.Idempotency = idempotency.NewService(s.Idempotency(), s, now)
	// What scorecards are about is changed through these, so that services are evaluated soon.
	noted := scorecards.Noting{Recorder: a.Audit, Store: s.Scorecards(), Clock: now}
	a.Registry = registry.New(s.Registry(), s.Access(), s, a.authorizer, noted, now)
	a.Catalog = catalog.NewService(catalog.Parts{
		Store: s.Catalog(), Things: s.Registry(), Crowd: s.Access(), Organisation: a.Registry, People: a.Access,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
		DeactivateLeavers: a.opts.Config.Portal.Leavers == "deactivate",
	})
	a.Outbox = notify.NewOutbox(s.Notify(), a.sharedNow)
	a.Measure = measure.New(s.Measure(), s, now)
	a.OTLP = otlp.New(s.OTLP(), s, a.Measure, now)
	a.outgoing = outbound.NewMetrics(a.metrics)
	if err := a.speakWithGitHub(); err != nil {
		return err
	}
	if err := a.believePortal(); err != nil {
		return err
	}
	if err := a.believeProviders(); err != nil {
		return err
	}
	dialler := a.dialler()
	a.Sources = source.NewService(s.Sources(), s.Registry(), s, dialler, a.authorizer, a.Audit, now)
	clients := dial.NewClients(dialler)
	a.onClose(func(context.Context) error { clients.Close(); return nil })
	reader, gates := prometheus.New(clients.HTTP), collect.NewGates()
	recordings := map[source.Kind]collect.Recordings{source.Prometheus: prometheus.NewRulebook(reader, measure.Minute, measure.FiveMinutes)}
	a.SLOs = slo.NewService(s.SLO(), s, s.Registry(), a.Measure, judge.New(s.Sources(), s.Registry(), languages(reader, gates, now)), a.authorizer, noted, now, a.log)
	a.Collection = collect.NewService(s.Collect(), s.Sources(), a.Measure, s, a.authorizer, a.Audit, now)
	a.Collection.RecordWith(recordings, gates)
	a.SLOs.CollectWith(a.Collection)
	a.SLAs = sla.NewService(sla.Parts{
		Store: s.SLA(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: a.Measure,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.SLOs.PromiseWith(a.SLAs)
	a.Corrections = correction.NewService(correction.Parts{
		Store: s.Corrections(), Registry: s.Registry(), SLOs: s.SLO(), Measurements: a.Measure, Delays: a.Collection,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.SLOs.CorrectWith(a.Corrections)
	a.Outages = outage.NewService(outage.Parts{
		Store: s.Outages(), Registry: s.Registry(), Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.SLOs.OutagesWith(a.Outages)
	a.Changes = change.NewService(change.Parts{
		Store: s.Changes(), Registry: s.Registry(), Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now,
	})
	a.Incidents = incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Index: s.Search(),
		Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now,
	})
	a.incidentWebhooks = hook.NewService(hook.Parts{
		Sources: a.opts.Config.Incidents.Sources(), Secrets: a.opts.Config.Incidents.Secrets, Incidents: a.Incidents, Registry: a.Registry, Clock: now, Logger: a.log,
	})
	for _, former := range a.opts.Config.Incidents.Former() {
		a.log.Info("webhooks proved by a former secret are accepted; take it away once the source has the new one", "setting", former)
	}
	a.Statistics = &statistics.Service{Store: s.Incidents(), Authorizer: a.authorizer, Clock: now}
	a.Search = &search.Service{Store: s.Search(), Authorizer: a.authorizer}
	a.Impact = impact.NewService(impact.Parts{Incidents: a.Incidents, SLOs: s.SLO(), Budgets: a.SLOs})
	a.Scores = score.NewService(score.Parts{
		Store: s.Scores(), SLOs: s.SLO(), Budgets: a.SLOs, Runner: s, Authorizer: a.authorizer, Clock: now, Logger: a.log,
	})
	a.Facts = fact.NewBook[slo.View](a.SLOs, a.Scores, supply.Source{Store: s.Supply(), Budgets: a.SLOs, Clock: now})
	a.Composites = composite.NewService(composite.Parts{
		Store: s.Composites(), Registry: s.Registry(), SLOs: s.SLO(), Evaluated: a.SLOs, Measurements: a.Measure,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.Alerts = alert.NewService(s.Alert(), s.SLO(), s.Registry(), s, a.authorizer, noted, now)
	a.Alerts.TellWith(a.Outbox)
	a.SLOs.AlertWith(a.Alerts)
	a.Issues = issues.NewService(s.Issues(), s.Registry(), s.Policy(), a.opts.BaseURL)
	a.Issues.DeliverWith(delivery.NewDesk(s.Delivery(), a.opts.Delivery, now))
	a.Actions = action.NewService(action.Parts{
		Store: s.Actions(), Incidents: s.Incidents(), Registry: s.Registry(), People: s.Access(), Desk: a.Issues, Teller: a.Outbox,
		Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now,
	})
	a.Incidents.FollowedBy(a.Actions)
	a.Inbox = inbox.New(s.Inbox(), s, now)
	var err error
	if a.webhooks, err = github.NewWebhooks(a.opts.Config.GitHub.WebhookSecrets(), a.Inbox); err != nil {
		return err
	}
	a.webhooks.AskFor(a.opts.Config.GitHub.WebhookSecrets)
	if !a.opts.Config.GitHub.FormerWebhookSecret.IsZero() {
		a.log.Info("webhooks signed with a former secret are accepted; take github.formerWebhookSecret away once GitHub has the new one")
	}
	a.Webhooks = inbox.NewService(s.Inbox(), s, a.authorizer, a.Audit, now)
	a.Deliveries = a.deliveries()
	language, err := policy.Language(a.Facts)
	if err != nil {
		return err
	}
	a.Policies = policy.NewService(policy.Parts{
		Store: s.Policy(), Slugs: s.Registry(), Services: s.Registry(), Budgets: s.SLO(), People: s.Access(), Facts: a.Facts, Language: language, Pasts: a.SLOs, Desk: a.Issues,
		Teller: a.Outbox, Rereader: rereader{a.Collection}, Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now, Logger: a.log,
	})
	a.Supply = supply.NewService(supply.Parts{
		Store: s.Supply(), Policies: a.Policies, Services: s.Registry(), SLOs: s.SLO(),
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.Trials = trial.NewService(trial.Parts{Policies: a.Policies, Services: s.Registry(), SLOs: s.SLO(), Pasts: a.SLOs, Clock: now})
	a.Gate = gate.NewService(gate.Parts{
		Store: s.Gate(), Policies: a.Policies, Registry: s.Registry(), SLOs: s.SLO(), Teller: a.Outbox, Runner: s,
		Authorizer: a.authorizer, Recorder: a.Audit, Clock: now, Logger: a.log,
	})
	a.Given = given.NewService(given.Parts{
		Store: s.Given(), Registry: s.Registry(), Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now,
	})
	a.furnishProposals()
	a.furnishPostmortems(noted)
	a.furnishToil(noted)
	a.furnishDrift()
	a.Reports = report.NewService(report.Parts{
		Store: s.Reports(), Past: s.Reports(), Registry: s.Registry(), Measured: a.SLOs,
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now, Logger: a.log,
	})
	a.Evidence = evidence.NewService(evidence.Parts{
		Keys: a.keys, Past: s.Reports(), Organisation: s.Registry(), Rights: s.Access(), Policies: s.Policy(), Proposals: s.Proposals(),
		Log: s.Audit(), Published: s.Reports(), Runner: s, Snapshots: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now,
	})
	a.Registry.OnRetirement(a.Policies)
	a.Registry.CountHoldings(a.SLOs)
	a.Registry.CountHoldings(a.SLAs)
	a.Registry.CountHoldings(a.Policies)
	a.Registry.CountComposites(a.Composites)

	// By the replicas' shared time, so that a status does not depend on whose clock
	// is right: one that is ahead would take every series for stale.
	a.evaluator = measure.NewEvaluator(s.Measure(), a.Composites, a.Composites, s, a.sharedNow, a.log)
	a.folder = measure.NewFolder(s.Measure(), s, now, a.log)
	a.thinner = measure.NewThinner(s.Measure(), a.SLOs, s, now, a.log)
	suggester := suggest.New(reader, gates, a.templates, now)
	a.Suggestions = suggest.NewDesk(suggester, s.Registry(), s.Sources(), a.authorizer)
	a.Signals = signals.NewService(signals.Parts{
		Store: s.Signals(), Registry: s.Registry(), Sources: s.Sources(), SLOs: s.SLO(), Measurements: a.Measure,
		Reader: reader, Turns: gates, Recogniser: suggester, Runner: s, Authorizer: a.authorizer, Recorder: noted, Clock: now, Logger: a.log,
	})
	a.onClose(func(context.Context) error { a.Signals.Close(); return nil })
	a.Registry.CountHoldings(a.Signals)
	adapters := adapter.New(clients.HTTP)
	a.Previews = preview.NewService(preview.Parts{
		SLOs: a.SLOs, Sources: s.Sources(), Readers: map[source.Kind]preview.Reader{source.Prometheus: reader, source.Adapter: adapters}, Turns: gates,
	})
	parts := collect.Parts{
		Store: s.Collect(), Health: s.Collect(), Sources: s.Sources(), Readers: collect.Readers{source.Prometheus: reader, source.Adapter: adapters}, Measurements: a.Measure, Runner: s,
		Recordings: recordings, Gates: gates, Meter: newCollecting(a.metrics), Clock: now, Logger: a.log,
	}
	a.collector, a.filler = collect.NewCollector(parts), collect.NewFiller(parts)
	a.recorder = self.NewRecorder(now)
	a.measurer = self.NewFlusher(a.recorder, ownTraffic{a.SLOs}, reporterName(a.opts.Config.Instance), a.log)

	if err := a.furnishSeals(); err != nil {
		return err
	}
	if err := a.hireCourier(); err != nil {
		return err
	}
	a.readInbox()
	a.furnishNotifications(reader)
	a.furnishScorecards()
	a.Manifests = manifest.NewDesk(manifest.Parts{
		Store: s.Manifests(), Organisation: s.Manifests(), Reader: api.Manifests{},
		Hands:  manifest.Hands{Registry: a.Registry, SLOs: a.SLOs, Policies: a.Policies, Scorecards: a.Scorecards, Campaigns: a.Campaigns},
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Teller: a.Outbox, Clock: now,
	})
	a.furnishOnboarding()
	a.furnishAdoption()
	a.Jobs, err = jobs.NewService(jobs.Parts{
		Store: s.Jobs(), Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: now, Logger: a.log,
		Replica: a.opts.Config.Instance, LeaseTTL: a.opts.Config.Jobs.LeaseTTL, Disabled: !a.opts.Config.Jobs.Enabled,
		Schedules: a.opts.Config.Jobs.Schedules, Observe: observeRuns(a.metrics),
	}, a.wantedJobs())
	if err != nil {
		return fmt.Errorf("make the jobs: %w", err)
	}
	return nil
}

// furnishProposals puts the second person before the acts that relax a promise.
func (a *App) furnishProposals() {
	s := a.Store
	a.Proposals = proposal.NewService(proposal.Parts{
		Store: s.Proposals(), Violations: s.Policy(), Budgets: s.SLO(), Owners: s.Registry(),
		SLOs: a.SLOs, Corrections: a.Corrections, Services: a.Registry,
		Bounds: proposal.Bounds{Above: int64(a.opts.Config.Policy.SecondPersonAbove), GivesBack: int64(a.opts.Config.Policy.SecondPersonGiveBack)},
		Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
	a.SLOs.GuardWith(a.Proposals)
	a.Registry.GuardWith(a.Proposals)
	a.Corrections.Guard = a.Proposals
}

// rereader has measurements read again from data sources, as the policy's affair: whoever
// decides a dispute need not be of the team.
type rereader struct{ collection *collect.Service }

// Reread implements policy.Rereader.
func (r rereader) Reread(ctx context.Context, slo id.ID, of policy.Range) error {
	_, err := r.collection.Create(access.WithCaller(ctx, access.System("a dispute")), slo, of.From, of.To)
	if refused := fault.As(err); refused != nil && refused.Code == "not_asked" {
		var check fault.Check
		check.Fail("/reread", nil, "is only for an SLO that is read from a data source: %s", refused.Message)
		return check.Err()
	} else if refused != nil && refused.Kind == fault.Invalid {
		for i, v := range refused.Violations {
			refused.Violations[i].Pointer = "/reread" + v.Pointer
		}
	}
	return err
}

// languages judge what data sources are asked for. What an adapter is asked is its
// own affair.
func languages(reader *prometheus.Reader, gates *collect.Gates, now clock.Clock) map[source.Kind]judge.Language {
	doubt := func(ctx context.Context, src source.Source, o origin.Origin, owner registry.Service) (string, error) {
		leave, err := gates.Aside(ctx, src)
		if err != nil {
			return "", err
		}
		defer leave()
		return reader.Doubt(ctx, src, prometheus.Scope{Team: owner.Team, TeamSlug: owner.TeamSlug}, o, now())
	}
	return map[source.Kind]judge.Language{source.Prometheus: {Check: prometheus.Check, Doubt: doubt}}
}

// dialler reaches data sources, with the secrets that the operator put somewhere.
func (a *App) dialler() *dial.Dialler {
	may := a.opts.Config.DataSources
	return dial.New(dial.Parts{
		Secrets: secret.New(a.opts.Config.SecretsDir, os.LookupEnv),
		Reach:   outbound.Reach{AllowLoopback: may.AllowLoopback, Only: may.AllowCIDRs, Denied: may.DenyCIDRs},
		Metrics: a.outgoing, Logger: a.log, Clock: a.now,
	})
}

// jobs are what is done again and again.
func (a *App) jobs() []jobs.Job {
	return []jobs.Job{
		{
			Name: "collect-measurements", Schedule: "@every 15s",
			Description: "Reads from data sources what ended lately.",
			RunOnce:     counted(a.collector.RunOnce),
		},
		{
			Name: "backfill", Schedule: "@every 15s",
			Description: "Reads the past from data sources: of new indicators, of outages, and what was asked for.",
			RunOnce:     counted(a.filler.RunOnce),
		},
		{
			Name: "evaluate-budgets", Schedule: "@every 5s",
			Description: "Turns new measurements into the status of each SLO and composite SLO, and starts and ends the alerts of SLOs.",
			RunOnce:     counted(a.evaluate),
		},
		{
			Name: "apply-policies", Schedule: "* * * * *",
			Description: "Opens and ends violations of error-budget policies, and wants issues for them.",
			RunOnce:     counted(a.Policies.ApplyOnce),
		},
		{
			Name: "seal-audit", Schedule: "* * * * *",
			Description: "Seals what was decided since into the chain over the audit log, and puts its head where the configuration says, once an hour.",
			RunOnce:     counted(a.Seals.RunOnce),
		},
		{
			Name: "chase-policies", Schedule: "*/5 * * * *",
			Description: "Escalates violations without a plan, tells of plans and policies whose date is past and of overrides that nobody reviewed, and has attachments fall back whose clauses are doubted too often.",
			RunOnce:     counted(a.chase),
		},
		{
			Name: "chase-action-items", Schedule: "11 * * * *",
			Description: "Tells of action items of incidents that are due or overdue, in steps up the tree of teams.",
			RunOnce:     counted(a.Actions.ChaseOnce),
		},
		{
			Name: "chase-attestations", Schedule: "29 * * * *",
			Description: "Tells teams and authors of what they attested of services that expires within 14 days, and that it did.",
			RunOnce:     counted(a.Given.ChaseOnce),
		},
		{
			Name: "ask-toil", Schedule: "29 * * * 1,2",
			Description: "Asks members of teams how much of the last week was toil: once, on Monday, or on Tuesday where nothing ran.",
			RunOnce:     counted(a.Toil.AskOnce),
		},
		{
			Name: "watch-toil", Schedule: "41 * * * *",
			Description: "Wants an issue of each team whose toil is above its cap, and closes it once it is not.",
			RunOnce:     counted(a.Toil.WatchOnce),
		},
		{
			Name: "watch-ownership", Schedule: "29 * * * *",
			Description: "Looks for services whose team is empty, whose on-call person left, whose repository takes no issues or whose code others own, asking GitHub for up to 20 repositories, and tells the team above after a week.",
			RunOnce:     counted(a.watchOwnership),
		},
		{
			Name: "chase-exemptions", Schedule: "37 * * * *",
			Description: "Tells of exemptions that expire within 14 days and of those that did, has their services evaluated again, and ends those whose check is gone.",
			RunOnce:     counted(a.Exemptions.ChaseOnce),
		},
		{
			Name: "chase-launch-reviews", Schedule: "53 * * * *",
			Description: "Tells of sign-offs of launches that expire within 14 days and of those that did, and of conditions that are overdue.",
			RunOnce:     counted(a.Launches.ChaseOnce),
		},
		{
			Name: "compare-manifests", Schedule: "*/15 * * * *",
			Description: "Compares what sets of manifests said last with what there is, and shows where it drifted.",
			RunOnce:     counted(a.Manifests.CheckOnce),
		},
		{
			Name: "discover-repositories", Schedule: "41 * * * *",
			Description: "Reads which repositories there are on GitHub, looks into up to 500 that no service names, and finds out whose they are. Only where GitHub is connected.",
			RunOnce:     counted(a.discoverRepositories),
		},
		{
			Name: "run-campaigns", Schedule: "47 * * * *",
			Description: "Keeps how far campaigns are, tells teams of them at the start, 14 days before their day and when it is over, and ends those whose time is over.",
			RunOnce:     counted(a.Campaigns.RunOnce),
		},
		{
			Name: "request-postmortems", Schedule: "*/5 * * * *",
			Description: "Asks for postmortems of incidents that are over, and tells of those whose review is overdue.",
			RunOnce:     counted(a.requestPostmortems),
		},
		{
			Name: "close-sla-periods", Schedule: "7 * * * *",
			Description: "Closes the periods of SLAs that ended a day ago: what they came to, and what is owed.",
			RunOnce:     counted(a.SLAs.CloseOnce),
		},
		{
			Name: "forecast-budgets", Schedule: "43 1 * * *",
			Description: "Keeps a forecast of each budget, and settles those whose time is over by what came of them.",
			RunOnce:     counted(a.Scores.RunOnce),
		},
		{
			Name: "evaluate-scorecards", Schedule: "*/10 * * * *",
			Description: "Evaluates all scorecards for all services, and sums up the day.",
			RunOnce:     counted(a.Scorecards.EvaluateOnce),
		},
		{
			Name: "evaluate-due-scorecards", Schedule: "@every 15s",
			Description: "Evaluates all scorecards for the services of which something changed, or what was pushed or attested expired.",
			RunOnce:     counted(a.evaluateDue),
		},
		{
			Name: "pursue-scorecards", Schedule: "*/10 * * * *",
			Description: "Wants issues about what fails for longer than scorecards bear, where they ask for issues, and closes those of what passes.",
			RunOnce:     counted(a.Scorecards.PursueOnce),
		},
		{
			Name: "thin-scorecards", Schedule: "29 3 * * *",
			Description: "Thins the past of scorecards with its age: days, then weeks, then months.",
			RunOnce:     counted(a.Scorecards.ThinOnce),
		},
		{
			Name: "deliver-issues", Schedule: "@every 15s",
			Description: "Makes issues on the tracker, and keeps them there as they are wanted.",
			RunOnce:     a.deliver,
		},
		{
			Name: "work-webhooks", Schedule: "@every 5s",
			Description: "Has what webhooks of the tracker tell of looked at, and does what comments ask for.",
			RunOnce:     a.work,
		},
		{
			Name: "draw-up-reports", Schedule: "23 4 2-6 * *",
			Description: "Publishes the report of the last month of each team with SLOs, and of the organisation.",
			RunOnce:     counted(a.Reports.DrawUpOnce),
		},
		{
			Name: "restate-reports", Schedule: "53 * * * *",
			Description: "Sums published reports up again that are due, and keeps what is found to be otherwise beside them.",
			RunOnce:     counted(a.Reports.RestateOnce),
		},
		{
			Name: "send-notifications", Schedule: "@every 5s",
			Description: "Decides where events are told, and sends what is due.",
			RunOnce:     a.notify,
		},
		{
			Name: "write-digests", Schedule: "*/5 * * * *",
			Description: "Writes the weekly digest of each team, when its week begins.",
			RunOnce:     a.digest,
		},
		{
			Name: "prune", Schedule: "17 * * * *",
			Description: "Packs closed days of measurements, and forgets what is kept long enough.",
			RunOnce:     a.prune,
		},
		{
			Name: backUpJob, Schedule: "37 2 * * *",
			Description: "Writes a backup of SQLite into the directory of backups, and removes the oldest.",
			RunOnce:     a.backUp,
		},
	}
}

// wantedJobs are those that there is something to do for.
func (a *App) wantedJobs() []jobs.Job {
	return slices.DeleteFunc(a.jobs(), func(j jobs.Job) bool { return j.Name == backUpJob && a.opts.Config.Backup.Dir == "" })
}

// CheckSchedule says in its error what would be right when there is no such job or
// the text is no schedule, before anything is opened.
func CheckSchedule(job, schedule string) error {
	// Only the names are asked for; what is bound to this App is never run.
	known := (&App{}).jobs()
	if !slices.ContainsFunc(known, func(j jobs.Job) bool { return j.Name == job }) {
		return errors.New("there is no such job")
	}
	return jobs.CheckSchedule(schedule)
}

// chase follows up what people owe.
func (a *App) chase(ctx context.Context) (map[string]int64, error) {
	counts, err := a.Policies.ChaseOnce(ctx)
	reviews, chasing := a.Gate.ChaseOnce(ctx)
	for name, n := range reviews {
		counts[name] = n
	}
	return counts, errors.Join(err, chasing)
}

// evaluate concludes on what is active, and ends the alerts of what is not any more.
func (a *App) evaluate(ctx context.Context) (map[string]int64, error) {
	counts, err := a.evaluator.RunOnce(ctx)
	composites, concluding := a.Composites.ConcludeOnce(ctx, a.sharedNow())
	counts["composites"] = composites["composites"]
	ended, ending := a.Alerts.EndRetired(ctx)
	counts["alerts_retired"] = ended
	return counts, errors.Join(err, concluding, ending)
}

func counted(do func(context.Context) (map[string]int64, error)) func(context.Context) (jobs.Result, error) {
	return func(ctx context.Context) (jobs.Result, error) {
		counts, err := do(ctx)
		return jobs.Result(counts), err
	}
}

// prune folds closed days, thins old months and forgets what its retention is over for.
func (a *App) prune(ctx context.Context) (jobs.Result, error) {
	keep, now := a.opts.Config.Retention, a.now()
	result := jobs.Result{}
	folded, err := a.folder.FoldOnce(ctx)
	for name, n := range folded {
		result[name] = n
	}
	if err != nil {
		return result, err
	}
	thinned, err := a.thinner.ThinOnce(ctx)
	for name, n := range thinned {
		result[name] = n
	}
	if err != nil {
		return result, err
	}
	steps := []struct {
		name string
		do   func() (int64, error)
	}{
		{"months", func() (int64, error) { return a.thinner.PruneOnce(ctx, now.Add(-keep.Measurements)) }},
		{"segments", func() (int64, error) { return a.folder.PruneOnce(ctx, now.Add(-keep.Measurements)) }},
		{"otlp_streams", func() (int64, error) { return a.OTLP.Prune(ctx) }},
		{"idempotency_keys", func() (int64, error) { return wide(a.Idempotency.Prune(ctx, keep.IdempotencyKeys)) }},
		{"credentials", func() (int64, error) { return wide(a.Access.Prune(ctx)) }},
		{"webhook_deliveries", func() (int64, error) { return wide(a.Inbox.Prune(ctx, keep.WebhookDeliveries)) }},
		{"activities", func() (int64, error) { return wide(a.Adoption.Prune(ctx, keep.Activities)) }},
		{"alerts", func() (int64, error) { return wide(a.Alerts.Prune(ctx)) }},
		{"events", func() (int64, error) { return wide(a.Notifications.Prune(ctx)) }},
		{"changes", func() (int64, error) { return wide(a.Changes.Prune(ctx)) }},
		{"toil_dismissals", func() (int64, error) { return wide(a.Toil.Prune(ctx)) }},
		{"toil_partings", func() (int64, error) { return wide(a.Toil.PrunePartings(ctx)) }},
		{"catalog_syncs", func() (int64, error) { return wide(a.Catalog.Prune(ctx)) }},
		{"backfills", func() (int64, error) { return wide(a.Collection.Prune(ctx, keep.Runs)) }},
		{"runs", func() (int64, error) { return wide(a.Jobs.Prune(ctx, keep.Runs, keep.RoutineRuns)) }},
	}
	for _, step := range steps {
		n, err := step.do()
		result[step.name+"_removed"] = n
		if err != nil {
			return result, fmt.Errorf("prune %s: %w", step.name, err)
		}
	}
	return result, nil
}

func wide(n int, err error) (int64, error) { return int64(n), err }

// reporterName makes the instance's name a label, as reporters have it. Where that
// loses something, a hash of the name tells apart what would be one: the "web.1" and
// "web-1" of one installation report each for themselves.
func reporterName(instance string) string {
	if label.Is(instance) {
		return instance
	}
	name := []byte(strings.ToLower(instance))
	for i, c := range name {
		if !(c >= 'a' && c <= 'z' || c >= '0' && c <= '9') {
			name[i] = '-'
		}
	}
	sum := sha256.Sum256([]byte(instance))
	hash := hex.EncodeToString(sum[:4])
	readable := strings.Trim(string(name[:min(len(name), label.MaxLength-len(hash)-1)]), "-")
	return strings.TrimLeft(readable+"-"+hash, "-")
}
