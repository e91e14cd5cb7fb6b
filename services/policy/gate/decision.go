package gate

import (
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Question is what is asked of the gate.
type Question struct {
	Class   policy.ChangeClass
	Version string // of what goes out; may be empty
	Link    string // to the change; may be empty
}

// The bounds of what is asked and said, in characters.
const maxVersion = 200

func (q Question) check(check *fault.Check) {
	check.Require(slices.Contains(policy.ChangeClasses, q.Class), "/class", q.Class, "must be one of %s", fault.Or(policy.ChangeClasses))
	access.CheckLine(check, "/version", q.Version, 0, maxVersion)
	registry.CheckURL(check, "/link", q.Link)
}

// Decision is what was answered, as it was. It never changes.
type Decision struct {
	ID      id.ID
	Service id.ID
	Question
	Verdict
	At time.Time
	By string // the caller's name
}

// Override lifts the freezes of a service for some time, in an emergency. Whoever is on call
// can by themselves; another person looks at it afterwards.
type Override struct {
	ID      id.ID
	Service id.ID
	Reason  string
	At      time.Time
	Until   time.Time
	By      string
	Person  id.ID
	// Review is what another person found, nil until then.
	Review  *Review
	Version int64
}

// Review is what another person found of an override.
type Review struct {
	At        time.Time
	By        string
	Person    id.ID
	Justified bool
	Note      string
}

const (
	// MaxOverride is how long an override is in force at most.
	MaxOverride = 24 * time.Hour
	// reviewDays is within how many working days it is to be reviewed.
	reviewDays = 2
)

// ReviewDue is by when another person has to have looked at it: two working days later, from
// Monday to Friday, in UTC.
func (o Override) ReviewDue() time.Time { return clock.WorkingDays(o.At, reviewDays) }

// Overdue reports whether the review is missing at that time.
func (o Override) Overdue(now time.Time) bool { return o.Review == nil && now.After(o.ReviewDue()) }

// OverrideInput is what is said of an override.
type OverrideInput struct {
	Reason string
	Until  time.Time
}

func (in OverrideInput) check(check *fault.Check, now time.Time) {
	check.Require(in.Reason != "", "/reason", nil, "must say why")
	registry.CheckText(check, "/reason", in.Reason, registry.MaxReason)
	until := in.Until.UTC().Format(time.RFC3339)
	check.Require(in.Until.After(now), "/until", until, "must be after now, %s", now.Format(time.RFC3339))
	check.Require(!in.Until.After(now.Add(MaxOverride)), "/until", until, "must not be after %s: an override is in force for at most %d hours", now.Add(MaxOverride).Format(time.RFC3339), MaxOverride/time.Hour)
}

// ReviewInput is what is said of it afterwards.
type ReviewInput struct {
	Justified bool
	Note      string
}

func (in ReviewInput) check(check *fault.Check) {
	check.Require(in.Justified || in.Note != "", "/note", nil, "must say why it was not justified")
	registry.CheckText(check, "/note", in.Note, registry.MaxReason)
}

func (o Override) object(service registry.Service) access.Object {
	return access.Object{Kind: access.KindOverride, ID: o.ID, Label: fmt.Sprintf("the freeze of %s until %s", service.Slug, o.Until.UTC().Format(time.RFC3339)), Team: service.Team}
}
