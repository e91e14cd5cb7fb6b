package delivery

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Mode is how far the courier goes.
type Mode string

// The modes.
const (
	Observe Mode = "observe" // nothing is sent; issues stay drafts
	Warn    Mode = "warn"    // issues are made, kept up to date and commented on; closing and reopening is people's
	Enforce Mode = "enforce" // and closed and reopened as they are wanted
)

// Modes lists every mode.
var Modes = []Mode{Observe, Warn, Enforce}

// Settings are what the operator decides.
type Settings struct {
	// Mode is for all kinds that are not in Kinds.
	Mode  Mode
	Kinds map[issues.Kind]Mode
	// Stopped keeps everything back, StoppedKinds some; they are for when something
	// went wrong, and go before the modes. A Switch stops more while the program runs.
	Stopped      bool
	StoppedKinds []issues.Kind
	// TeamPerDay and PerDay are how many issues are made in 24 hours, for services of a
	// team and in all.
	TeamPerDay, PerDay int
	// GroupFrom is how many issues of a kind that are to be made in a place at once are
	// told of in one instead.
	GroupFrom int
	// Routes say where issues go.
	Routes issues.RouteRules

	// Hold is how long something whose answer is lost is looked for, and Misses how
	// often at least, before it is asked for again.
	Hold   time.Duration
	Misses int
	Limits Limits
	// Timeout is how long an answer is waited for.
	Timeout time.Duration
	// Budget is how long a lane is worked on in a run, Lanes how many are at a time.
	Budget time.Duration
	Lanes  int
}

// Defaults are the settings where nobody decided: everything is a draft.
func Defaults() Settings {
	return Settings{
		Mode: Observe, TeamPerDay: 20, PerDay: 200, GroupFrom: 10, Routes: issues.RouteRules{Host: issues.HostOfGitHub},
		Hold: 5 * time.Minute, Misses: 3, Limits: Documented(), Timeout: 10 * time.Second, Budget: 12 * time.Second, Lanes: 8,
	}
}

// Validate returns an Invalid fault with everything that is wrong.
func (s Settings) Validate() error {
	var check fault.Check
	check.Require(slices.Contains(Modes, s.Mode), "/mode", s.Mode, "must be one of %s", fault.Or(Modes))
	for kind, mode := range s.Kinds {
		check.Require(slices.Contains(issues.Kinds, kind), "/kinds", kind, "must be one of %s", fault.Or(issues.Kinds))
		check.Require(slices.Contains(Modes, mode), "/kinds/"+string(kind), mode, "must be one of %s", fault.Or(Modes))
	}
	for pointer, kinds := range map[string][]issues.Kind{"/stoppedKinds": s.StoppedKinds, "/routes/publicKinds": s.Routes.PublicKinds} {
		for _, kind := range kinds {
			check.Require(slices.Contains(issues.Kinds, kind), pointer, kind, "must be one of %s", fault.Or(issues.Kinds))
		}
	}
	check.Require(s.TeamPerDay > 0, "/teamPerDay", s.TeamPerDay, "must be at least 1")
	check.Require(s.GroupFrom > 1, "/groupFrom", s.GroupFrom, "must be at least 2")
	check.Require(s.PerDay > 0, "/perDay", s.PerDay, "must be at least 1")
	if s.Routes.Default != "" {
		_, ok := issues.ParseRepository(s.Routes.Default, s.Routes.Host)
		check.Require(ok, "/routes/default", s.Routes.Default, "must be the address of a repository on %s, or empty", s.Routes.Host)
	}
	check.Require(s.Hold >= time.Minute, "/hold", s.Hold.String(), "must be at least 1m: the tracker's list lags")
	check.Require(s.Misses >= 1 && s.Misses <= 20, "/misses", s.Misses, "must be 1 to 20")
	check.Require(s.Limits.Spacing >= time.Second, "/limits/spacing", s.Limits.Spacing.String(), "must be at least 1s, as GitHub asks")
	check.Require(s.Limits.Points > Writing.Points && s.Limits.ContentMinute > 0 && s.Limits.ContentHour > 0, "/limits", s.Limits, "must let a write through")
	check.Require(s.Timeout > 0, "/timeout", s.Timeout.String(), "must be positive")
	check.Require(s.Budget > 0, "/budget", s.Budget.String(), "must be positive")
	check.Require(s.Lanes > 0, "/lanes", s.Lanes, "must be at least 1")
	return check.Err()
}

// of is the mode of a kind, with what is stopped.
func (s Settings) of(kind issues.Kind) Mode {
	if len(s.stops(kind)) > 0 {
		return Observe
	}
	return s.mode(kind)
}

// stops are those that keep a kind back, whatever its mode.
func (s Settings) stops(kind issues.Kind) []Stop {
	var out []Stop
	if s.Stopped {
		out = append(out, Stop{Configured: true})
	}
	if slices.Contains(s.StoppedKinds, kind) {
		out = append(out, Stop{Kind: kind, Configured: true})
	}
	return out
}

// mode is that of a kind, without what is stopped.
func (s Settings) mode(kind issues.Kind) Mode {
	if mode, ok := s.Kinds[kind]; ok {
		return mode
	}
	return s.Mode
}

// delivered are the kinds of which something is sent.
func (s Settings) delivered() []issues.Kind {
	var kinds []issues.Kind
	for _, kind := range issues.Kinds {
		if s.of(kind) != Observe {
			kinds = append(kinds, kind)
		}
	}
	return kinds
}
