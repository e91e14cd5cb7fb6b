package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards/builtin"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/self"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// TokenFile is where the administrator's first token lies in the data directory.
const TokenFile = "admin-token"

// The names under which Evenkeel registers itself.
const (
	ownTeam    = "platform"
	ownService = "evenkeel"
)

// FirstStart makes what an installation begins with and is not there: the
// administrator with a token in a file of their own, the workbook's policy, a
// scorecard to begin with, and Evenkeel itself as a service. What somebody changed since is left as it is.
func (a *App) FirstStart(ctx context.Context) error {
	ctx = access.WithCaller(ctx, access.System("first-start"))
	err := a.Store.InTx(ctx, a.firstStart)
	if fault.Is(err, fault.Conflict) {
		err = a.Store.InTx(ctx, a.firstStart) // another replica's was faster: now it is found
	}
	if err != nil {
		return fmt.Errorf("make what an installation begins with: %w", err)
	}
	return nil
}

// firstStart runs in one transaction: there is either all of it or nothing. The
// token's file is written last, so that a file without its token can only be what
// the next start writes over.
func (a *App) firstStart(ctx context.Context) error {
	token, err := a.Access.Bootstrap(ctx)
	if err != nil || token == "" {
		return err // whatever is missing of the rest was removed by somebody
	}
	if err := a.Policies.Bootstrap(ctx); err != nil {
		return fmt.Errorf("make the default policy: %w", err)
	}
	if err := a.scoreFromTheStart(ctx); err != nil {
		return fmt.Errorf("make the first scorecard: %w", err)
	}
	if err := a.registerItself(ctx); err != nil {
		return err
	}
	return writeToken(a.TokenPath(), token)
}

// scoreFromTheStart makes the scorecard to begin with, of those that ship.
func (a *App) scoreFromTheStart(ctx context.Context) error {
	all, err := builtin.All()
	if err != nil {
		return err
	}
	for _, d := range all {
		if d.Slug == builtin.Starter {
			return a.Scorecards.Bootstrap(ctx, d)
		}
	}
	return fmt.Errorf("%s does not ship", builtin.Starter)
}

// TokenPath is where the administrator's first token lies.
func (a *App) TokenPath() string { return filepath.Join(a.opts.Config.DataDir, TokenFile) }

// writeToken keeps the token for its owner alone, whole or not at all.
func writeToken(path, token string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return fmt.Errorf("make the data directory: %w", err)
	}
	partial := path + ".new"
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("write the administrator's token: %w", err)
	}
	file, err := os.OpenFile(partial, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return fmt.Errorf("write the administrator's token: %w", err)
	}
	_, err = file.WriteString(token + "\n")
	if err = errors.Join(err, file.Sync(), file.Close()); err != nil {
		return fmt.Errorf("write the administrator's token: %w", err)
	}
	if err := os.Rename(partial, path); err != nil {
		return fmt.Errorf("write the administrator's token: %w", err)
	}
	return nil
}

// registerItself makes Evenkeel a service like any other, with objectives for its
// own traffic, so that there is something true to look at from the first minute.
func (a *App) registerItself(ctx context.Context) error {
	team, err := a.Registry.CreateTeam(ctx, registry.TeamInput{
		Slug: ownTeam, Name: "Platform", Description: "Runs Evenkeel for the other teams.",
	})
	if err != nil {
		return fmt.Errorf("register the team %s: %w", ownTeam, err)
	}
	// Whoever starts Evenkeel looks after it until somebody else does: a team of nobody would be the first
	// thing that it finds fault with.
	first, err := a.Access.FirstAdministrator(ctx)
	if err != nil {
		return fmt.Errorf("find who is in the team %s: %w", ownTeam, err)
	}
	if _, err := a.Registry.AddMember(ctx, string(team.ID), first.ID); err != nil {
		return fmt.Errorf("take the administrator into the team %s: %w", ownTeam, err)
	}
	service, err := a.Registry.CreateService(ctx, registry.ServiceInput{
		Slug: ownService, Team: ownTeam,
		Profile: registry.Profile{
			Name: "Evenkeel", Description: "This installation: it measures its own traffic by the way that serves every SLI.",
			Kind: registry.HTTP, Tier: 2, Lifecycle: registry.Production,
			Repository: "https://github.com/evenkeel/evenkeel", Docs: a.opts.BaseURL + "/docs", Dashboard: a.opts.BaseURL + "/",
		},
	})
	if err != nil {
		return fmt.Errorf("register the service %s: %w", ownService, err)
	}
	review := a.now().AddDate(0, 6, 0)
	for _, d := range []slo.Declaration{
		{
			Slug: self.Availability, Name: "Availability", Objective: "99.9%", WindowDays: 28, MinEvents: 100,
			Category: slo.Availability, Counting: slo.GoodTotal, Resolution: measure.Minute,
			GoodEvent: "A request to the API or a page that was not answered with 5xx.",
			Rationale: "Pipelines and portals ask Evenkeel; a failure now and then is retried.", ReviewBy: &review,
		},
		{
			Slug: self.Latency, Name: "Latency", Objective: "99%", WindowDays: 28, MinEvents: 100,
			Category: slo.Latency, Counting: slo.GoodTotal, Resolution: measure.Minute,
			GoodEvent: "A successful answer that took less than 300 ms.",
			Rationale: "A page that takes longer no longer feels immediate.", ReviewBy: &review,
		},
	} {
		if _, _, err := a.SLOs.Declare(ctx, service.ID, d); err != nil {
			return fmt.Errorf("declare the SLO %s: %w", d.Slug, err)
		}
	}
	return nil
}

// SignInLink makes a link that signs the first administrator in, once and for a
// few minutes.
func (a *App) SignInLink(ctx context.Context) (link string, valid time.Duration, err error) {
	ctx = access.WithCaller(ctx, access.System("sign-in-link"))
	person, err := a.Access.FirstAdministrator(ctx)
	if err != nil {
		return "", 0, err
	}
	code, _, err := a.Access.NewSignInCode(ctx, person.ID)
	if err != nil {
		return "", 0, fmt.Errorf("make a sign-in link: %w", err)
	}
	return api.SignInURL(a.opts.BaseURL, code), access.SignInCodeLifetime, nil
}

// FirstAdministrator is the identifier of the person whom the first start made.
func (a *App) FirstAdministrator(ctx context.Context) (id.ID, error) {
	person, err := a.Access.FirstAdministrator(access.WithCaller(ctx, access.System("welcome")))
	return person.ID, err
}

// IssueAdministratorToken makes a token of the first administrator's.
func (a *App) IssueAdministratorToken(ctx context.Context, in access.TokenInput) (string, error) {
	ctx = access.WithCaller(ctx, access.System("evenkeel token"))
	person, err := a.Access.FirstAdministrator(ctx)
	if fault.Is(err, fault.NotFound) {
		return "", fault.New(fault.NotFound, "not_started", "this installation was never started; \"evenkeel serve\" makes the administrator and a first token")
	}
	if err != nil {
		return "", err
	}
	in.Person = person.ID
	_, text, err := a.Access.IssueToken(ctx, in)
	return text, err
}
