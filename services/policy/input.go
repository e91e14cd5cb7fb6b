package policy

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Draft is what is declared of a policy.
type Draft struct {
	Slug        string // RFC 1123 label
	Name        string // 1 to 100 characters
	Description string // at most 4,000 characters
	Terms              // 1 to 20 clauses
}

// The bounds of what is declared, in characters or pieces.
const (
	maxDescription = 4000
	maxClauses     = 20
	maxReviewers   = 20
	// DisputeHours is how long a dispute suspends a freeze where nothing else is said.
	DisputeHours    = 48
	maxDisputeHours = 168
)

// Validate returns an Invalid fault with every rule that is broken; conditions are checked in
// the language. Whether there is the approver is not looked up.
func (d Draft) Validate(language *expr.Environment) error {
	var check fault.Check
	registry.CheckSlug(&check, "/slug", d.Slug)
	registry.CheckName(&check, "/name", d.Name)
	registry.CheckText(&check, "/description", d.Description, maxDescription)
	d.Terms.check(&check, language)
	return check.Err()
}

func (t Terms) check(check *fault.Check, language *expr.Environment) {
	check.Require(len(t.Clauses) >= 1 && len(t.Clauses) <= maxClauses, "/clauses", len(t.Clauses), "must have 1 to %d clauses", maxClauses)
	names := make(map[string]int)
	for i, c := range t.Clauses[:min(len(t.Clauses), maxClauses)] {
		at := fmt.Sprintf("/clauses/%d", i)
		c.check(check, at, language)
		if first, ok := names[c.Name]; ok {
			check.Fail(at+"/name", c.Name, "must be unique in the policy; clause %d has the same name", first)
		} else {
			names[c.Name] = i
		}
	}
	check.Require(t.Reserve >= 0 && t.Reserve < 1, "/reserve", t.Reserve, "must be a share of the budget from 0 to below 1, such as 0.25")
	check.Require(t.DisputeHours >= 0 && t.DisputeHours <= maxDisputeHours, "/disputeHours", t.DisputeHours, "must be 0 to %d", maxDisputeHours)
	t.Approval.check(check)
}

func (a Approval) check(check *fault.Check) {
	const at = "/approval"
	access.CheckLine(check, at+"/author", a.Author, 0, registry.MaxName)
	check.Require(len(a.Reviewers) <= maxReviewers, at+"/reviewers", len(a.Reviewers), "must be at most %d", maxReviewers)
	for i, name := range a.Reviewers[:min(len(a.Reviewers), maxReviewers)] {
		access.CheckLine(check, fmt.Sprintf("%s/reviewers/%d", at, i), name, 1, registry.MaxName)
	}
	for _, d := range []struct {
		at   string
		date clock.Date
	}{{at + "/approvedOn", a.ApprovedOn}, {at + "/revisitOn", a.RevisitOn}} {
		if d.date != "" {
			d.date.Check(check, d.at)
		}
	}
	check.Require(a.ApprovedOn == "" || a.RevisitOn == "" || a.RevisitOn > a.ApprovedOn, at+"/revisitOn", a.RevisitOn, "must be after it was approved, %s", a.ApprovedOn)
}

func checkMode(check *fault.Check, m Mode) {
	check.Require(slices.Contains(Modes, m), "/mode", m, "must be %q, %q or %q", Observe, Warn, Enforce)
}
