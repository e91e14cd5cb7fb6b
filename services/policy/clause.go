package policy

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Clause says: while a condition holds of an SLO, these things follow.
type Clause struct {
	Name        string `json:"name"`        // RFC 1123 label, unique in the policy; with the policy it is the clause's identity
	Description string `json:"description"` // in words, quoted in issues
	// When is the condition, on the facts of an SLO. A violation opens when it holds and ends
	// when it does not; unknown does neither.
	When       string           `json:"when"`
	Freeze     *Freeze          `json:"freeze,omitempty"`
	Issue      *IssueAction     `json:"issue,omitempty"`
	Postmortem *PostmortemClaim `json:"postmortem,omitempty"`
	Escalate   *Escalation      `json:"escalate,omitempty"`
	Notify     *Notification    `json:"notify,omitempty"`
}

// The bounds of a clause.
const (
	maxLabels          = 20
	maxLabel           = 50 // GitHub's
	maxPriorityActions = 20
	maxAfterDays       = 90
)

// check notes the faults of the clause.
func (c Clause) check(check *fault.Check, at string, language *expr.Environment) {
	registry.CheckSlug(check, at+"/name", c.Name)
	registry.CheckText(check, at+"/description", c.Description, maxDescription)
	checkCondition(check, at+"/when", c.When, language)
	if c.Freeze == nil && c.Issue == nil && c.Postmortem == nil && c.Escalate == nil && c.Notify == nil {
		check.Fail(at, nil, "must have something follow: freeze, issue, postmortem, escalate or notify")
	}
	if c.Freeze != nil {
		seen := make(map[ChangeClass]bool)
		for i, class := range c.Freeze.Allow {
			here := fmt.Sprintf("%s/freeze/allow/%d", at, i)
			check.Require(class.Waits(), here, class, "must be %q, %q or %q; %q, %q and %q never wait", Feature, Config, Reliability, Security, P0, Rollback)
			check.Require(!seen[class], here, class, "must be there once only")
			seen[class] = true
		}
	}
	if c.Issue != nil {
		check.Require(slices.Contains(Priorities, c.Issue.Priority), at+"/issue/priority", c.Issue.Priority, "must be one of %s", fault.Or(Priorities))
		checkLabels(check, at+"/issue/labels", c.Issue.Labels)
		registry.CheckText(check, at+"/issue/template", c.Issue.Template, maxDescription)
	}
	if c.Postmortem != nil {
		check.Require(c.Postmortem.PriorityActions >= 0 && c.Postmortem.PriorityActions <= maxPriorityActions, at+"/postmortem/priorityActions",
			c.Postmortem.PriorityActions, "must be 0 to %d", maxPriorityActions)
	}
	if c.Escalate != nil {
		check.Require(slices.Contains(Audiences, c.Escalate.To), at+"/escalate/to", c.Escalate.To, "must be one of %s", fault.Or(Audiences))
		check.Require(c.Escalate.AfterDays >= 0 && c.Escalate.AfterDays <= maxAfterDays, at+"/escalate/afterDays", c.Escalate.AfterDays, "must be 0 to %d", maxAfterDays)
	}
	if c.Notify != nil {
		check.Require(len(c.Notify.To) > 0, at+"/notify/to", nil, "must name at least one of %s", fault.Or(Audiences))
		seen := make(map[Audience]bool)
		for i, to := range c.Notify.To {
			here := fmt.Sprintf("%s/notify/to/%d", at, i)
			check.Require(slices.Contains(Audiences, to), here, to, "must be one of %s", fault.Or(Audiences))
			check.Require(!seen[to], here, to, "must be there once only")
			seen[to] = true
		}
	}
}

// checkCondition notes what is wrong with a condition, each problem with its line and column.
func checkCondition(check *fault.Check, at, text string, language *expr.Environment) {
	var own fault.Check
	if registry.CheckText(&own, at, text, expr.MaxText); !check.Join(own) {
		return
	}
	if strings.TrimSpace(text) == "" {
		check.Fail(at, nil, "must be a condition on facts, such as \"consumed > 1\"")
		return
	}
	_, err := language.Compile(text)
	var refused *expr.Error
	switch {
	case err == nil:
	case errors.As(err, &refused):
		for _, p := range refused.Problems {
			check.Fail(at, text, "line %d, column %d: %s", p.Line, p.Column, p.Message)
		}
	default:
		check.Fail(at, text, "cannot be checked: %s", err)
	}
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

// complete has no list that is nil, as clauses are stored and shown.
func (c Clause) complete() Clause {
	if c.Freeze != nil && c.Freeze.Allow == nil {
		freeze := *c.Freeze
		freeze.Allow = []ChangeClass{}
		c.Freeze = &freeze
	}
	if c.Issue != nil && c.Issue.Labels == nil {
		issue := *c.Issue
		issue.Labels = []string{}
		c.Issue = &issue
	}
	return c
}
