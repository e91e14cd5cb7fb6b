package policy

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
)

// ViolationFilter narrows a list of violations; zero fields do not.
type ViolationFilter struct {
	Service id.ID
	Team    id.ID
	SLO     id.ID
	Policy  id.ID
	Open    *bool
}

// AttachmentFilter narrows a list of attachments.
type AttachmentFilter struct {
	Policy  id.ID
	Service id.ID
}

// Attached is what is in force for one service.
type Attached struct {
	Attachments []Attachment
	Policies    []View // of them, with their current revisions
	// Quiet is that LiveViolationsOf the service's SLOs has none; false where nothing is attached.
	Quiet bool
}

// Store keeps policies, attachments and violations. Missing rows are NotFound;
// updates are conditional on Version.
type Store interface {
	CreatePolicy(ctx context.Context, v View) error
	Policy(ctx context.Context, policy id.ID) (View, error)
	PolicyBySlug(ctx context.Context, slug string) (View, error)
	// Policies lists by slug.
	Policies(ctx context.Context, r page.Request) (page.Page[View], error)
	// UpdatePolicy writes the head but RevisitTold.
	UpdatePolicy(ctx context.Context, p Policy) error
	// ToldRevisit records that the day was told to be past; Stale where it was already, or the
	// policy was revised. It is nothing that people see, and leaves Version as it is.
	ToldRevisit(ctx context.Context, p Policy, day clock.Date) error
	AddPolicyRevision(ctx context.Context, r Revision) error
	// PolicyRevision returns that of the identifier.
	PolicyRevision(ctx context.Context, revision id.ID) (Revision, error)
	// RevisionsByID returns those that exist, in any order.
	RevisionsByID(ctx context.Context, revisions []id.ID) ([]Revision, error)
	PolicyRevisions(ctx context.Context, policy id.ID, r page.Request) (page.Page[Revision], error)

	// CreateAttachment answers Conflict "already_attached" when the policy is
	// attached to that target.
	CreateAttachment(ctx context.Context, a Attachment) error
	Attachment(ctx context.Context, attachment id.ID) (Attachment, error)
	Attachments(ctx context.Context, f AttachmentFilter, r page.Request) (page.Page[Attachment], error)
	// AllAttachments returns every one, and each policy of them once with its current revision.
	AllAttachments(ctx context.Context) ([]Attachment, []View, error)
	// AttachedTo returns, in one statement, what is attached to the service, to its tier and to all.
	AttachedTo(ctx context.Context, service registry.Service) (Attached, error)
	UpdateAttachment(ctx context.Context, a Attachment) error
	DeleteAttachment(ctx context.Context, attachment id.ID, version int64) error

	// OpenViolation inserts; it reports false when one is open for (policy,
	// clause, SLO) already.
	OpenViolation(ctx context.Context, v Violation) (bool, error)
	// UpdateViolation writes all that changes of one: mode, handling, end and muting.
	UpdateViolation(ctx context.Context, v Violation) error
	Violation(ctx context.Context, violation id.ID) (Violation, error)
	// Violations lists the newest first.
	Violations(ctx context.Context, f ViolationFilter, r page.Request) (page.Page[Violation], error)
	// LiveViolationsOf returns those open for the SLOs, and void ones that keep others from opening.
	LiveViolationsOf(ctx context.Context, slos []id.ID) ([]Violation, error)
	// LiveViolationsAfter pages through all that are open, and void ones that keep others from
	// opening, by ID.
	LiveViolationsAfter(ctx context.Context, after id.ID, limit int) ([]Violation, error)
	// OpenViolationsAfter pages through all that are open, by ID.
	OpenViolationsAfter(ctx context.Context, after id.ID, limit int) ([]Violation, error)

	// Aftermaths returns what became of violations that were not only observed.
	Aftermaths(ctx context.Context, f AftermathFilter) ([]Aftermath, error)
	// Lifts returns when freezes were lifted that lasted until then or longer.
	Lifts(ctx context.Context, since time.Time) ([]Lift, error)

	// AddViolationEvent inserts; it reports false when the violation has an event of
	// that source, unless that is empty.
	AddViolationEvent(ctx context.Context, e Event) (bool, error)
	ViolationEvent(ctx context.Context, event id.ID) (Event, error)
	// ViolationEvents lists the newest first.
	ViolationEvents(ctx context.Context, violation id.ID, r page.Request) (page.Page[Event], error)
}

// Budgets gives the read models that a pass assesses.
type Budgets interface {
	// ActiveViews returns up to limit views of SLOs that are not retired, by ID, after the given one.
	ActiveViews(ctx context.Context, after id.ID, limit int) ([]slo.View, error)
	ViewsByID(ctx context.Context, slos []id.ID) ([]slo.View, error)
	// ViewsOf returns those of the services that are not retired.
	ViewsOf(ctx context.Context, services []id.ID) ([]slo.View, error)
}

// Pasts tell how the budgets of SLOs would ease if nothing more went wrong.
type Pasts interface {
	Easings(ctx context.Context, views []slo.View) (map[id.ID]slo.Easing, error)
}

// Desk is told what follows from violations, in the transaction that records them and
// with the time that they are recorded with.
type Desk interface {
	// ViolationOpened wants an issue, once, for the violation of the clause.
	ViolationOpened(ctx context.Context, v Violation, c Clause, about slo.View, now time.Time) error
	// ViolationModeChanged has what is wanted say the violation's new mode. An issue
	// is wanted from now on when the violation was only observed before; it stays
	// when the violation is only observed now.
	ViolationModeChanged(ctx context.Context, v Violation, was Mode, c Clause, about slo.View, now time.Time) error
	// ViolationEnded says so on what was wanted, and closes it when closeIssue is
	// set: always when it is void, and where the clause says so. at is what was measured when the SLO recovered, nil for other endings.
	ViolationEnded(ctx context.Context, v Violation, at *Evidence, closeIssue bool, now time.Time) error
}
