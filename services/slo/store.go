package slo

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Order is how a list of SLOs is sorted.
type Order string

// The orders.
const (
	BySlug      Order = "slug"      // service slug, then SLO slug
	ByRemaining Order = "remaining" // least budget first, those without data last
)

// Filter narrows a list of SLOs; zero fields do not.
type Filter struct {
	Service        id.ID
	Team           id.ID
	System         id.ID
	State          budget.State
	Query          string // part of slug or name
	IncludeRetired bool
	Order          Order // BySlug when empty
}

// Store keeps SLOs, their revisions, indicators and status.
type Store interface {
	// CreateSLO writes head, first revision, first indicator and first status.
	CreateSLO(ctx context.Context, v View) error
	// View returns the SLO with what is current of it; NotFound.
	View(ctx context.Context, slo id.ID) (View, error)
	ViewBySlug(ctx context.Context, service id.ID, slug string) (View, error)
	Views(ctx context.Context, f Filter, r page.Request) (page.Page[View], error)
	// ViewsByID returns those that exist, in any order.
	ViewsByID(ctx context.Context, slos []id.ID) ([]View, error)
	// ActiveViews returns up to limit views of SLOs that are not retired, by ID,
	// after the given one ("" for the first).
	ActiveViews(ctx context.Context, after id.ID, limit int) ([]View, error)
	// ViewsOf returns those of the services that are not retired, in any order.
	ViewsOf(ctx context.Context, services []id.ID) ([]View, error)
	// UpdateSLO writes the head, conditional on Version, and answers fault.Stale.
	UpdateSLO(ctx context.Context, s SLO) error
	AddRevision(ctx context.Context, r Revision) error
	AddIndicator(ctx context.Context, i Indicator) error
	// UpdateIndicator writes Category and Description of an indicator: words that
	// may be bettered, in the transaction that writes the head. What it counts never changes.
	UpdateIndicator(ctx context.Context, i Indicator) error
	// Revisions lists the newest first, with the indicator of each.
	Revisions(ctx context.Context, slo id.ID, r page.Request) (page.Page[RevisionWithIndicator], error)
	Revision(ctx context.Context, slo id.ID, number int) (RevisionWithIndicator, error)
	// Subjects returns what is to be evaluated: every SLO that is not retired, of
	// services that are not retired, by ID.
	Subjects(ctx context.Context) ([]Subject, error)
	// LastTerms returns, in any order, of each of the indicators that exist the window and
	// the budgeting of the newest revision that was measured by it.
	LastTerms(ctx context.Context, indicators []id.ID) ([]IndicatorTerms, error)
	// LockStatuses keeps others from writing them, or from forgetting what remains, until the
	// context's transaction ends. What is read afterwards is what they wrote before.
	LockStatuses(ctx context.Context, slos []id.ID) error
	// PutStatuses writes many, in few statements.
	PutStatuses(ctx context.Context, statuses []Status) error
	// ForgetRemaining has the SLO's budget unknown, and its place in lists with it, until
	// the next status: what remained by other terms is no figure of these.
	ForgetRemaining(ctx context.Context, slo id.ID) error
	// GroupStatuses returns those of all groups of the SLOs, in any order.
	GroupStatuses(ctx context.Context, slos []id.ID) ([]GroupStatus, error)
	// PutGroupStatuses writes many, in few statements, and RemoveGroupStatuses
	// removes those of the same SLO and group.
	PutGroupStatuses(ctx context.Context, statuses []GroupStatus) error
	RemoveGroupStatuses(ctx context.Context, gone []GroupStatus) error
	// RemoveGroups removes those of all groups of an SLO.
	RemoveGroups(ctx context.Context, slo id.ID) error
	// Groups lists groups of the SLO's current indicator, and Group returns one;
	// NotFound.
	Groups(ctx context.Context, f GroupFilter, r page.Request) (page.Page[GroupStatus], error)
	Group(ctx context.Context, slo id.ID, group string) (GroupStatus, error)
	// Targets finds many SLOs by their current names in one statement for every few
	// hundred, in any order; those that do not exist are left out, retired ones are
	// not.
	Targets(ctx context.Context, names []Name) ([]Target, error)
	// StatesOf returns the states that there are among the SLOs of each of the services that
	// are not retired, each state once; a service without any is left out.
	StatesOf(ctx context.Context, services []id.ID) (map[id.ID][]budget.State, error)
	// StatesByTeam counts active SLOs by owning team and state; those whose windows
	// ended before the time are Stale too.
	StatesByTeam(ctx context.Context, outdated time.Time) ([]TeamState, error)
}

// Subject is an SLO that is to be evaluated, without windows and lens, which follow from
// its terms. Of these it has the windows and the budgeting alone.
type Subject struct {
	measure.Subject
	Terms      Terms
	DataSource id.ID // that it is read from; empty where there is none
}

// IndicatorTerms are the terms that an indicator was measured under last; of these it has
// the windows and the budgeting alone.
type IndicatorTerms struct {
	Indicator id.ID
	SLO       id.ID
	Terms     Terms
}

// Name names an SLO as paths do: the slug of its service, and its own.
type Name struct {
	Service string
	SLO     string
}

// Target is what a push needs to know of an SLO.
type Target struct {
	Name
	Service        id.ID
	Team           id.ID // owns the service
	SLO            id.ID
	Indicator      id.ID // of the current revision
	Counting       Counting
	Resolution     time.Duration
	MaxGroups      int  // of the indicator; 0 when it has none
	NotPushed      bool // the indicator's measurements come from elsewhere
	ServiceRetired bool
	Retired        bool // the SLO is
}

// RevisionWithIndicator is a revision with what it counted.
type RevisionWithIndicator struct {
	Revision  Revision
	Indicator Indicator
}

// TeamState is a number of SLOs of a team in a state.
type TeamState struct {
	Team  id.ID
	State budget.State
	Stale bool
	Count int
}
