package notify

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Audience tells which events would reach somebody, by the targets that there are now. It
// authorises nobody.
type Audience struct {
	Targets interface {
		// LiveTargets returns those that are enabled and not removed, by rank and age.
		LiveTargets(ctx context.Context) ([]Target, error)
	}
	Teams interface {
		TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	}
	Settings Settings
}

// Hears returns of each of the teams which of the types of its events are told to somebody: the
// first target that takes them, of the team, of those above it and of the platform, is one to which
// something is sent. It reads teams level by level, whatever their number.
func (a Audience) Hears(ctx context.Context, teams []id.ID, types ...event.Type) (map[id.ID]map[event.Type]bool, error) {
	out := make(map[id.ID]map[event.Type]bool, len(teams))
	for _, team := range teams {
		out[team] = map[event.Type]bool{}
	}
	if a.Settings.Mode != On {
		return out, nil
	}
	live, err := a.Targets.LiveTargets(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the targets: %w", err)
	}
	of := map[id.ID][]Target{}
	for _, target := range live {
		of[target.Team] = append(of[target.Team], target)
	}
	parents, err := a.parents(ctx, teams)
	if err != nil {
		return nil, err
	}
	for _, team := range teams {
		for _, t := range types {
			out[team][t] = a.reaches(Told{Event: event.Event{Type: t}}, above(team, parents), of)
		}
	}
	return out, nil
}

// reaches reports whether the event goes somewhere, by the teams in whose order targets are asked.
func (a Audience) reaches(e Told, line []id.ID, targets map[id.ID][]Target) bool {
	for _, team := range line {
		for _, target := range targets[team] {
			if target.takes(e) {
				return target.Kind != Email || a.Settings.Mails
			}
		}
	}
	return false
}

// above are the team and those above it, and last the platform, which is empty.
func above(team id.ID, parents map[id.ID]id.ID) []id.ID {
	line := make([]id.ID, 0, 4)
	for team != "" && len(line) < tallest {
		line = append(line, team)
		team = parents[team]
	}
	return append(line, "")
}

// parents are those of the teams, and of all above them.
func (a Audience) parents(ctx context.Context, teams []id.ID) (map[id.ID]id.ID, error) {
	out := map[id.ID]id.ID{}
	for level := 0; len(teams) > 0 && level < tallest; level++ {
		found, err := a.Teams.TeamsByID(ctx, teams)
		if err != nil {
			return nil, fmt.Errorf("read %d teams: %w", len(teams), err)
		}
		next := map[id.ID]bool{}
		for of, team := range found {
			out[of] = team.Parent
			if _, known := out[team.Parent]; team.Parent != "" && !known {
				next[team.Parent] = true
			}
		}
		teams = slices.Sorted(maps.Keys(next))
	}
	return out, nil
}
