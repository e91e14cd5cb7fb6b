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
	if err := policy.Default().Validate(); err != nil {
		t.Error(err)
	}
}

func TestAllFaultsOfADraftAreReportedAtOnce(t *testing.T) {
	t.Parallel()
	d := policy.Draft{
		Slug: "Error Budget", Name: "", Description: "a\x00b",
		Clauses: []policy.Clause{
			{Name: "one", OverPercent: 0, IssueLabels: []string{"a", "A", "b,c", strings.Repeat("x", 51), ""}},
			{Name: "one", OverPercent: 10_001, Description: strings.Repeat("x", 4001)},
			{Name: "-", OverPercent: 100},
		},
	}
	want := []string{
		"/slug", "/name", "/description",
		"/clauses/0/overPercent", "/clauses/0/issueLabels/1", "/clauses/0/issueLabels/2", "/clauses/0/issueLabels/3", "/clauses/0/issueLabels/4",
		"/clauses/1/name", "/clauses/1/description", "/clauses/1/overPercent", "/clauses/2/name",
	}
	e := fault.As(d.Validate())
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
		if e := fault.As(d.Validate()); e == nil || !slices.ContainsFunc(e.Violations, func(v fault.Violation) bool { return v.Pointer == "/clauses" }) {
			t.Errorf("%d clauses were accepted: %v", n, e)
		}
	}
}
