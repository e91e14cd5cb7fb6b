package toil

import (
	"context"
	"errors"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// ErrNowhere is that a team has no service, in whose repository an issue could be.
var ErrNowhere = errors.New("the team has no service whose repository would have the issue")

// Above is a team whose toil is judged against its cap.
type Above struct {
	Team registry.Team
	Cap  int // percent
	// Median is over so many persons, of the weeks of the last 90 days that are told outside the team, for an
	// issue is read by others; Whole is of all of them together.
	Median, Whole float64
	Persons       int
}

// WatchOnce wants an issue of each team whose median share of the last 90 days is above its cap, with
// enough answers, and wants it closed once it is not. It goes by what is told outside the team: an issue is
// read by others, and that there is one says something. What is not told opens and closes nothing. A repeat
// changes nothing; what fails does not hold the other teams up. It counts "teams" that were looked at,
// "above", "opened", "closed", "nowhere" (the team has no service, in whose repository the issue would be)
// and "failed".
func (s *Service) WatchOnce(ctx context.Context) (map[string]int64, error) {
	now := clock.Round(s.Clock())
	ctx = access.WithCaller(ctx, access.System("watch-toil"))
	counts := map[string]int64{"teams": 0, "above": 0, "opened": 0, "closed": 0, "nowhere": 0, "failed": 0}
	weeks := share.Rolling(now)
	open, err := s.Desk.OpenCaps(ctx)
	if err != nil {
		return counts, fmt.Errorf("read which teams are above their cap: %w", err)
	}
	var failures []error
	for after := id.ID(""); ; {
		teams, err := s.Store.TeamsAsked(ctx, weeks[0], after, chunk)
		if err != nil {
			return counts, fmt.Errorf("read which teams were asked: %w", err)
		}
		known, err := s.read(ctx, teams, weeks[0])
		if err != nil {
			return counts, err
		}
		for _, team := range teams {
			counts["teams"]++
			r := known.told(team, weeks, now).Result()
			median, says := r.Median()
			if !says {
				continue
			}
			above := r.Above(known.settings[team].Cap)
			if above {
				counts["above"]++
			}
			if above == open[team] {
				continue
			}
			err := s.Runner.InTx(ctx, func(ctx context.Context) error {
				of, err := s.Registry.Team(ctx, team)
				if err != nil {
					return err
				}
				a := Above{Team: of, Cap: known.settings[team].Cap, Median: median, Whole: r.Answers.Whole, Persons: r.Answers.Persons}
				if above {
					return s.Desk.AboveCap(ctx, a, now)
				}
				return s.Desk.WithinCap(ctx, a, now)
			})
			switch {
			case errors.Is(err, ErrNowhere):
				counts["nowhere"]++
			case err == nil && above:
				counts["opened"]++
			case err == nil:
				counts["closed"]++
			case ctx.Err() != nil || tx.IsLeaseLost(err):
				return counts, err
			default:
				if counts["failed"]++; len(failures) < maxFailures {
					failures = append(failures, fmt.Errorf("follow up the toil of the team %s: %w", team, err))
				}
			}
		}
		if len(teams) < chunk {
			return counts, errors.Join(failures...)
		}
		after = teams[len(teams)-1]
	}
}
