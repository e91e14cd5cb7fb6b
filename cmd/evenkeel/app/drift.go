package app

import (
	"context"

	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

// furnishDrift puts what watches over ownership beside the registry and the tracker.
func (a *App) furnishDrift() {
	s := a.Store
	a.Drifts = drift.NewService(drift.Parts{
		Store: s.Drifts(), Registry: s.Registry(), People: s.Access(), Repositories: refusals{s.Delivery(), a.opts.Config.GitHub.Host()},
		Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Clock: a.now,
	})
}

// watchOwnership is the job, as nobody's but Evenkeel's own affair.
func (a *App) watchOwnership(ctx context.Context) (map[string]int64, error) {
	return a.Drifts.WatchOnce(access.WithCaller(ctx, access.System("watch-ownership")))
}

// refusals tell what the tracker said of the repositories to which issues were to go.
type refusals struct {
	deliveries interface {
		Refusing(ctx context.Context) (map[delivery.Place]string, error)
	}
	host string
}

var _ drift.Repositories = refusals{}

// Refusals implements drift.Repositories.
func (r refusals) Refusals(ctx context.Context) (func(address string) string, error) {
	refusing, err := r.deliveries.Refusing(ctx)
	if err != nil {
		return nil, err
	}
	return func(address string) string {
		repository, known := issues.ParseRepository(address, r.host)
		if !known {
			return ""
		}
		return refusing[delivery.Place(repository.String()).Folded()]
	}, nil
}
