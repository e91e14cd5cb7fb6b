package scorecards

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of scorecards; zero fields do not.
type Filter struct {
	Owner   id.ID
	Retired *bool
}

// PositionFilter narrows a list of positions; zero fields do not.
type PositionFilter struct {
	Scorecard id.ID
	Service   id.ID
	Teams     []id.ID
	System    id.ID
	// Level is the name of a level, and Levels which that is; without a name they narrow nothing.
	Level  string
	Levels []RevisionLevel `json:"-"` // follows from Level, and from what services are evaluated by meanwhile
	Scored *bool           // whether something counts
	// Revision, Check and Outcomes are of positions by that revision, of which the check of that
	// number is at one of the outcomes.
	Revision id.ID
	Check    int
	Outcomes []rules.Outcome
	// WorstFirst orders a page by the score, the lowest first, what is not scored last, and then by
	// slug; else by slug.
	WorstFirst bool
}

// RevisionLevel is a level by its number in a revision: positions may be by past ones.
type RevisionLevel struct {
	Revision id.ID // empty of any
	Level    int
}

// PositionCounts is how many services there are.
type PositionCounts struct {
	Levels   map[RevisionLevel]int // of which something counts
	Unscored int
}

// Store keeps scorecards and what came of them. Missing rows are NotFound; updates are
// conditional on Version.
type Store interface {
	CreateScorecard(ctx context.Context, v View) error
	Scorecard(ctx context.Context, scorecard id.ID) (View, error)
	ScorecardBySlug(ctx context.Context, slug string) (View, error)
	// Scorecards lists by slug.
	Scorecards(ctx context.Context, f Filter, r page.Request) (page.Page[View], error)
	// LiveScorecards returns all that are not retired, by ID.
	LiveScorecards(ctx context.Context) ([]View, error)
	UpdateScorecard(ctx context.Context, s Scorecard) error
	// AddScorecardRevision answers Stale when another with its number was first.
	AddScorecardRevision(ctx context.Context, r Revision) error
	ScorecardRevision(ctx context.Context, revision id.ID) (Revision, error)
	// ScorecardRevisions lists the newest first.
	ScorecardRevisions(ctx context.Context, scorecard id.ID, r page.Request) (page.Page[Revision], error)

	// Standings returns what is kept of the services by all scorecards that are not retired, by
	// service.
	Standings(ctx context.Context, services []id.ID) (map[id.ID][]Standing, error)
	// HoldStandings has whoever else wants to write standings wait until the transaction ends, and
	// returns when each of the services was evaluated last, by service and scorecard.
	HoldStandings(ctx context.Context, services []id.ID) (map[id.ID]map[id.ID]time.Time, error)
	// EvaluatedStandings has those of the services by the scorecards say that they were evaluated then.
	EvaluatedStandings(ctx context.Context, cards, services []id.ID, at time.Time) error
	// WriteStandings inserts or replaces.
	WriteStandings(ctx context.Context, standings []Standing) error
	// RemoveStandings removes what is kept of services that a scorecard is not for any more.
	RemoveStandings(ctx context.Context, scorecard id.ID, services []id.ID) error
	// RetiredStandings returns up to limit days on which services were retired of which something is
	// kept still: no level, and nothing that counts.
	RetiredStandings(ctx context.Context, limit int) ([]Day, error)
	// Positions returns where services that are not retired stand, by slug.
	Positions(ctx context.Context, f PositionFilter) ([]Position, error)
	// PositionPage is a page of them.
	PositionPage(ctx context.Context, f PositionFilter, r page.Request) (page.Page[Position], error)
	// CountPositions counts them, without reading them.
	CountPositions(ctx context.Context, f PositionFilter) (PositionCounts, error)

	// WriteDays inserts or replaces the days.
	WriteDays(ctx context.Context, days []Day) error
	// Days returns what came of the service from the day on, and the last before it, by day.
	Days(ctx context.Context, scorecard, service id.ID, from clock.Date) ([]Day, error)
	// ThinDays removes of each service, before the day, all but the last of each time of that
	// grain. It removes at most limit, and tells how many.
	ThinDays(ctx context.Context, before clock.Date, grain Grain, limit int) (int, error)

	// WriteTallies inserts or replaces the day's.
	WriteTallies(ctx context.Context, tallies []Tally) error
	// Tallies returns those of the scope from the day on, by day.
	Tallies(ctx context.Context, scorecard id.ID, scope Scope, from clock.Date) ([]Tally, error)
	// TalliesBy returns, of each scope of the kind, the last from the one day to the other.
	TalliesBy(ctx context.Context, scorecard id.ID, kind ScopeKind, from, to clock.Date) ([]Tally, error)
	// ThinTallies is ThinDays of tallies.
	ThinTallies(ctx context.Context, before clock.Date, grain Grain, limit int) (int, error)

	// NoteDue notes that something changed.
	NoteDue(ctx context.Context, due ...Due) error
	// Dues returns up to limit notes, the oldest first.
	Dues(ctx context.Context, limit int) ([]Due, error)
	// ForgetDues removes exactly these.
	ForgetDues(ctx context.Context, notes []id.ID) error
}

// Services are the organisation's services and teams.
type Services interface {
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
	TeamFor(ctx context.Context, name string) (registry.Team, error)
	SystemFor(ctx context.Context, name string) (registry.System, error)
}

// Fleet reads services in bulk. It authorises nobody.
type Fleet interface {
	// LiveServicesAfter returns up to limit services that are not retired, by ID, after the given one.
	LiveServicesAfter(ctx context.Context, after id.ID, limit int) ([]registry.Service, error)
	// LiveServicesOf returns those of them, and those of the teams, that are not retired.
	LiveServicesOf(ctx context.Context, services, teams []id.ID) ([]registry.Service, error)
	// AllTeams returns every team.
	AllTeams(ctx context.Context) ([]registry.Team, error)
}

// Facts are what is known of services. They authorise nobody.
type Facts interface {
	// Declared are all facts that can be known.
	Declared(ctx context.Context) ([]fact.Declaration, error)
	// Told returns what is known of the services, of these names, in a number of statements that
	// does not grow with theirs.
	Told(ctx context.Context, services []registry.Service, names []string) (map[id.ID]Knowledge, error)
}

// Exemptions tell what services are excused from.
type Exemptions interface {
	// Exempt returns the checks of which each of the services is excused at that time, by service
	// and scorecard.
	Exempt(ctx context.Context, services []id.ID, now time.Time) (map[id.ID]map[id.ID][]string, error)
}
