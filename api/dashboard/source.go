package dashboard

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/incident/claim"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/jobs"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/notify"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/policy/proposal"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/report"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/composite"
	"github.com/evenkeel/evenkeel/services/slo/correction"
	"github.com/evenkeel/evenkeel/services/slo/outage"
	"github.com/evenkeel/evenkeel/services/slo/score"
	"github.com/evenkeel/evenkeel/services/slo/sla"
	"github.com/evenkeel/evenkeel/services/source"
)

// Sources is where the pages read. Each is satisfied by the service of its
// domain, which authorises the context's caller.
type Sources struct {
	Access        Access
	Registry      Registry
	DataSources   DataSources
	SLOs          SLOs
	SLAs          SLAs
	Composites    Composites
	Corrections   Corrections
	Scores        Scores
	Outages       Outages
	Changes       Changes
	Incidents     Incidents
	Impact        Impact
	Search        Search
	Statistics    Statistics
	Signals       Signals
	Alerts        Alerts
	Postmortems   Postmortems
	Actions       Actions
	Given         Given
	Scorecards    Scorecards
	Drifts        Drifts
	Manifests     Manifests
	Onboarding    Onboarding
	Adoption      Adoption
	Audit         Audit
	Seals         Seals
	Exemptions    Exemptions
	Campaigns     Campaigns
	Launches      Launches
	Claims        Claims
	Proposals     Proposals
	Policies      Policies
	Trials        Trials
	Gate          Gate
	Issues        Issues
	Webhooks      Webhooks
	Reports       Reports
	Jobs          Jobs
	Notifications Notifications
	// Collection is needed where SLOs are read from data sources.
	Collection Collection
	Toil       Toil
}

// Access signs people in and out, and tells whose a session is.
type Access interface {
	SignIn(ctx context.Context, code string) (string, access.Session, error)
	// SignInVerified begins a session for somebody whom the provider verified.
	SignInVerified(ctx context.Context, a access.Arrival) (string, access.Session, error)
	AuthenticateSession(ctx context.Context, text string) (access.Caller, error)
	SignOut(ctx context.Context, text string) error
	// Person returns one; NotFound.
	Person(ctx context.Context, person id.ID) (access.Person, error)
}

// Claims tells what violations ask for after incidents.
type Claims interface {
	Of(ctx context.Context, violation id.ID) (claim.Claim, error)
}

// Gate tells whether changes of services may go out, and what was answered.
type Gate interface {
	Show(ctx context.Context, of registry.Service) (gate.Situation, map[policy.ChangeClass]gate.Verdict, error)
	Decisions(ctx context.Context, f gate.DecisionFilter, r page.Request) (page.Page[gate.Decision], error)
	Overrides(ctx context.Context, f gate.OverrideFilter, r page.Request) (page.Page[gate.Override], error)
}

// Changes tells of changes of services, and which of them preceded burns.
type Changes interface {
	Within(ctx context.Context, service id.ID, from, to time.Time) ([]change.Change, bool, error)
	Burns(ctx context.Context, alerts []alert.Alert) ([]change.Burn, error)
}

// Composites tells of composite SLOs.
type Composites interface {
	Find(ctx context.Context, name string) (composite.View, error)
	List(ctx context.Context, f composite.Filter, r page.Request) (page.Page[composite.View], error)
	Revisions(ctx context.Context, composite id.ID, r page.Request) (page.Page[composite.Revision], error)
	Warnings(ctx context.Context, v composite.View) ([]slo.Warning, error)
	History(ctx context.Context, composite id.ID, from, to time.Time, step time.Duration) (composite.History, error)
}

// Notifications tells of events and where they are told.
type Notifications interface {
	Targets(ctx context.Context, f notify.TargetFilter, r page.Request) (page.Page[notify.TargetView], error)
	Notifications(ctx context.Context, f notify.NotificationFilter, r page.Request) (page.Page[notify.Notification], error)
	Events(ctx context.Context, f notify.EventFilter, r page.Request) (page.Page[notify.Told], error)
	EventsByID(ctx context.Context, events []id.ID) (map[id.ID]notify.Told, error)
}

// Registry tells of the organisation. Names are slugs or identifiers; a former
// slug is fault.Moved.
type Registry interface {
	TeamFor(ctx context.Context, name string) (registry.Team, error)
	Teams(ctx context.Context, f registry.TeamFilter, r page.Request) (page.Page[registry.Team], error)
	TeamsByID(ctx context.Context, teams []id.ID) (map[id.ID]registry.Team, error)
	Members(ctx context.Context, team string, r page.Request) (page.Page[registry.Member], error)
	SystemFor(ctx context.Context, name string) (registry.System, error)
	Systems(ctx context.Context, f registry.SystemFilter, r page.Request) (page.Page[registry.System], error)
	ServiceFor(ctx context.Context, name string) (registry.Service, error)
	Services(ctx context.Context, f registry.ServiceFilter, r page.Request) (page.Page[registry.Service], error)
	ServicesByID(ctx context.Context, services []id.ID) (map[id.ID]registry.Service, error)
	Dependencies(ctx context.Context, service string) ([]registry.Dependency, error)
}

// DataSources tells of places that measurements are read from.
type DataSources interface {
	Find(ctx context.Context, name string) (source.View, error)
	List(ctx context.Context, f source.Filter, r page.Request) (page.Page[source.View], error)
}

// SLOs tells of objectives and how they stand.
type SLOs interface {
	Forecast(ctx context.Context, slo id.ID) (slo.Outlook, error)
	Warnings(ctx context.Context, v slo.View, at time.Time) ([]slo.Warning, error)
	Find(ctx context.Context, n slo.Name) (slo.View, registry.Service, error)
	ViewsByID(ctx context.Context, slos []id.ID) (map[id.ID]slo.View, error)
	Views(ctx context.Context, f slo.Filter, r page.Request) (page.Page[slo.View], error)
	Revisions(ctx context.Context, slo id.ID, r page.Request) (page.Page[slo.RevisionWithIndicator], error)
	States(ctx context.Context, services []id.ID) (map[id.ID][]budget.State, error)
	Tally(ctx context.Context, team id.ID) (slo.Tally, error)
	Errors(ctx context.Context, slo id.ID) ([]slo.Errors, error)
	Groups(ctx context.Context, f slo.GroupFilter, r page.Request) (page.Page[slo.GroupStatus], error)
	History(ctx context.Context, slo id.ID, group string, from, to time.Time, step time.Duration) (slo.History, error)
}

// SLAs tells of what customers were promised, and how that stands.
type SLAs interface {
	List(ctx context.Context, f sla.Filter, r page.Request) (page.Page[sla.View], error)
	Current(ctx context.Context, v sla.View) (*sla.Current, error)
	Periods(ctx context.Context, f sla.PeriodFilter, r page.Request) (page.Page[sla.Period], error)
}

// Corrections tells of times whose events do not count as they were measured.
type Corrections interface {
	List(ctx context.Context, f correction.Filter, r page.Request) (page.Page[correction.Correction], error)
}

// Scores tells how good forecasts were.
type Scores interface {
	Accounts(ctx context.Context, slo id.ID) ([]score.Account, error)
}

// Outages tells when something was wrong with services.
type Outages interface {
	List(ctx context.Context, f outage.Filter, r page.Request) (page.Page[outage.Outage], error)
}

// Signals tells what the golden signals of a service are, and were lately.
type Signals interface {
	Glance(ctx context.Context, service string) (now, lately signals.Report, err error)
}

// Alerts tells where budgets burn too fast, and where measurements stay away.
type Alerts interface {
	Alerts(ctx context.Context, f alert.Filter, r page.Request) (page.Page[alert.Alert], error)
	Tally(ctx context.Context, team id.ID) (alert.Tally, error)
}

// Proposals tells of relaxing acts that wait for a second person.
type Proposals interface {
	List(ctx context.Context, f proposal.Filter, r page.Request) (page.Page[proposal.Proposal], error)
}

// Collection tells how SLOs are read from data sources.
type Collection interface {
	Standing(ctx context.Context, slo id.ID) (collect.Standing, error)
}

// Policies tells of policies, and of violations.
type Policies interface {
	PolicyReader
	Violation(ctx context.Context, violation id.ID) (policy.Violation, error)
	Violations(ctx context.Context, f policy.ViolationFilter, r page.Request) (page.Page[policy.Violation], error)
	Events(ctx context.Context, violation id.ID, r page.Request) (page.Page[policy.Event], error)
}

// Issues tells of what is wanted on a tracker, and how far it got.
type Issues interface {
	Get(ctx context.Context, issue id.ID) (delivery.Known, error)
	List(ctx context.Context, f delivery.Filter, r page.Request) (page.Page[delivery.Known], error)
	Tally(ctx context.Context, team id.ID) (delivery.Tally, error)
	Control(ctx context.Context) (delivery.Control, error)
}

// Webhooks tells administrators of what the tracker told.
type Webhooks interface {
	GivenUp(ctx context.Context) (int, error)
}

// Reports tells what became of objectives in a time, as it was published.
type Reports interface {
	Get(ctx context.Context, report id.ID) (report.Report, error)
	List(ctx context.Context, f report.Filter, r page.Request) (page.Page[report.Report], error)
	Restatements(ctx context.Context, report id.ID) ([]report.Restatement, error)
	Decisions(ctx context.Context, report id.ID) ([]report.Decision, error)
}

// Jobs tells of schedules and runs.
type Jobs interface {
	List(ctx context.Context) ([]jobs.Listing, error)
	Runs(ctx context.Context, f jobs.RunFilter, r page.Request) (page.Page[jobs.Run], error)
}
