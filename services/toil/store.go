package toil

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

// EntryFilter narrows a list of entries; zero fields do not.
type EntryFilter struct {
	Subject  id.ID // set by the service
	Team     id.ID
	From, To clock.Date // inclusive
}

// Store keeps toil. Missing rows are NotFound; updates are conditional on Version, which the store
// increments, and answer fault.Stale.
type Store interface {
	// HoldPerson keeps others from writing what is of the person until the transaction ends; NotFound.
	HoldPerson(ctx context.Context, person id.ID) error

	// Settings returns those of the teams that decided something, by team.
	Settings(ctx context.Context, teams []id.ID) (map[id.ID]Settings, error)
	// PutSettings writes them in whole.
	PutSettings(ctx context.Context, s Settings) error

	CreateAnswer(ctx context.Context, a Answer) error
	UpdateAnswer(ctx context.Context, a Answer) error
	Answer(ctx context.Context, team, subject id.ID, week share.Week) (Answer, error)
	// AnswersBy lists those of the subject in the team, the latest week first.
	AnswersBy(ctx context.Context, subject, team id.ID, r page.Request) (page.Page[Answer], error)
	// Answers returns all of the teams since a week, without ID, Note and times.
	Answers(ctx context.Context, teams []id.ID, since share.Week) ([]Answer, error)

	// CreateEntries writes entries, but for those of an origin that their subject has, and returns how
	// many it wrote.
	CreateEntries(ctx context.Context, entries []Entry) (int, error)
	Entry(ctx context.Context, entry id.ID) (Entry, error)
	UpdateEntry(ctx context.Context, e Entry) error
	DeleteEntry(ctx context.Context, e Entry) error
	// Entries lists the latest day first.
	Entries(ctx context.Context, f EntryFilter, r page.Request) (page.Page[Entry], error)
	// MinutesOn sums up what the subject logged for each of the days, in any team.
	MinutesOn(ctx context.Context, subject id.ID, days []clock.Date) (map[clock.Date]int, error)
	// Origins returns those of the origins that the subject has an entry of, or dismissed.
	Origins(ctx context.Context, subject id.ID, origins []string) (map[string]bool, error)
	// Own returns those of the entries that are of the subject.
	Own(ctx context.Context, subject id.ID, entries []id.ID) (map[id.ID]bool, error)
	Dismiss(ctx context.Context, dismissal, subject id.ID, origin string, at time.Time) error
	// PruneDismissals removes up to limit of those before a time.
	PruneDismissals(ctx context.Context, before time.Time, limit int) (int, error)
	// PutTickets writes the tickets of an issue in place of those that there were; one of a team that had one keeps
	// its ID.
	PutTickets(ctx context.Context, repository string, number int, tickets []Ticket) error
	// Tickets are those of a team that were closed since a time, the latest first.
	Tickets(ctx context.Context, team id.ID, since time.Time) ([]Ticket, error)
	// PruneTickets removes up to limit that were closed before a time.
	PruneTickets(ctx context.Context, before time.Time, limit int) (int, error)
	// Logged sums up what each subject logged for a day, by category and service, of the teams, in [from, to].
	Logged(ctx context.Context, teams []id.ID, from, to clock.Date) ([]Logged, error)
	// Sums are by team, category and service, in [from, to].
	Sums(ctx context.Context, teams []id.ID, from, to clock.Date) ([]Sum, error)

	// CreateAsking reports false where the team was asked about the week already.
	CreateAsking(ctx context.Context, a Asking) (bool, error)
	// Askings are those of the teams since a week.
	Askings(ctx context.Context, teams []id.ID, since share.Week) ([]Asking, error)
	// TeamsAsked are those that were asked since a week, by ID, after one.
	TeamsAsked(ctx context.Context, since share.Week, after id.ID, most int) ([]id.ID, error)
	// Reported is the last day that each of the teams said something of: the last of a week that was
	// answered about, or the day of an entry.
	Reported(ctx context.Context, teams []id.ID) (map[id.ID]clock.Date, error)

	// CreateCandidate is Conflict "candidate_taken" where there is one for the service and category that
	// is not settled.
	CreateCandidate(ctx context.Context, c Candidate) error
	UpdateCandidate(ctx context.Context, c Candidate) error
	Candidate(ctx context.Context, candidate id.ID) (Candidate, error)
	// Candidates are those of the teams that are not settled, or were not before a time.
	Candidates(ctx context.Context, teams []id.ID, since time.Time) ([]Candidate, error)
	// Settled lists those of the team that are settled, the latest that was made first, before one where it
	// is named.
	Settled(ctx context.Context, team, before id.ID, most int) ([]Candidate, error)
	// Spanned sums up what was logged of each of the spans in the team, in their order.
	Spanned(ctx context.Context, team id.ID, spans []Span) ([]Spanned, error)

	CreateAutomation(ctx context.Context, a Automation) error
	Automation(ctx context.Context, automation id.ID) (Automation, error)
	DeleteAutomation(ctx context.Context, automation id.ID) error
	// Automations lists the latest day first.
	Automations(ctx context.Context, team id.ID, r page.Request) (page.Page[Automation], error)
	// Credits sum up what automation of the team did, by name and category, in [from, to].
	Credits(ctx context.Context, team id.ID, from, to clock.Date) ([]Credit, error)

	CreateSurvey(ctx context.Context, a SurveyAnswer) error
	UpdateSurvey(ctx context.Context, a SurveyAnswer) error
	Survey(ctx context.Context, team, subject id.ID, q share.Quarter) (SurveyAnswer, error)
	Surveys(ctx context.Context, team id.ID, q share.Quarter) ([]SurveyAnswer, error)

	// AllOf is everything that the subject said.
	AllOf(ctx context.Context, subject id.ID) (Export, error)
	// LastSurvey is the latest quarter of which the subject answered a survey; empty without one.
	LastSurvey(ctx context.Context, subject id.ID) (share.Quarter, error)
	// Part writes the parting of its subject in place of the one before; Parting returns it, the zero one
	// where there is none.
	Part(ctx context.Context, parting id.ID, p Parting) error
	Parting(ctx context.Context, subject id.ID) (Parting, error)
	// PrunePartings removes up to limit of those before a time.
	PrunePartings(ctx context.Context, before time.Time, limit int) (int, error)
	// Pseudonymise puts a pseudonym in the place of the subject, takes notes, links and wishes away, and
	// returns how many rows that were.
	Pseudonymise(ctx context.Context, subject, pseudonym id.ID) (int, error)
}

// Logged is what a subject logged in a team for a day, of a category for a service, which may be empty.
type Logged struct {
	Team, Subject id.ID
	Day           clock.Date
	Category      Category
	Service       id.ID
	Minutes       int
	Entries       int
}

// Span is what is asked of a category for a service, in [From, To].
type Span struct {
	Category Category
	Service  id.ID
	From, To clock.Date
}

// Spanned is what was logged of a span.
type Spanned struct {
	// First is the day of the first entry of the team in those days, of whatever category and service;
	// empty where there is none.
	First                     clock.Date
	Minutes, Entries, Persons int
}

// Sum is what was logged of a category for a service, which may be empty.
type Sum struct {
	Team     id.ID
	Category Category
	Service  id.ID
	Minutes  int
	Entries  int
	Persons  int
}

// Asking is that the members of a team were asked about a week.
type Asking struct {
	ID      id.ID
	Team    id.ID
	Week    share.Week
	Members int
	At      time.Time
}

// Registry gives teams, their members and services; a registry.Store does.
type Registry interface {
	Team(ctx context.Context, team id.ID) (registry.Team, error)
	HoldTeam(ctx context.Context, team id.ID) (registry.Team, error)
	Teams(ctx context.Context, f registry.TeamFilter, r page.Request) (page.Page[registry.Team], error)
	Members(ctx context.Context, team id.ID, r page.Request) (page.Page[registry.Member], error)
	IsMember(ctx context.Context, person, team id.ID) (bool, error)
	Service(ctx context.Context, service id.ID) (registry.Service, error)
	ServiceBySlug(ctx context.Context, slug string) (registry.Service, error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	// CountActive returns how many members of each of the teams were not deactivated.
	CountActive(ctx context.Context, teams []id.ID) (map[id.ID]int, error)
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
}

// People gives people; an access.Store does.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
	PeopleByID(ctx context.Context, people []id.ID) (map[id.ID]access.Person, error)
}

// Keys gives the installation's key for a purpose, and keeps the one offered where there is none.
type Keys interface {
	SigningKey(ctx context.Context, purpose string, offered []byte, now time.Time) ([]byte, error)
}

// Desk wants issues. It is called in the transaction of what they are about.
type Desk interface {
	// AboveCap wants the issue of the team, whose toil is above its cap, unless it has one that is open.
	AboveCap(ctx context.Context, a Above, now time.Time) error
	// WithinCap wants it closed.
	WithinCap(ctx context.Context, a Above, now time.Time) error
	// OpenCaps are the teams of which one is open.
	OpenCaps(ctx context.Context) (map[id.ID]bool, error)
	// Automate wants the issue of a candidate, or has it say what is so now.
	Automate(ctx context.Context, c Candidate, f Figure, now time.Time) error
}
