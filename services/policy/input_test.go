package policy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/policy"
)

func TestTheDefaultPolicyIsValid(t *testing.T) {
	t.Parallel()
	if err := policy.Default().Validate(language(t, told)); err != nil {
		t.Error(err)
	}
}

func TestAllFaultsOfADraftAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	d := policy.Draft{
		Slug: "Error Budget", Name: "", Description: "a\x00b",
		Terms: policy.Terms{Clauses: []policy.Clause{
			{Name: "one", Issue: &policy.IssueAction{Labels: []string{"a", "A", "b,c", strings.Repeat("x", 51), ""}, Template: "\x00"}},
			{Name: "one", When: "consumed > 1 && consummed > 2", Description: strings.Repeat("x", 4001), Postmortem: &policy.PostmortemClaim{PriorityActions: 21}},
			{Name: "-", When: "consumed > 1", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability, policy.P0, policy.Reliability, "colour"}}},
			{Name: "idle", When: "consumed"},
		}, Approval: policy.Approval{Author: " a", Reviewers: []string{""}, ApprovedOn: "2026-02-29", RevisitOn: "soon"}},
	}
	want := []string{
		"/slug", "/name", "/description",
		"/clauses/0/when", "/clauses/0/issue/priority", "/clauses/0/issue/labels/1", "/clauses/0/issue/labels/2", "/clauses/0/issue/labels/3", "/clauses/0/issue/labels/4", "/clauses/0/issue/template",
		"/clauses/1/description", "/clauses/1/when", "/clauses/1/postmortem/priorityActions", "/clauses/1/name",
		"/clauses/2/name", "/clauses/2/freeze/allow/1", "/clauses/2/freeze/allow/2", "/clauses/2/freeze/allow/3",
		"/clauses/3/when", "/clauses/3",
		"/approval/author", "/approval/reviewers/0", "/approval/approvedOn", "/approval/revisitOn",
	}
	e := fault.As(d.Validate(language(t, told)))
	if e == nil || e.Kind != fault.Invalid {
		t.Fatalf("Validate returned %v, want an Invalid fault", e)
	}
	var got []string
	for _, v := range e.Violations {
		got = append(got, v.Pointer)
	}
	if !slices.Equal(got, want) {
		t.Errorf("pointers\n%v, want\n%v", got, want)
	}
}

func TestADraftHasAtLeastOneClauseAndNotTooMany(t *testing.T) {
	t.Parallel()
	d := policy.Default()
	for _, n := range []int{0, 21} {
		d.Clauses = make([]policy.Clause, n)
		if e := fault.As(d.Validate(language(t, told))); e == nil || !slices.ContainsFunc(e.Violations, func(v fault.Violation) bool { return v.Pointer == "/clauses" }) {
			t.Errorf("%d clauses were accepted: %v", n, e)
		}
	}
}
