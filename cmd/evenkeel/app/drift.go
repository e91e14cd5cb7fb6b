package app

import (
	"context"
	"errors"

	"github.com/evenkeel/evenkeel/scorecards/drift"
	"github.com/evenkeel/evenkeel/scorecards/drift/codeowners"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
)

// furnishDrift puts what watches over ownership beside the registry and the tracker.
func (a *App) furnishDrift() {
	s := a.Store
	a.Drifts = drift.NewService(drift.Parts{
		Store: s.Drifts(), Registry: s.Registry(), People: s.Access(), Repositories: refusals{s.Delivery(), a.opts.Config.GitHub.Host()},
		Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Clock: a.now,
	})
	if a.hub != nil {
		a.Drifts.Tracker = repositories{a.hub, a.opts.Config.GitHub.Host()}
	}
}

// watchOwnership is the job, as nobody's but Evenkeel's own affair. What could not be asked of repositories
// does not keep it from what is known.
func (a *App) watchOwnership(ctx context.Context) (map[string]int64, error) {
	ctx = access.WithCaller(ctx, access.System("watch-ownership"))
	looked, notLooked := a.Drifts.LookOnce(ctx)
	counts, err := a.Drifts.WatchOnce(ctx)
	for name, n := range looked {
		counts["repositories_"+name] = n
	}
	return counts, errors.Join(notLooked, err)
}

// repositories are those on GitHub.
type repositories struct {
	hub  *github.Tracker
	host string
}

var _ drift.Tracker = repositories{}

// Named implements drift.Tracker.
func (r repositories) Named(address string) (name, directory string, ok bool) {
	repository, ok := issues.ParseRepository(address, r.host)
	if !ok {
		return "", "", false
	}
	return string(delivery.Place(repository.String()).Folded()), issues.DirectoryOf(address), true
}

// Look implements drift.Tracker, by a request for the repository and one for each place where its file of code owners
// may be.
func (r repositories) Look(ctx context.Context, known drift.Seen) (drift.Seen, error) {
	facts, err := r.hub.Facts(ctx, delivery.Place(known.Name))
	if err != nil {
		return drift.Seen{}, troubled(err)
	}
	out := drift.Seen{Archived: facts.Archived}
	if out.Archived { // who owns what is over is no matter
		return out, nil
	}
	before := github.File{Path: known.Owners.Path, Text: known.Owners.Text, ETag: known.Owners.ETag}
	file, err := r.hub.FirstOf(ctx, delivery.Place(known.Name), codeowners.Files, before)
	if err != nil {
		return drift.Seen{}, troubled(err)
	}
	out.Owners = drift.OwnersFile{Path: file.Path, Text: file.Text, ETag: file.ETag}
	return out, nil
}

// troubled makes of what went wrong with a request what follows from it.
func troubled(err error) error {
	e := delivery.AsError(err)
	if e == nil {
		return err
	}
	wait := e.Trouble == delivery.Limited || e.Trouble == delivery.Barred || e.Trouble == delivery.Unavailable
	return &drift.Trouble{Wait: wait, Reason: e.Reason}
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
