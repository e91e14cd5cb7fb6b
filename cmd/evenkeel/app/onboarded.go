package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/cataloginfo"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// furnishOnboarding has services brought in waves, and repositories found where GitHub is connected.
func (a *App) furnishOnboarding() {
	s := a.Store
	a.Onboarding = onboarding.NewService(onboarding.Parts{
		Store: s.Onboarding(), Organisation: a.Registry, SLOs: a.SLOs, Teller: a.Outbox, Runner: s, Authorizer: a.authorizer, Recorder: a.Audit, Clock: a.now,
	})
	if a.credentials != nil {
		g := a.opts.Config.GitHub
		a.Onboarding.Host = codeHost{credentials: a.credentials, hub: a.hub, host: g.Host(), owners: g.Owners}
	}
}

// discoverRepositories is the job, as nobody's but Evenkeel's own affair.
func (a *App) discoverRepositories(ctx context.Context) (map[string]int64, error) {
	d, err := a.Onboarding.Discover(access.WithCaller(ctx, access.System("discover-repositories")))
	return map[string]int64{"told": int64(d.Told), "new": int64(d.New), "gone": int64(d.Gone), "looked_into": int64(d.Looked)}, err
}

// codeHost is GitHub with its repositories.
type codeHost struct {
	credentials *github.Credentials
	hub         *github.Tracker
	host        string
	owners      []string
}

var _ onboarding.Host = codeHost{}

// Repositories implements onboarding.Host. Owners whose installation is suspended are told as an error: their
// repositories are not gone.
func (h codeHost) Repositories(ctx context.Context, each func([]onboarding.Told) error) error {
	found, err := h.credentials.Repositories(ctx, h.owners, func(some []github.Repository) error {
		told := make([]onboarding.Told, len(some))
		for i, r := range some {
			told[i] = onboarding.Told{
				HostID: strconv.FormatInt(r.ID, 10), FullName: string(r.Place), Address: "https://" + h.host + "/" + string(r.Place),
				Facts: onboarding.Facts{
					Description: r.Description, Language: r.Language, DefaultBranch: r.DefaultBranch, Visibility: r.Visibility, Topics: r.Topics,
					Archived: r.Archived || r.Disabled, Fork: r.Fork, Template: r.Template, Empty: r.Size == 0 && r.PushedAt.IsZero(),
				},
			}
			if !r.PushedAt.IsZero() {
				told[i].PushedAt = new(r.PushedAt.UTC().Truncate(time.Microsecond))
			}
		}
		return each(told)
	})
	if len(found.Suspended) > 0 {
		err = errors.Join(err, fmt.Errorf("the App is suspended for %s: their repositories were not told", strings.Join(found.Suspended, ", ")))
	}
	return err
}

// FullName implements onboarding.Host.
func (h codeHost) FullName(address string) string {
	r, is := issues.ParseRepository(address, h.host)
	if !is {
		return ""
	}
	return string(delivery.Place(r.String()).Folded())
}

// The tags of what was looked into. The files themselves are not kept.
const (
	tagOfRoot    = "root"
	tagETag      = "etag"
	tagOfOwners  = "owners"
	tagOfCatalog = "catalog"
)

// Look implements onboarding.Host.
func (h codeHost) Look(ctx context.Context, fullName string, before onboarding.Look) (onboarding.Look, error) {
	known := github.Look{
		ETag: before.Tags[tagETag], Root: before.Tags[tagOfRoot], Owned: fileOf(before.Tags[tagOfOwners]), Catalog: fileOf(before.Tags[tagOfCatalog]),
	}
	seen, err := h.hub.Look(ctx, delivery.Place(fullName), known)
	if e := delivery.AsError(err); e != nil {
		switch e.Trouble {
		case delivery.Gone, delivery.Refused, delivery.Moved:
			// What is known of it stays, and is read anew the next time.
			return onboarding.Look{Owners: before.Owners, Component: before.Component, Problem: problem(e.Reason)}, nil
		case delivery.Limited, delivery.Barred:
			err = fmt.Errorf("%w: %w", onboarding.ErrBusy, err)
		case delivery.Lost, delivery.Unavailable:
		}
	}
	if err != nil {
		return before, err
	}
	out := onboarding.Look{Tags: map[string]string{tagETag: seen.ETag, tagOfRoot: seen.Root, tagOfOwners: tagOf(seen.Owned), tagOfCatalog: tagOf(seen.Catalog)}}
	looked := known.Root != "" // the files were read before
	seen.Owned.Text = clean(seen.Owned.Text)
	if out.Owners = seen.Owners(); looked && seen.Owned.SHA == known.Owned.SHA {
		out.Owners = before.Owners
	}
	out.Owners = out.Owners[:min(len(out.Owners), maxOwners)]
	if looked && seen.Catalog.SHA == known.Catalog.SHA {
		out.Component, out.Problem = before.Component, before.Problem
	} else {
		out.Component, out.Problem = componentOf(seen.Catalog)
	}
	return out, nil
}

// tagOf names a file as it was read: its path and by what git has it.
func tagOf(f github.File) string {
	if f.SHA == "" {
		return ""
	}
	return f.SHA + " " + f.Path
}

func fileOf(tag string) github.File {
	sha, path, _ := strings.Cut(tag, " ")
	return github.File{SHA: sha, Path: path}
}

// componentOf is the first service that a catalog-info file declares, and what is to be said of it.
func componentOf(f github.File) (*onboarding.Component, string) {
	if f.Text == "" {
		return nil, ""
	}
	read := cataloginfo.Read([]foreign.Text{{In: f.Path, Bytes: []byte(clean(f.Text))}})
	if len(read.Services) == 0 {
		if len(read.Refused) > 0 {
			return nil, problem(fmt.Sprintf("%s: %v", f.Path, read.Refused[0].Err))
		}
		return nil, ""
	}
	slices.SortFunc(read.Services, func(a, b foreign.Service) int { return a.Origin.Line - b.Origin.Line })
	first, more := read.Services[0], ""
	if n := len(read.Services) - 1; n > 0 {
		names := make([]string, n)
		for i, s := range read.Services[1:] {
			names[i] = s.Slug
		}
		more = problem(fmt.Sprintf("%s declares %d more services, which the portal's catalog tells of or evenkeel import brings: %s", f.Path, n, strings.Join(names, ", ")))
	}
	return &onboarding.Component{
		Slug: first.Slug, Name: first.Name, Description: first.Description, Owner: first.Team, System: first.System, Kind: first.Kind, Lifecycle: first.Lifecycle, Tier: first.Tier,
	}, more
}

// problem is what is wrong with a repository or a file, as it is kept.
func problem(text string) string { return fault.Clip(clean(text), maxProblem) }

// clean is a text without what no database keeps: what is no UTF-8, and NUL.
func clean(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

const (
	// maxProblem is how many characters are kept of what is wrong with a file.
	maxProblem = 500
	// maxOwners is how many code owners of a repository are kept.
	maxOwners = 20
)
