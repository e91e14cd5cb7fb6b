package launch

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// The bounds of a review.
const (
	// LongestDays is for how many days a sign-off holds at most, and is how far ahead a launch is planned.
	LongestDays   = 365
	maxNote       = 4000
	maxConditions = 20
)

// Review is asked for before a service is launched.
type Review struct {
	ID        id.ID
	Service   id.ID
	Scorecard id.ID
	Revision  id.ID  // of the scorecard, by which the evidence is
	Level     string // that the service is to reach
	PlannedOn clock.Date
	Note      string
	Evidence  Evidence
	AskedAt   time.Time
	Person    id.ID
	AskedBy   string
	Decision  *Decision // nil while nobody decided
	// Conditions are those of a sign-off, in order.
	Conditions []Condition
	// TellAt is when something is to be told of it next; nil for never.
	TellAt  *time.Time
	Version int64
}

// Evidence is what the service came to when the review was asked for. It never changes.
type Evidence struct {
	At     time.Time `json:"at"`
	Level  string    `json:"level"` // empty below the lowest
	Meets  bool      `json:"meets"` // whether it is the level that was to be reached, or a higher one
	Score  *int      `json:"score"` // in percent; nil where nothing counts
	Checks []Check   `json:"checks"`
}

// Check is what one check came to.
type Check struct {
	ID      string                `json:"id"`
	Title   string                `json:"title"`
	Level   string                `json:"level"`
	Outcome string                `json:"outcome"`
	Counts  bool                  `json:"counts"`
	Why     string                `json:"why,omitempty"` // of what is unknown or could not be judged
	Facts   []scorecards.Evidence `json:"facts,omitempty"`
}

// Decision is another person's.
type Decision struct {
	At     time.Time
	Person id.ID
	By     string
	How    State // SignedOff or Rejected
	Reason string
	Until  *time.Time // a sign-off holds before that; nil of a rejection
}

// Condition is what is to be done by a day for a sign-off.
type Condition struct {
	Text  string     `json:"text"`
	DueOn clock.Date `json:"dueOn"`
	Done  *Done      `json:"done,omitempty"`
}

// Done is who says that a condition is met, and where that is seen.
type Done struct {
	At   time.Time `json:"at"`
	By   string    `json:"by"`
	Note string    `json:"note"`
}

// Overdue reports whether it is not done, and its day is over.
func (c Condition) Overdue(now time.Time) bool { return c.Done == nil && c.DueOn.Past(now) }

// State is how far a review is.
type State string

// The states.
const (
	Waiting   State = "waiting"
	SignedOff State = "signed_off"
	Rejected  State = "rejected"
	Expired   State = "expired" // it was signed off
)

// States lists every state.
var States = []State{Waiting, SignedOff, Rejected, Expired}

// State is its state at that time.
func (r Review) State(now time.Time) State {
	switch {
	case r.Decision == nil:
		return Waiting
	case r.Decision.Until != nil && !now.Before(*r.Decision.Until):
		return Expired
	}
	return r.Decision.How
}

// Request is what is asked for. Service and Scorecard are slugs or identifiers.
type Request struct {
	Service   string
	Scorecard string
	Level     string
	PlannedOn clock.Date
	Note      string
}

func (r Request) settled() Request {
	r.Note = strings.TrimSpace(r.Note)
	return r
}

// check notes what is wrong with what does not depend on the service and the scorecard.
func (r Request) check(check *fault.Check, now time.Time) {
	registry.CheckText(check, "/note", r.Note, maxNote)
	var of fault.Check
	r.PlannedOn.Check(&of, "/plannedOn")
	if check.Join(of) {
		today, last := clock.DateOf(now), clock.DateOf(now.AddDate(0, 0, LongestDays))
		check.Require(r.PlannedOn >= today, "/plannedOn", r.PlannedOn, "must be today, %s, or later", today)
		check.Require(r.PlannedOn <= last, "/plannedOn", r.PlannedOn, "must be at most %d days from now, %s", LongestDays, last)
	}
}

// SignOff is what is signed off.
type SignOff struct {
	Reason     string // may be empty
	Until      time.Time
	Conditions []Condition // without Done
}

func (s SignOff) settled() SignOff {
	s.Reason, s.Until = strings.TrimSpace(s.Reason), s.Until.UTC().Truncate(time.Microsecond)
	s.Conditions = slices.Clone(s.Conditions)
	for i := range s.Conditions {
		s.Conditions[i].Text, s.Conditions[i].Done = strings.TrimSpace(s.Conditions[i].Text), nil
	}
	return s
}

func (s SignOff) check(check *fault.Check, now time.Time) {
	registry.CheckText(check, "/reason", s.Reason, registry.MaxReason)
	last := now.AddDate(0, 0, LongestDays)
	until := s.Until.Format(time.RFC3339)
	check.Require(s.Until.After(now), "/until", until, "must be after now, %s", now.Format(time.RFC3339))
	check.Require(!s.Until.After(last), "/until", until, "must be at most %d days from now, %s", LongestDays, last.Format(time.RFC3339))
	check.Require(len(s.Conditions) <= maxConditions, "/conditions", len(s.Conditions), "must be at most %d", maxConditions)
	today := clock.DateOf(now)
	for i, c := range s.Conditions[:min(len(s.Conditions), maxConditions)] {
		at := fmt.Sprintf("/conditions/%d", i)
		check.Require(c.Text != "", at+"/text", nil, "must say what is to be done")
		registry.CheckText(check, at+"/text", c.Text, registry.MaxReason)
		var of fault.Check
		c.DueOn.Check(&of, at+"/dueOn")
		if check.Join(of) {
			check.Require(c.DueOn >= today, at+"/dueOn", c.DueOn, "must be today, %s, or later", today)
			check.Require(!c.DueOn.Time().After(s.Until), at+"/dueOn", c.DueOn, "must not be after the end of the sign-off, %s", until)
		}
	}
}

// about is what a review is of.
type about struct {
	service registry.Service
	card    scorecards.View
}

// asked is the review as it is authorised on and audited: the affair of the service's team.
func (a about) asked(r Review) access.Object {
	return access.Object{Kind: access.KindLaunchReview, ID: r.ID, Label: a.service.Slug + "/" + a.card.Scorecard.Slug, Team: a.service.Team}
}

// decided is the decision on it, the affair of the team that keeps the scorecard; of the platform's
// own, of administrators.
func (a about) decided(r Review) access.Object {
	o := a.asked(r)
	o.Team = a.card.Scorecard.Owner
	return o
}

// record is what the audit log keeps of a review; the evidence is kept with it.
func (r Review) record() any {
	return struct {
		Service, Scorecard, Revision id.ID
		Level                        string
		PlannedOn                    clock.Date
		Note, AskedBy                string
		Meets                        bool
		Decision                     *Decision
		Conditions                   []Condition
	}{r.Service, r.Scorecard, r.Revision, r.Level, r.PlannedOn, r.Note, r.AskedBy, r.Evidence.Meets, r.Decision, r.Conditions}
}
