package api

import (
	"time"

	"github.com/evenkeel/evenkeel/services/adoption"
)

// Adoption is how far Evenkeel is taken up.
type Adoption struct {
	From       string             `json:"from" format:"date" doc:"The first day of the window, in UTC." example:"2026-11-01"`
	To         string             `json:"to" format:"date" doc:"The last day of the window: today." example:"2026-11-28"`
	Teams      AdoptionTeams      `json:"teams"`
	People     AdoptionPeople     `json:"people"`
	FirstSLO   AdoptionFirstSLO   `json:"firstSLO"`
	Waves      []AdoptionWave     `json:"waves" doc:"Waves of onboarding, the newest first, at most 20."`
	Gate       AdoptionGate       `json:"gate"`
	Violations AdoptionViolations `json:"violations"`
	Weeks      []AdoptionWeek     `json:"weeks" doc:"Twelve weeks and the running one, the oldest first."`
}

// AdoptionTeams counts teams that have a member or a living service.
type AdoptionTeams struct {
	Total     int `json:"total" doc:"Teams that have a member who was not deactivated, or a living service."`
	ByPeople  int `json:"byPeople" doc:"Of which a member used Evenkeel within the window."`
	ByProgram int `json:"byProgram" doc:"Of which workloads used it, and no member."`
	WithSLO   int `json:"withSLO" doc:"Which have an SLO of a living service."`
}

// AdoptionPeople counts people who were not deactivated.
type AdoptionPeople struct {
	Total    int `json:"total"`
	Active   int `json:"active" doc:"Who used Evenkeel within the window."`
	New      int `json:"new" doc:"Of them, who did so for the first time."`
	Returned int `json:"returned" doc:"Of them, who had used it before the window."`
	Gone     int `json:"gone" doc:"Who used it before the window, and not within."`
	Never    int `json:"never" doc:"Who never used it."`
}

// AdoptionFirstSLO is how long teams take from when they are here to the first SLO of a service of theirs, in
// seconds, by the estimator of Kaplan and Meier, which counts teams that have none yet as waiting on.
type AdoptionFirstSLO struct {
	QuarterSeconds       *int64 `json:"quarterSeconds,omitempty" doc:"Within which a quarter of the teams come to it. Absent while that is not known: too few have."`
	HalfSeconds          *int64 `json:"halfSeconds,omitempty" doc:"Within which half of them do."`
	ThreeQuartersSeconds *int64 `json:"threeQuartersSeconds,omitempty" doc:"Within which three quarters do."`
	Have                 int    `json:"have" doc:"Teams that came to it."`
	Waiting              int    `json:"waiting" doc:"Teams with services that have none yet."`
	LongestWaitSeconds   int64  `json:"longestWaitSeconds" doc:"How long the one of them that has waited longest has; 0 where none waits."`
}

// AdoptionWave is how far the services of a wave of onboarding are.
type AdoptionWave struct {
	Wave       Ref        `json:"wave"`
	Name       string     `json:"name"`
	StartedAt  *time.Time `json:"startedAt,omitempty"`
	Found      int        `json:"found" doc:"Repositories that are no service yet."`
	Registered int        `json:"registered" doc:"Services without an SLO."`
	Declared   int        `json:"declared" doc:"With an SLO, and no data for any."`
	Measured   int        `json:"measured" doc:"With an SLO that has data."`
}

// AdoptionGate is what the gate answered within the window, and what was set aside.
type AdoptionGate struct {
	Allowed            int `json:"allowed" doc:"Changes that might go out."`
	Warned             int `json:"warned" doc:"That might with a warning."`
	Denied             int `json:"denied" doc:"That had to wait."`
	Overrides          int `json:"overrides" doc:"Overrides of freezes that were made."`
	ServicesStopped    int `json:"servicesStopped" doc:"Services of which a change had to wait, or that were overridden."`
	ServicesOverridden int `json:"servicesOverridden" doc:"Of them, those that were overridden."`
}

// AdoptionViolations counts violations that ended within the window.
type AdoptionViolations struct {
	Ended int `json:"ended"`
	Void  int `json:"void" doc:"Of them, those that were ruled to be none."`
}

// AdoptionWeek is who used Evenkeel in a week.
type AdoptionWeek struct {
	Begins string `json:"begins" format:"date" doc:"A Monday, in UTC."`
	People int    `json:"people"`
	Teams  int    `json:"teams" doc:"Of which a member or a workload did, by who is a member now."`
}

// AdoptionTeam is one team.
type AdoptionTeam struct {
	Team            Ref        `json:"team"`
	Name            string     `json:"name"`
	Members         int        `json:"members" doc:"Who were not deactivated."`
	ActiveMembers   int        `json:"activeMembers" doc:"Of them, who used Evenkeel within the window."`
	WorkloadsActive bool       `json:"workloadsActive" doc:"Whether workloads of the team did."`
	LastDay         string     `json:"lastDay,omitempty" format:"date" doc:"The last day on which a member or a workload did. Absent for never, or longer ago than is kept."`
	Services        int        `json:"services"`
	ServicesWithSLO int        `json:"servicesWithSLO"`
	HereSince       time.Time  `json:"hereSince"`
	FirstSLOAt      *time.Time `json:"firstSLOAt,omitempty"`
}

// AdoptionGone is somebody who did not come back.
type AdoptionGone struct {
	Person   PersonRef `json:"person"`
	Teams    []string  `json:"teams" doc:"Slugs of their teams."`
	FirstDay string    `json:"firstDay" format:"date"`
	LastDay  string    `json:"lastDay" format:"date"`
	Days     int       `json:"days" doc:"On how many days they used Evenkeel."`
}

func toAdoption(f adoption.Figures) Adoption {
	out := Adoption{
		From: string(f.Window.From), To: string(f.Window.To),
		Teams: AdoptionTeams{f.Teams.All, f.Teams.ByPeople, f.Teams.ByProgram, f.Teams.WithSLO},
		People: AdoptionPeople{
			Total: f.People.All, Active: f.People.Active, New: f.People.New, Returned: f.People.Active - f.People.New, Gone: f.People.Gone, Never: f.People.Never,
		},
		FirstSLO: AdoptionFirstSLO{
			QuarterSeconds: secondsOf(f.FirstSLO.Quarter), HalfSeconds: secondsOf(f.FirstSLO.Half), ThreeQuartersSeconds: secondsOf(f.FirstSLO.ThreeQuarters),
			Have: f.FirstSLO.Have, Waiting: f.FirstSLO.Open, LongestWaitSeconds: int64(f.FirstSLO.Longest / time.Second),
		},
		Gate: AdoptionGate{
			Allowed: f.Gate.Allowed, Warned: f.Gate.Warned, Denied: f.Gate.Denied, Overrides: f.Gate.Overrides,
			ServicesStopped: f.Gate.Overridden.Whole, ServicesOverridden: f.Gate.Overridden.Part,
		},
		Violations: AdoptionViolations{Ended: f.Void.Whole, Void: f.Void.Part},
	}
	out.Waves = each(f.Waves, func(w adoption.WaveFigure) AdoptionWave {
		return AdoptionWave{ref(w.Wave, w.Slug), w.Name, w.StartedAt, w.Found, w.Registered, w.Declared, w.Measured}
	})
	out.Weeks = each(f.Weeks, func(w adoption.Week) AdoptionWeek { return AdoptionWeek{string(w.Begins), w.People, w.Teams} })
	return out
}

func secondsOf(d *time.Duration) *int64 {
	if d == nil {
		return nil
	}
	n := int64(*d / time.Second)
	return &n
}

func toAdoptionTeam(t adoption.TeamFigure) AdoptionTeam {
	return AdoptionTeam{
		Team: ref(t.Team, t.Slug), Name: t.Name, Members: t.Members, ActiveMembers: t.Active, WorkloadsActive: t.ByProgram, LastDay: string(t.LastDay),
		Services: t.Services, ServicesWithSLO: t.WithSLO, HereSince: t.HereSince, FirstSLOAt: t.FirstSLOAt,
	}
}

func toAdoptionGone(g adoption.Gone) AdoptionGone {
	return AdoptionGone{Person: PersonRef{ID: string(g.Person), Name: g.Name}, Teams: append([]string{}, g.Teams...), FirstDay: string(g.FirstDay), LastDay: string(g.LastDay), Days: g.Days}
}
