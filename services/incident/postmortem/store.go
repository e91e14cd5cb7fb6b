package postmortem

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Filter narrows a list of postmortems; zero fields do not.
type Filter struct {
	Status  Status
	Team    id.ID
	Service id.ID
	// Overdue keeps those whose review is missing at Now, or the others. Pages of one list may
	// have another Now each.
	Overdue *bool
	Now     time.Time
	// From and To keep those whose incident's impact began in [From, To).
	From, To time.Time
	// Reader is for whom those of restricted incidents are left out that they may not read.
	Reader incident.Reader
}

// Store keeps postmortems. Missing rows are NotFound; updates are conditional on Version, which
// the store increments, and answer fault.Stale.
type Store interface {
	// CreatePostmortem writes one; false where the incident has one already.
	CreatePostmortem(ctx context.Context, p Postmortem) (bool, error)
	Postmortem(ctx context.Context, incident id.ID) (Postmortem, error)
	// HoldPostmortem returns that of the incident, and keeps others from changing it until the
	// transaction ends.
	HoldPostmortem(ctx context.Context, incident id.ID) (Postmortem, error)
	UpdatePostmortem(ctx context.Context, p Postmortem) error
	// MarkTold writes OverdueTold and EscalatedTold, and leaves Version as it is.
	MarkTold(ctx context.Context, p Postmortem) error
	// Postmortems lists those with the newest impact first.
	Postmortems(ctx context.Context, f Filter, r page.Request) (page.Page[Postmortem], error)
	// PostmortemsOf returns those that the incidents have.
	PostmortemsOf(ctx context.Context, incidents []id.ID) ([]Postmortem, error)
	// Past returns those that are owed and were due by then of which something may be to be told,
	// by ID.
	Past(ctx context.Context, now time.Time, after id.ID, most int) ([]Postmortem, error)

	AddText(ctx context.Context, t Text) error
	Text(ctx context.Context, postmortem id.ID, number int) (Text, error)
	// TextAt returns that which was current at the version of the postmortem.
	TextAt(ctx context.Context, postmortem id.ID, version int64) (Text, error)
	// Wrote reports whether the person wrote a version of the text.
	Wrote(ctx context.Context, postmortem, person id.ID) (bool, error)
	// Texts lists the newest first, without what they say.
	Texts(ctx context.Context, postmortem id.ID, r page.Request) (page.Page[Text], error)

	AddAct(ctx context.Context, a Act) error
	// Acts lists the newest first.
	Acts(ctx context.Context, postmortem id.ID, r page.Request) (page.Page[Act], error)

	// CreateRequest writes one; false where the postmortem has one of its reason and subject.
	CreateRequest(ctx context.Context, r Request) (bool, error)
	Requests(ctx context.Context, postmortems []id.ID) ([]Request, error)
	// AskedFor returns the incidents of which a reason and its subject ask for a postmortem, by identifier.
	AskedFor(ctx context.Context, reason Reason, subject id.ID) ([]id.ID, error)
	// Waive writes who waived one; Stale where somebody did already.
	Waive(ctx context.Context, r Request) error

	// CreateTemplate answers Conflict "slug_taken", and "severity_taken" where another template is
	// for one of its severities.
	CreateTemplate(ctx context.Context, t Template) error
	// Template returns that of the slug or identifier.
	Template(ctx context.Context, name string) (Template, error)
	// TemplateFor returns that of the severity; nil where there is none.
	TemplateFor(ctx context.Context, severity incident.Severity) (*Template, error)
	// Templates lists them by slug.
	Templates(ctx context.Context, r page.Request) (page.Page[Template], error)
	// UpdateTemplate writes the head, its severities and its current revision, which is new
	// where its number is.
	UpdateTemplate(ctx context.Context, t Template) error
	DeleteTemplate(ctx context.Context, template id.ID, version int64) error
	// TemplateRevisions lists the newest first.
	TemplateRevisions(ctx context.Context, template id.ID, r page.Request) (page.Page[Revision], error)
}

// Kept gives incidents as they are kept, whoever asks. A store of incidents does.
type Kept interface {
	HoldIncident(ctx context.Context, incident id.ID) (incident.Incident, error)
	IncidentsByID(ctx context.Context, incidents []id.ID) (map[id.ID]incident.Incident, error)
	// Resolved returns those that are over and were resolved from since on, in the order of when
	// they were, and their identifiers, after the moment.
	Resolved(ctx context.Context, since time.Time, after incident.Moment, most int) ([]incident.Incident, error)
	Incidents(ctx context.Context, f incident.Filter, r page.Request) (page.Page[incident.Incident], error)
	Entries(ctx context.Context, incident id.ID, after incident.Moment, most int) ([]incident.Entry, error)
}

// Incidents gives incidents to whom may read them: to others, NotFound. An incident.Service does.
type Incidents interface {
	Get(ctx context.Context, incident id.ID) (incident.Incident, error)
}

// Registry gives teams with their members, and services. A registry.Store does.
type Registry interface {
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	Members(ctx context.Context, team id.ID, r page.Request) (page.Page[registry.Member], error)
}

// People gives people; an access.Store does.
type People interface {
	Person(ctx context.Context, person id.ID) (access.Person, error)
}

// Actions gives what is to be done after an incident.
type Actions interface {
	Actions(ctx context.Context, incident id.ID) ([]Action, error)
}

// Action is something that is to be done after an incident.
type Action struct {
	Title    string
	Priority string // p0 to p3
	Done     bool
	Link     string // the path of its page; may be empty
}

// Claim is a violation of a clause that asks for a postmortem of what consumed the budget.
type Claim struct {
	Violation id.ID
	Service   id.ID
	SLO       id.ID
	// From and To are the window of the policy in which the budget was spent.
	From, To time.Time
	Text     string // which clause of which policy, in a few words
}

// Claims gives violations of clauses that ask for a postmortem, whether they are open or ended.
type Claims interface {
	// Claims returns those that opened from since on, by the identifier of the violation.
	Claims(ctx context.Context, since time.Time, after id.ID, most int) ([]Claim, error)
}

// Shares tells which share of the budget of 28 days incidents took of SLOs: 0.2 is a fifth. What is
// not known is left out.
type Shares interface {
	Share(ctx context.Context, incidents []incident.Incident) (map[id.ID]map[id.ID]float64, error)
}
