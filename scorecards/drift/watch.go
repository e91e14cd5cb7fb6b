package drift

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	// Patience is how long a drift may last before the team above is told.
	Patience = 7 * 24 * time.Hour
	// atOnce is how many are told of at a time, and retiredAtOnce bounds a transaction.
	atOnce, retiredAtOnce = 100, 500
)

// WatchOnce brings drifts into agreement with what is known of services, and tells the teams above
// of those that last longer than Patience, each once. Services are read in hundreds, and each
// hundreds are written in a transaction of their own. It counts "services", drifts "found" and
// "ended", and those "escalated". One that cannot be told of does not hold the others up.
func (s *Service) WatchOnce(ctx context.Context) (map[string]int64, error) {
	counts := map[string]int64{"services": 0, "found": 0, "ended": 0, "escalated": 0}
	now := clock.Round(s.Clock())
	k, err := s.know(ctx)
	if err != nil {
		return counts, err
	}
	for r := (page.Request{Limit: page.MaxLimit}); ; {
		found, err := s.Registry.Services(ctx, registry.ServiceFilter{}, r)
		if err != nil {
			return counts, fmt.Errorf("read services: %w", err)
		}
		if err := s.compare(ctx, now, k, found.Items, counts); err != nil {
			return counts, err
		}
		if r.After = found.Next; r.After == "" {
			break
		}
	}
	ended, err := tx.InChunks(ctx, s.Runner, retiredAtOnce, s.Store.RemoveOfRetired)
	counts["ended"] += int64(ended)
	if err != nil {
		return counts, fmt.Errorf("remove drifts of what was retired: %w", err)
	}
	return counts, s.escalate(ctx, now, counts)
}

// know reads what is the same for all services.
func (s *Service) know(ctx context.Context) (known, error) {
	everybody, err := s.People.Everybody(ctx)
	if err != nil {
		return known{}, fmt.Errorf("read who is there, and who left: %w", err)
	}
	k := known{departed: departed(everybody)}
	if s.Tracker != nil {
		var teams []registry.Team
		for r := (page.Request{Limit: page.MaxLimit}); ; {
			found, err := s.Registry.Teams(ctx, registry.TeamFilter{}, r)
			if err != nil {
				return known{}, fmt.Errorf("read the teams: %w", err)
			}
			teams = append(teams, found.Items...)
			if r.After = found.Next; r.After == "" {
				break
			}
		}
		k.named, k.organisation = s.Tracker.Named, newOrganisation(everybody, teams)
	}
	if s.Repositories != nil {
		if k.refusal, err = s.Repositories.Refusals(ctx); err != nil {
			return k, fmt.Errorf("read which repositories take no issues: %w", err)
		}
	}
	return k, nil
}

// compare writes what changed of the drifts of some services.
func (s *Service) compare(ctx context.Context, now time.Time, k known, services []registry.Service, counts map[string]int64) error {
	counts["services"] += int64(len(services))
	teams := make([]id.ID, len(services))
	for i, one := range services {
		teams[i] = one.Team
	}
	slices.Sort(teams)
	teams = slices.Compact(teams)
	var err error
	if k.members, err = s.Registry.CountActive(ctx, teams); err != nil {
		return fmt.Errorf("count who is in %d teams: %w", len(teams), err)
	}
	if err := s.see(ctx, &k, services, teams); err != nil {
		return err
	}
	there, err := s.Store.DriftsOf(ctx, registry.IDs(services))
	if err != nil {
		return fmt.Errorf("read the drifts of %d services: %w", len(services), err)
	}
	standing := make(map[id.ID]map[Reason]Drift, len(services))
	for _, d := range there {
		if standing[d.Service] == nil {
			standing[d.Service] = map[Reason]Drift{}
		}
		standing[d.Service][d.Reason] = d
	}
	var put []Drift
	var gone []id.ID
	fresh := int64(0)
	for _, one := range services {
		reasons := k.of(one)
		for _, reason := range slices.Sorted(maps.Keys(reasons)) {
			d, stands := standing[one.ID][reason]
			switch {
			case !stands:
				fresh++
				put = append(put, Drift{ID: id.New(now), Service: one.ID, Reason: reason, Detail: reasons[reason], FoundAt: now})
			case d.Detail != reasons[reason]:
				d.Detail = reasons[reason]
				put = append(put, d)
			}
		}
		for reason, d := range standing[one.ID] {
			if _, lasts := reasons[reason]; !lasts {
				gone = append(gone, d.ID)
			}
		}
	}
	if len(put)+len(gone) == 0 {
		return nil
	}
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := s.Store.PutDrifts(ctx, put); err != nil {
			return err
		}
		return s.Store.RemoveDrifts(ctx, gone)
	})
	if err != nil {
		return fmt.Errorf("write the drifts of %d services: %w", len(services), err)
	}
	counts["found"] += fresh
	counts["ended"] += int64(len(gone))
	return nil
}

// see reads what was seen of the repositories of services, and who is in their teams.
func (s *Service) see(ctx context.Context, k *known, services []registry.Service, teams []id.ID) error {
	if k.named == nil {
		return nil
	}
	var names []string
	for _, one := range services {
		if name, _, ok := k.named(one.Repository); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	var err error
	if k.seen, err = s.Store.Seen(ctx, slices.Compact(names)); err != nil {
		return fmt.Errorf("read what was seen of %d repositories: %w", len(names), err)
	}
	if k.inTeam, err = s.Registry.MembersOf(ctx, teams); err != nil {
		return fmt.Errorf("read who is in %d teams: %w", len(teams), err)
	}
	return nil
}

// escalate tells the teams above of what lasts too long.
func (s *Service) escalate(ctx context.Context, now time.Time, counts map[string]int64) error {
	var failures []error
	for last := (Drift{}); ; {
		found, err := s.Store.Untold(ctx, now.Add(-Patience), last, atOnce)
		if err != nil {
			return errors.Join(append(failures, fmt.Errorf("read drifts that last: %w", err))...)
		}
		if len(found) == 0 {
			return errors.Join(failures...)
		}
		for _, d := range found {
			err := s.Runner.InTx(ctx, func(ctx context.Context) error { return s.tell(ctx, d, now) })
			switch {
			case err == nil:
				counts["escalated"]++
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return err
			case !fault.Is(err, fault.Precondition): // else it ended meanwhile
				failures = append(failures, fmt.Errorf("escalate the drift %s: %w", d.ID, err))
			}
		}
		last = found[len(found)-1]
	}
}

// tell tells the team above that of the service, or the platform where there is none.
func (s *Service) tell(ctx context.Context, d Drift, now time.Time) error {
	of, err := s.Registry.ServicesByID(ctx, []id.ID{d.Service})
	if err != nil {
		return err
	}
	service := of[d.Service]
	team, err := s.Registry.Team(ctx, service.Team)
	if err != nil {
		return err
	}
	if err := s.Store.Escalated(ctx, d.ID, now); err != nil || s.Teller == nil {
		return err
	}
	return s.Teller.Tell(ctx, event.Event{
		Type: event.OwnershipDrifted, Key: "ownership-drift/" + string(d.ID), At: now, Team: team.Parent, Service: service.ID, Subject: service.Slug,
		Title: d.title(service), Link: "/services/" + service.Slug,
		Text:    fmt.Sprintf("%s It is so since %s; the service is of the team %s. %s", d.Detail, d.FoundAt.Format(time.DateOnly), team.Name, remedy[d.Reason]),
		Figures: []event.Figure{{Name: "reason", Value: string(d.Reason)}, {Name: "since", Value: d.FoundAt.Format(time.RFC3339)}},
	})
}
