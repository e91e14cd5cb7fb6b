package onboarding

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
)

// The bounds of a discovery.
const (
	// maxLooks is into how many repositories a run looks at most: two requests each, of the 5,000 that
	// a host such as GitHub answers in an hour.
	maxLooks = 500
	// lookAgain is after how long one is looked into again that nobody pushed to.
	lookAgain = 7 * 24 * time.Hour
	// rowsAtOnce is how many rows a transaction writes.
	rowsAtOnce = 200
)

// Discovery is what came of looking for repositories.
type Discovery struct {
	Told   int // of which the host told
	New    int
	Gone   int // of which it told before, and does not any more
	Looked int // that were looked into
}

// Discover reads which repositories there are, looks into those that may become services, and finds out
// whose they are and which service names them. Where the host cannot be asked to the end, what it told
// counts, nothing is taken for gone, and the error says so. Without a host nothing is found.
func (s *Service) Discover(ctx context.Context) (Discovery, error) {
	began := clock.Round(s.Clock())
	var d Discovery
	if s.Host == nil {
		return d, nil
	}
	told := s.list(ctx, began, &d)
	if told == nil {
		told = s.Runner.InTx(ctx, func(ctx context.Context) (err error) {
			d.Gone, err = s.Store.EndUnseen(ctx, began)
			return err
		})
	}
	return d, errors.Join(told, s.relate(ctx, nil), s.look(ctx, began, &d))
}

// list writes what the host tells.
func (s *Service) list(ctx context.Context, now time.Time, d *Discovery) error {
	err := s.Host.Repositories(ctx, func(told []Told) error {
		d.Told += len(told)
		for len(told) > 0 {
			some := told[:min(len(told), rowsAtOnce)]
			told = told[len(some):]
			if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.take(ctx, some, now, d) }); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("list the repositories: %w", err)
	}
	return nil
}

// take writes repositories as they are told.
func (s *Service) take(ctx context.Context, told []Told, now time.Time, d *Discovery) error {
	ids := make([]string, len(told))
	for i, t := range told {
		ids[i] = t.HostID
	}
	known, err := s.Store.RepositoriesByHostID(ctx, ids)
	if err != nil {
		return err
	}
	fresh := 0
	for _, t := range told {
		is, there := known[t.HostID]
		before := is
		if !there {
			is = Repository{ID: id.New(now), HostID: t.HostID, CreatedAt: now, Version: 1}
			fresh++
		}
		is.FullName, is.Address, is.Facts, is.PushedAt, is.SeenAt, is.GoneAt = t.FullName, t.Address, t.Facts, t.PushedAt, now, nil
		if !there {
			err = s.Store.CreateRepository(ctx, is)
		} else {
			// Who decides on one is not held up by its being seen: the version is of what people see.
			err = s.Store.SeeRepository(ctx, is, !sameTold(before, is))
		}
		if err != nil {
			return err
		}
		known[t.HostID] = is
	}
	d.New += fresh
	return nil
}

func sameTold(a, b Repository) bool {
	a.SeenAt, a.PushedAt = b.SeenAt, b.PushedAt
	return reflect.DeepEqual(a, b)
}

// relate finds out whose repositories are and which services name them: of those, or of all.
func (s *Service) relate(ctx context.Context, of []id.ID) error {
	services := map[string]id.ID{}
	for after := id.ID(""); ; {
		some, err := s.Store.Addresses(ctx, after, rowsAtOnce)
		if err != nil {
			return err
		}
		for _, a := range some {
			if name := s.Host.FullName(a.Repository); name != "" {
				if _, there := services[name]; !there {
					services[name] = a.Service
				}
			}
			after = a.Service
		}
		if len(some) < rowsAtOnce {
			break
		}
	}
	teams := map[string]id.ID{}
	for after := id.ID(""); ; {
		some, err := s.Store.SomeRepositories(ctx, of, after, rowsAtOnce)
		if err != nil {
			return err
		}
		var changed []Repository
		for _, r := range some {
			after = r.ID
			was := r
			r.Service = services[strings.ToLower(r.FullName)]
			if r.Team, r.TeamBy, err = s.teamOf(ctx, r, teams); err != nil {
				return err
			}
			if r.Team != was.Team || r.TeamBy != was.TeamBy || r.Service != was.Service {
				changed = append(changed, r)
			}
		}
		if err := s.Runner.InTx(ctx, func(ctx context.Context) error {
			for _, r := range changed {
				if err := s.Store.RelateRepository(ctx, r); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
		if len(some) < rowsAtOnce {
			return nil
		}
	}
}

// teamOf is the team of the strongest word that names one that is there. teams remembers who was found.
func (s *Service) teamOf(ctx context.Context, r Repository, teams map[string]id.ID) (id.ID, TeamBy, error) {
	for _, c := range r.claims() {
		team, asked := teams[c.team]
		if !asked {
			found, err := s.Organisation.TeamFor(ctx, c.team)
			if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Moved) {
				return "", "", err
			}
			team = found.ID
			teams[c.team] = team
		}
		if team != "" {
			return team, c.by, nil
		}
	}
	return "", "", nil
}

// look looks into repositories that may become services, those first that nobody looked into.
func (s *Service) look(ctx context.Context, now time.Time, d *Discovery) error {
	due, err := s.Store.RepositoriesToLookInto(ctx, now.Add(-lookAgain), maxLooks)
	if err != nil {
		return err
	}
	var seen []id.ID
	for _, r := range due {
		look, err := s.Host.Look(ctx, r.FullName, r.Look)
		if err != nil {
			// What was seen so far counts; the rest is looked into by the next run.
			return errors.Join(fmt.Errorf("look into %s: %w", r.FullName, err), s.relate(ctx, seen))
		}
		changed := !reflect.DeepEqual(look, r.Look)
		r.Look, r.LookedAt = look, &now
		if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.LookedInto(ctx, r, changed) }); err != nil {
			return err
		}
		seen = append(seen, r.ID)
		d.Looked++
	}
	if len(seen) == 0 {
		return nil
	}
	return s.relate(ctx, seen)
}
