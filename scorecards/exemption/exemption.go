package exemption

import (
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	day = 24 * time.Hour
	// LongestDays is for how many days a service is excused at most.
	LongestDays = 365
	// notice is how long before an exemption expires that is told.
	notice = 14 * day
	// maxCheck is how long the identifier of a check is at most.
	maxCheck = 63
)

// Key names what is excused: one of each is open at most.
type Key struct {
	Service   id.ID
	Scorecard id.ID
	Check     string // its ID
}

// Exemption excuses a service from a check, or was asked for.
type Exemption struct {
	ID id.ID
	Key
	Reason   string
	Link     string // where there is more to read; may be empty
	Until    time.Time
	AskedAt  time.Time
	Person   id.ID // who asked
	AskedBy  string
	Approval *Approval // nil while nobody approved it
	// Warned is whether it was told that it will expire.
	Warned  bool
	Ended   *Ending // nil while nobody and nothing ended it; it may be expired all the same
	Version int64
}

// Approval is another person's consent.
type Approval struct {
	At     time.Time
	Person id.ID
	By     string
	Reason string // may be empty
}

// Ending is how an exemption came to be over.
type Ending struct {
	At     time.Time
	How    State
	By     string
	Reason string
}

// State is how far an exemption is.
type State string

// The states.
const (
	Waiting   State = "waiting" // for somebody who approves or rejects it
	InForce   State = "in_force"
	Rejected  State = "rejected"
	Withdrawn State = "withdrawn" // before anybody decided
	Ended     State = "ended"     // early, by somebody, with a reason
	Expired   State = "expired"
	Lapsed    State = "lapsed" // nobody decided in its time
	Gone      State = "gone"   // the check or its scorecard is there no more
)

// States lists every state.
var States = []State{Waiting, InForce, Rejected, Withdrawn, Ended, Expired, Lapsed, Gone}

// State is its state at that time.
func (e Exemption) State(now time.Time) State {
	switch {
	case e.Ended != nil:
		return e.Ended.How
	case now.Before(e.Until) && e.Approval != nil:
		return InForce
	case now.Before(e.Until):
		return Waiting
	case e.Approval != nil:
		return Expired
	}
	return Lapsed
}

// over is how it ends by its time.
func (e Exemption) over() *Ending { return &Ending{At: e.Until, How: e.State(e.Until)} }

// warnsAt is when it is told that it will expire, once it is approved.
func (e Exemption) warnsAt() time.Time { return clock.Notice(e.Approval.At, e.Until, notice) }

// Request is what is asked for. Service and Scorecard are slugs or identifiers.
type Request struct {
	Service   string
	Scorecard string
	Check     string
	Reason    string
	Link      string
	Until     time.Time
}

func (r Request) settled() Request {
	r.Reason, r.Link = strings.TrimSpace(r.Reason), strings.TrimSpace(r.Link)
	r.Until = r.Until.UTC().Truncate(time.Microsecond)
	return r
}

// check notes what is wrong with what does not depend on the service and the scorecard.
func (r Request) check(check *fault.Check, now time.Time) {
	checkReason(check, r.Reason, "must say why the service cannot pass the check for now, for who approves it")
	registry.CheckURL(check, "/link", r.Link)
	last := now.AddDate(0, 0, LongestDays)
	until := r.Until.Format(time.RFC3339)
	check.Require(r.Until.After(now), "/until", until, "must be after now, %s", now.Format(time.RFC3339))
	check.Require(!r.Until.After(last), "/until", until, "must be at most %d days from now, %s", LongestDays, last.Format(time.RFC3339))
}

func checkReason(check *fault.Check, reason, missing string) {
	check.Require(reason != "", "/reason", nil, "%s", missing)
	registry.CheckText(check, "/reason", reason, registry.MaxReason)
}

// has reports whether the scorecard has the check, now.
func has(v scorecards.View, check string) bool {
	for _, c := range v.Revision.Checks {
		if c.ID == check {
			return v.Scorecard.RetiredAt == nil
		}
	}
	return false
}

// about is what an exemption is of.
type about struct {
	service registry.Service
	card    scorecards.View
}

// asked is the exemption as it is authorised on and audited: the affair of the service's team.
func (a about) asked(e Exemption) access.Object {
	return access.Object{Kind: access.KindExemption, ID: e.ID, Label: a.label(e), Team: a.service.Team}
}

// decided is the decision on it, the affair of the team that keeps the scorecard; of the platform's
// own, of administrators.
func (a about) decided(e Exemption) access.Object {
	return access.Object{Kind: access.KindExemption, ID: e.ID, Label: a.label(e), Team: a.card.Scorecard.Owner}
}

func (a about) label(e Exemption) string {
	return a.service.Slug + "/" + a.card.Scorecard.Slug + "/" + fault.Clip(e.Check, maxCheck)
}

// record is what the audit log keeps of an exemption.
func (e Exemption) record() any {
	return struct {
		Service, Scorecard id.ID
		Check              string
		Reason, Link       string
		Until              time.Time
		AskedBy            string
		Approval           *Approval
		Ended              *Ending
	}{e.Service, e.Scorecard, e.Check, e.Reason, e.Link, e.Until, e.AskedBy, e.Approval, e.Ended}
}
