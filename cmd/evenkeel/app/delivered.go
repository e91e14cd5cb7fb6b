package app

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// deliveries is what people see and do of the delivery of issues.
func (a *App) deliveries() *delivery.Service {
	s := a.Store
	parts := delivery.ServiceParts{
		Records: s.Delivery(), Issues: s.Issues(), Services: s.Registry(), Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
		Settings: delivery.Defaults(),
	}
	if a.opts.Tracker != nil {
		parts.Settings, parts.HasTracker = a.opts.Delivery, true
	}
	return delivery.NewService(parts)
}

// speakWithGitHub makes GitHub the tracker, where the configuration says as whom and
// no other was given.
func (a *App) speakWithGitHub() error {
	g := a.opts.Config.GitHub
	if a.opts.Tracker != nil || !g.HasCredentials() {
		return nil
	}
	o, err := g.Credentials()
	if err != nil {
		return err
	}
	o.Clock, o.Metrics, o.Logger = a.sharedNow, a.outgoing, a.log
	credentials, err := github.NewCredentials(o)
	if err != nil {
		return fmt.Errorf("speak with GitHub: %w", err)
	}
	a.clients, a.credentials, a.hub = credentials, credentials, github.NewTracker(credentials, a.sharedNow)
	a.opts.Tracker, a.opts.Delivery = a.hub, g.Courier()
	return nil
}

// hireCourier has issues delivered, where there is a tracker.
func (a *App) hireCourier() error {
	if a.opts.Tracker == nil {
		return nil
	}
	if err := a.opts.Delivery.Validate(); err != nil {
		return fmt.Errorf("settings of the delivery of issues: %w", err)
	}
	a.courier = delivery.NewCourier(delivery.Parts{
		Store: a.Store.Delivery(), Issues: a.Store.Issues(), Places: a.Store.Registry(), People: a.Store.Access(), Gatherer: a.Issues,
		Followers: map[issues.Kind]delivery.Follower{issues.KindActionItem: follower{a.Actions}, issues.KindToilCandidate: automator{a.Toil}}, Tracker: a.opts.Tracker, Runner: a.Store, Settings: a.opts.Delivery, Clock: a.sharedNow, Wait: a.waitUntil, Holder: a.opts.Config.Instance, Logger: a.log,
	})
	return nil
}

// follower has an action item follow what people make of its issue.
type follower struct{ actions *action.Service }

// IssueSettled implements delivery.Follower.
func (f follower) IssueSettled(ctx context.Context, i issues.Issue, o delivery.Outcome, url string) error {
	to := map[delivery.Outcome]action.State{delivery.Done: action.Done, delivery.Waived: action.Waived, "": action.Open}
	return f.actions.Tracked(ctx, i.Subject, to[o], "GitHub", url)
}

// deliver delivers what is due; without a tracker issues stay drafts.
func (a *App) deliver(ctx context.Context) (jobs.Result, error) {
	if a.courier == nil {
		return jobs.Result{}, nil
	}
	counts, err := a.courier.RunOnce(ctx)
	if err != nil {
		return jobs.Result(counts), err
	}
	// In the same run, because a lane has one writer.
	listed, err := a.courier.Reconcile(ctx)
	for name, n := range listed {
		counts[name] += n
	}
	return jobs.Result(counts), err
}

// work works off webhooks; without a secret none comes.
func (a *App) work(ctx context.Context) (jobs.Result, error) {
	counts, err := a.worker.RunOnce(ctx)
	return jobs.Result(counts), err
}

// readInbox has webhooks worked off.
func (a *App) readInbox() {
	s := a.Store
	a.worker = inbox.NewWorker(inbox.Parts{
		Store: s.Inbox(), Runner: s, Reader: github.NewPayloads(a.clients), Tracked: delivery.NewListener(s.Delivery(), s, a.now),
		Commands:    issues.NewCommands(s.Issues(), a.Policies),
		Deployments: issues.NewDeployments(s.Registry(), a.Changes, a.opts.Config.GitHub.Host(), a.opts.Config.GitHub.Environments),
		Tickets:     issues.NewTickets(s.Registry(), a.Toil, a.opts.Config.GitHub.Host(), a.opts.Config.GitHub.ToilLabel),
		Clock:       a.now, Logger: a.log,
	})
}

// sharedNow is the time that all replicas share: deadlines that one was told hold for
// the next.
func (a *App) sharedNow() time.Time { return a.Jobs.Now() }

// waitUntil waits for that time.
func (a *App) waitUntil(ctx context.Context, until time.Time) error {
	nap := time.NewTimer(until.Sub(a.sharedNow()))
	defer nap.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-nap.C:
		return nil
	}
}
