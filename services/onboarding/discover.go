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
	// maxLooks is into how many repositories a run looks at most: one request each, and five of one that
	// changed, of the 5,000 that a host such as GitHub answers in an hour.
	maxLooks = 500
	// lookAgain is after how long one is looked into again that nobody pushed to, and lookSoon after how
	// long one that could not be looked into.
	lookAgain, lookSoon = 7 * 24 * time.Hour, 6 * time.Hour
	// maxInRow is after how many that cannot be looked into, one after the other, a run ends.
	maxInRow = 5
	// goneAfter is for how long a host does not tell of one before it is gone: two runs, for lists of
	// many pages leave something out now and then when others are removed meanwhile.
	goneAfter = 90 * time.Minute
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
			d.Gone, err = s.Store.EndUnseen(ctx, began.Add(-goneAfter), began)
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
	known, err := s.Store.HoldRepositories(ctx, ids)
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
	services, err := s.addresses(ctx)
	if err != nil {
		return err
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
		if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.write(ctx, changed) }); err != nil {
			return err
		}
		if len(some) < rowsAtOnce {
			return nil
		}
	}
}

// write writes what repositories are related to. Which service names one is asked again: a wave may have
// registered it since all were read. One that was decided on meanwhile is the next run's.
func (s *Service) write(ctx context.Context, changed []Repository) error {
	for _, r := range changed {
		var err error
		if r.Service, err = s.naming(ctx, r); err != nil {
			return err
		}
		if err := s.Store.RelateRepository(ctx, r); err != nil && !fault.Is(err, fault.Precondition) {
			return err
		}
	}
	return nil
}

// addresses are the services by the repository that they name: of several the first that lives, else the
// first that was retired.
func (s *Service) addresses(ctx context.Context) (map[string]id.ID, error) {
	out, retired := map[string]id.ID{}, map[string]id.ID{}
	for after := id.ID(""); ; {
		some, err := s.Store.Addresses(ctx, after, rowsAtOnce)
		if err != nil {
			return nil, err
		}
		for _, a := range some {
			after = a.Service
			into := out
			if a.Retired {
				into = retired
			}
			if name := s.Host.FullName(a.Repository); name != "" && into[name] == "" {
				into[name] = a.Service
			}
		}
		if len(some) < rowsAtOnce {
			break
		}
	}
	for name, of := range retired {
		if out[name] == "" {
			out[name] = of
		}
	}
	return out, nil
}

// naming is the service that names the repository now, by the rule of addresses; empty for none.
func (s *Service) naming(ctx context.Context, r Repository) (id.ID, error) {
	if s.Host == nil {
		return r.Service, nil
	}
	found, err := s.Store.AddressesLike(ctx, r.FullName)
	if err != nil {
		return "", err
	}
	retired := id.ID("")
	for _, a := range found {
		switch {
		case s.Host.FullName(a.Repository) != strings.ToLower(r.FullName):
		case !a.Retired:
			return a.Service, nil
		case retired == "":
			retired = a.Service
		}
	}
	return retired, nil
}

// teamOf is the team of the strongest word that names one that is there; what people said is never
// replaced by another word, also where their team is not there any more. teams remembers who was found.
func (s *Service) teamOf(ctx context.Context, r Repository, teams map[string]id.ID) (id.ID, TeamBy, error) {
	for _, c := range r.claims() {
		team, asked := teams[c.team]
		if !asked {
			found, err := followed(ctx, c.team, s.Organisation.TeamFor)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return "", "", err
			}
			team = found.ID
			teams[c.team] = team
		}
		switch {
		case team != "":
			return team, c.by, nil
		case c.by == ByChoice:
			return "", "", nil
		}
	}
	return "", "", nil
}

// followed finds a thing by its name, or by what it is called since.
func followed[T any](ctx context.Context, name string, find func(context.Context, string) (T, error)) (T, error) {
	found, err := find(ctx, name)
	if f := fault.As(err); f != nil && f.Kind == fault.Moved {
		return find(ctx, f.Now)
	}
	return found, err
}

// look looks into repositories that may become services, those first that nobody looked into.
func (s *Service) look(ctx context.Context, now time.Time, d *Discovery) error {
	due, err := s.Store.RepositoriesToLookInto(ctx, now.Add(-lookAgain), maxLooks)
	if err != nil {
		return err
	}
	var seen []id.ID
	var wrong error
	inRow := 0
	for _, r := range due {
		look, err := s.Host.Look(ctx, r.FullName, r.Look)
		at := now
		if err != nil {
			wrong = errors.Join(wrong, fmt.Errorf("look into %s: %w", r.FullName, err))
			if inRow++; ctx.Err() != nil || errors.Is(err, ErrBusy) || inRow == maxInRow {
				break // what was seen so far counts; the rest is looked into by the next run
			}
			// It is asked for again in some hours, and stands in nobody's way until then.
			look, at = r.Look, now.Add(lookSoon-lookAgain)
		} else {
			inRow = 0
			seen = append(seen, r.ID)
			d.Looked++
		}
		changed := !reflect.DeepEqual(look, r.Look)
		r.Look, r.LookedAt = look, &at
		if err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.Store.LookedInto(ctx, r, changed) }); err != nil {
			return errors.Join(wrong, err)
		}
	}
	if len(seen) == 0 {
		return wrong
	}
	return errors.Join(wrong, s.relate(ctx, seen))
}
