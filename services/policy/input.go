package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Draft is what is declared of a policy.
type Draft struct {
	Slug        string   // RFC 1123 label
	Name        string   // 1 to 100 characters
	Description string   // at most 4,000 characters
	Clauses     []Clause // 1 to 20
}

// The bounds of what is declared, in characters or pieces.
const (
	maxDescription = 4000
	maxClauses     = 20
	maxOverPercent = 10_000
	maxLabels      = 20
	maxLabel       = 50 // GitHub's
)

// Validate returns an Invalid fault with every rule that is broken.
func (d Draft) Validate() error {
	var check fault.Check
	registry.CheckSlug(&check, "/slug", d.Slug)
	registry.CheckName(&check, "/name", d.Name)
	registry.CheckText(&check, "/description", d.Description, maxDescription)
	check.Require(len(d.Clauses) >= 1 && len(d.Clauses) <= maxClauses, "/clauses", len(d.Clauses), "must have 1 to %d clauses", maxClauses)
	names := make(map[string]int)
	for i, c := range d.Clauses[:min(len(d.Clauses), maxClauses)] {
		at := fmt.Sprintf("/clauses/%d", i)
		registry.CheckSlug(&check, at+"/name", c.Name)
		if first, ok := names[c.Name]; ok {
			check.Fail(at+"/name", c.Name, "must be unique in the policy; clause %d has the same name", first)
		} else {
			names[c.Name] = i
		}
		registry.CheckText(&check, at+"/description", c.Description, maxDescription)
		check.Require(c.OverPercent >= 1 && c.OverPercent <= maxOverPercent, at+"/overPercent", c.OverPercent,
			"must be 1 to %d percent of the error budget", maxOverPercent)
		checkLabels(&check, at+"/issueLabels", c.IssueLabels)
	}
	return check.Err()
}

func checkLabels(check *fault.Check, at string, labels []string) {
	check.Require(len(labels) <= maxLabels, at, len(labels), "must have at most %d labels", maxLabels)
	seen := make(map[string]bool)
	for i, l := range labels[:min(len(labels), maxLabels)] {
		here := fmt.Sprintf("%s/%d", at, i)
		access.CheckLine(check, here, l, 1, maxLabel)
		check.Require(!strings.Contains(l, ","), here, l, "must not contain a comma, which parts labels where issues are searched")
		check.Require(!seen[strings.ToLower(l)], here, l, "must be there once only; upper and lower case are the same label")
		seen[strings.ToLower(l)] = true
	}
}

// same reports whether two clauses say the same.
func same(a, b Clause) bool {
	return a.Name == b.Name && a.Description == b.Description && a.OverPercent == b.OverPercent &&
		a.CloseOnRecovery == b.CloseOnRecovery && slices.Equal(a.IssueLabels, b.IssueLabels)
}

func checkMode(check *fault.Check, m Mode) {
	check.Require(slices.Contains(Modes, m), "/mode", m, "must be %q, %q or %q", Observe, Warn, Enforce)
}
