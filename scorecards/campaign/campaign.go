package campaign

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

// The bounds of a campaign.
const (
	maxWhy    = 4000
	maxChecks = 50
	// longest is for how many days a campaign runs at most, and MaxGrace for how many more it is
	// looked at once it is due.
	longest  = 731
	MaxGrace = 90
	// soon is how many days before its day those who are not done are told.
	soon = 14
)

// Campaign asks services to pass checks of a scorecard by a day.
type Campaign struct {
	ID id.ID
	Terms
	// Told is what the teams were told last, and for which day.
	Told      Step
	ToldFor   clock.Date
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	Ended     *Ending // nil while nobody ended it, and its time is not over
	Manager   string  // who keeps it elsewhere, such as a set of manifests; empty for its team
	Version   int64
}

// Terms is what a campaign asks.
type Terms struct {
	Name      string
	Why       string
	Scorecard id.ID
	Checks    []string // their IDs
	AppliesTo string   // a condition on services; empty for all that the scorecard is for
	Team      id.ID    // that runs it
	StartsOn  clock.Date
	DueOn     clock.Date
	// GraceDays is for how many days after DueOn it is still looked at.
	GraceDays int
	// Issues is whether who is not done near the day gets an issue.
	Issues bool
}

// Ending is how a campaign came to be over.
type Ending struct {
	At     time.Time
	By     string // empty where nobody ended it
	Reason string // of whoever ended it, or why it could not go on; empty where its time was over
}

// Step is what the teams were told of a campaign.
type Step int

// The steps, in order.
const (
	Nothing Step = iota
	Start
	DueSoon
	Due
)

// State is how far a campaign is.
type State string

// The states.
const (
	Planned State = "planned"
	Running State = "running"
	Over    State = "over"
)

// States lists every state.
var States = []State{Planned, Running, Over}

// last is the last day on which it runs.
func (t Terms) last() clock.Date {
	return clock.DateOf(t.DueOn.Time().AddDate(0, 0, t.GraceDays))
}

// State is its state at that time.
func (c Campaign) State(now time.Time) State {
	today := clock.DateOf(now)
	switch {
	case c.Ended != nil || today > c.last():
		return Over
	case today < c.StartsOn:
		return Planned
	}
	return Running
}

// DaysLeft is how many days there are until its day is over, the day included; negative after it.
func (c Campaign) DaysLeft(now time.Time) int { return days(clock.DateOf(now), c.DueOn) }

func days(from, to clock.Date) int { return int(to.Time().Sub(from.Time()) / (24 * time.Hour)) }

// Draft is what is declared. Scorecard and Team are slugs or identifiers.
type Draft struct {
	Name, Why       string
	Scorecard       string
	Checks          []string
	AppliesTo       string
	Team            string
	StartsOn, DueOn clock.Date
	GraceDays       int
	Issues          bool
}

func (d Draft) settled() Draft {
	d.Why, d.AppliesTo = strings.TrimSpace(d.Why), strings.TrimSpace(d.AppliesTo)
	return d
}

// check notes what is wrong with what does not depend on anything else. before is nil of a new one.
func (d Draft) check(check *fault.Check, before *Campaign, now time.Time) {
	registry.CheckName(check, "/name", d.Name)
	check.Require(d.Why != "", "/why", nil, "must say why, for those who are asked")
	registry.CheckText(check, "/why", d.Why, maxWhy)
	check.Require(d.GraceDays >= 0 && d.GraceDays <= MaxGrace, "/graceDays", d.GraceDays, "must be 0 to %d days", MaxGrace)
	d.checkDays(check, before, now)
}

func (d Draft) checkDays(check *fault.Check, before *Campaign, now time.Time) {
	var of fault.Check
	d.StartsOn.Check(&of, "/startsOn")
	d.DueOn.Check(&of, "/dueOn")
	if !check.Join(of) {
		return
	}
	today := clock.DateOf(now)
	switch {
	case before != nil && before.State(now) != Planned:
		check.Require(d.StartsOn == before.StartsOn, "/startsOn", d.StartsOn, "must stay %s: it began then", before.StartsOn)
	default:
		check.Require(d.StartsOn >= today, "/startsOn", d.StartsOn, "must be today, %s, or later", today)
	}
	if before == nil || before.DueOn != d.DueOn {
		check.Require(d.DueOn >= today, "/dueOn", d.DueOn, "must be today, %s, or later", today)
	}
	check.Require(d.DueOn >= d.StartsOn, "/dueOn", d.DueOn, "must not be before the start, %s", d.StartsOn)
	check.Require(days(d.StartsOn, d.DueOn) <= longest, "/dueOn", d.DueOn, "must be at most %d days after the start", longest)
}

// checkChecks notes what is wrong with the checks that it names.
func (d Draft) checkChecks(check *fault.Check, card scorecards.View) {
	check.Require(len(d.Checks) >= 1 && len(d.Checks) <= maxChecks, "/checks", len(d.Checks), "must be 1 to %d checks", maxChecks)
	for i, one := range d.Checks[:min(len(d.Checks), maxChecks)] {
		at := fmt.Sprintf("/checks/%d", i)
		known := slices.ContainsFunc(card.Revision.Checks, func(c scorecards.Check) bool { return c.ID == one })
		check.Require(known, at, fault.Clip(one, 64), "must be the ID of a check of the scorecard %q", card.Scorecard.Slug)
		check.Require(slices.Index(d.Checks, one) == i, at, fault.Clip(one, 64), "is named twice")
	}
}

// object is a campaign as it is authorised on.
func (c Campaign) object() access.Object {
	return access.Object{Kind: access.KindCampaign, ID: c.ID, Label: fault.Clip(c.Name, 64), Team: c.Team}
}

// record is what the audit log keeps of a campaign.
func (c Campaign) record() any {
	return struct {
		Terms
		Ended   *Ending
		Manager string
	}{c.Terms, c.Ended, c.Manager}
}
