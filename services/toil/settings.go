package toil

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// Settings are how a team measures its toil. Its working hours follow from its people and these: a week is
// WeekMinutes of each of them, less the days on which they say that they were away.
type Settings struct {
	Team id.ID
	SettingsInput
	UpdatedAt time.Time // zero where nobody decided anything
	UpdatedBy string
	Version   int64
}

// SettingsInput is what a team decides.
type SettingsInput struct {
	WeekMinutes int // working minutes of a person in a week
	WeekDays    int // on how many days
	Overhead    int // percent of them that meetings and the like take
	Cap         int // percent of the rest above which toil is too much
	Asks        bool
	Incidents   bool // whether incidents are proposed to those who responded
}

// mostCap is the cap of Site Reliability Engineering, chapter 5, in percent. A team may set itself a lower
// one; by a higher one it would be told of nothing, and others rely on it.
const mostCap = 50

// defaults are what holds where a team decided nothing.
func defaults(team id.ID) Settings {
	return Settings{Team: team, SettingsInput: SettingsInput{WeekMinutes: 40 * 60, WeekDays: 5, Overhead: 20, Cap: mostCap, Asks: true, Incidents: true}, Version: 1}
}

// Terms are by what shares are reckoned.
func (s SettingsInput) Terms() share.Terms {
	return share.Terms{WeekMinutes: s.WeekMinutes, WeekDays: s.WeekDays, Overhead: s.Overhead}
}

func (s SettingsInput) check(check *fault.Check) {
	check.Require(s.WeekMinutes >= 60 && s.WeekMinutes <= 80*60, "/hoursPerWeek", float64(s.WeekMinutes)/60, "must be 1 to 80")
	check.Require(s.WeekDays >= 1 && s.WeekDays <= 7, "/daysPerWeek", s.WeekDays, "must be 1 to 7")
	check.Require(s.WeekMinutes <= s.WeekDays*24*60 || s.WeekDays < 1, "/hoursPerWeek", float64(s.WeekMinutes)/60, "must be at most 24 for each of %d days", s.WeekDays)
	check.Require(s.Overhead >= 0 && s.Overhead <= 80, "/overheadPercent", s.Overhead, "must be 0 to 80")
	check.Require(s.Cap >= 1 && s.Cap <= mostCap, "/capPercent", s.Cap, "must be 1 to %d: a team may set itself a lower cap, and no higher one", mostCap)
}

// Settings are those of the team; where it decided nothing, the defaults, as version 1.
func (s *Service) Settings(ctx context.Context, team id.ID) (Settings, error) {
	if err := s.mayRead(ctx); err != nil {
		return Settings{}, err
	}
	return s.settings(ctx, team)
}

func (s *Service) settings(ctx context.Context, team id.ID) (Settings, error) {
	all, err := s.settingsOf(ctx, []id.ID{team})
	return all[team], err
}

// settingsOf are those of each of the teams.
func (s *Service) settingsOf(ctx context.Context, teams []id.ID) (map[id.ID]Settings, error) {
	out, err := s.Store.Settings(ctx, teams)
	if err != nil {
		return nil, fmt.Errorf("read how teams measure toil: %w", err)
	}
	for _, team := range teams {
		if _, decided := out[team]; !decided {
			out[team] = defaults(team)
		}
	}
	return out, nil
}

// Decide replaces the settings of the team; past shares are reckoned by them from now on too.
//
// Faults: Forbidden; Precondition; Invalid with every broken rule.
func (s *Service) Decide(ctx context.Context, team id.ID, version int64, in SettingsInput) (Settings, error) {
	now := clock.Round(s.Clock())
	var after Settings
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		of, err := s.Registry.HoldTeam(ctx, team)
		if err != nil {
			return err
		}
		o := access.Object{Kind: access.KindToilSettings, ID: of.ID, Label: of.Slug, Team: of.ID}
		if err := s.Authorizer.Authorize(ctx, access.Update, o); err != nil {
			return err
		}
		var check fault.Check
		in.check(&check)
		if err := check.Err(); err != nil {
			return err
		}
		before, err := s.settings(ctx, team)
		if err != nil {
			return err
		}
		if before.Version != version {
			return fault.Stale("settings")
		}
		after = Settings{Team: team, SettingsInput: in, UpdatedAt: now, UpdatedBy: access.CallerFrom(ctx).Name, Version: version + 1}
		if err := s.Store.PutSettings(ctx, after); err != nil {
			return err
		}
		return s.Recorder.RecordDiff(ctx, access.Update, o, "", before.SettingsInput, in)
	})
	if err != nil {
		return Settings{}, fmt.Errorf("decide how a team measures toil: %w", err)
	}
	return after, nil
}
