package app

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/issues/delivery"
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

// hireCourier has issues delivered, where there is a tracker.
func (a *App) hireCourier() error {
	if a.opts.Tracker == nil {
		return nil
	}
	if err := a.opts.Delivery.Validate(); err != nil {
		return fmt.Errorf("settings of the delivery of issues: %w", err)
	}
	a.courier = delivery.NewCourier(delivery.Parts{
		Store: a.Store.Delivery(), Issues: a.Store.Issues(), Places: a.Store.Registry(), Tracker: a.opts.Tracker, Runner: a.Store,
		Settings: a.opts.Delivery, Clock: a.sharedNow, Wait: a.waitUntil, Holder: a.opts.Config.Instance, Logger: a.log,
	})
	return nil
}

// deliver delivers what is due; without a tracker issues stay drafts.
func (a *App) deliver(ctx context.Context) (jobs.Result, error) {
	if a.courier == nil {
		return jobs.Result{}, nil
	}
	counts, err := a.courier.RunOnce(ctx)
	return jobs.Result(counts), err
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
