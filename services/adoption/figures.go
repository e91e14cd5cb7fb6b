package adoption

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
)

// The bounds of the window of figures, in days.
const (
	DefaultDays = 28
	MinDays     = 7
	MaxDays     = 365
)

// shownWeeks is how many weeks are counted before the running one.
const shownWeeks = 12

// Window is the last days, today among them, in UTC.
type Window struct {
	From, To clock.Date // both in it
}

func windowOf(now time.Time, days int) Window {
	return Window{clock.DateOf(now.AddDate(0, 0, 1-days)), clock.DateOf(now)}
}

// Share is a part of a whole; unknown where the whole is nothing.
type Share struct{ Part, Whole int }

// Percent is the share in percent, rounded down; false of nothing.
func (s Share) Percent() (int, bool) {
	if s.Whole == 0 {
		return 0, false
	}
	return 100 * s.Part / s.Whole, true
}

// Figures are how far Evenkeel is taken up.
type Figures struct {
	Window Window
	// Teams are those that have a member or a living service.
	Teams struct {
		All       int
		ByPeople  int // of which a member used it within the window
		ByProgram int // of which workloads used it, and no member
		WithSLO   int // which have a living service with a living SLO
	}
	People PeopleFigures
	// FirstSLO is how long teams take from when they are here to the first SLO of a service of theirs,
	// retired ones too.
	FirstSLO struct {
		Quantiles
		Have    int           // teams that came to it
		Open    int           // teams with services that have none yet
		Longest time.Duration // how long the one that waits longest has; zero where none waits
	}
	Waves []WaveFigure // the newest first, at most MaxWaves
	Gate  GateFigures
	// Void is how many of the violations that ended within the window were ruled to be none.
	Void  Share
	Weeks []Week // the oldest first; the last is the running one
}

// PeopleFigures count people who were not deactivated.
type PeopleFigures struct {
	All    int
	Active int // who used it within the window
	New    int // of them, who did so for the first time
	Gone   int // who used it before the window and not within
	Never  int // who never did
}

// Return is how many of those who had used it before the window did so within.
func (p PeopleFigures) Return() Share {
	before := p.Active - p.New + p.Gone
	return Share{p.Active - p.New, before}
}

// MaxWaves is how many waves of onboarding are in the figures.
const MaxWaves = 20

// WaveFigure is how far what a wave has is.
type WaveFigure struct {
	Wave                                  id.ID
	Slug, Name                            string
	StartedAt                             *time.Time
	Found, Registered, Declared, Measured int // as of onboarding
}

// All is how many services and repositories are in the wave.
func (w WaveFigure) All() int { return w.Found + w.Registered + w.Declared + w.Measured }

// GateFigures are what the gate answered within the window, and what was set aside.
type GateFigures struct {
	Allowed, Warned, Denied int // answers
	Overrides               int
	// Overridden is how many of the services that had been denied a change, or were overridden, within
	// the window were overridden.
	Overridden Share
}

// Week is who used Evenkeel in a week that begins on a Monday, in UTC.
type Week struct {
	Begins clock.Date
	People int
	Teams  int // of which a member or a workload did, by who is a member now
}

// TeamFigure is one team.
type TeamFigure struct {
	Team       id.ID
	Slug, Name string
	Members    int // who were not deactivated
	Active     int // of them, who used it within the window
	ByProgram  bool
	LastDay    clock.Date // on which a member or a workload used it; empty for never
	Services   int
	WithSLO    int // of the services
	HereSince  time.Time
	FirstSLOAt *time.Time
}

// Is reports whether a member or a workload used it within the window.
func (t TeamFigure) Is() bool { return t.Active > 0 || t.ByProgram }

// TeamFilter narrows the list of teams.
type TeamFilter struct {
	Window Window
	Active *bool // only those that are, or are not
}

// Gone is somebody who used Evenkeel before the window and not within.
type Gone struct {
	Person            id.ID
	Name              string
	FirstDay, LastDay clock.Date
	Days              int      // on which they used it
	Teams             []string // slugs, in their order
}

// GoneFilter narrows the list of people who did not come back.
type GoneFilter struct {
	Window Window
	Team   id.ID
}
