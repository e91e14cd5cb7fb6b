package claim

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// The workbook's policy asks for a postmortem with at least one P0 on the root cause ("Error Budget
// Policy", appendix): it is satisfied once that is published, and so many of them are done.
func TestAClaimIsSatisfiedByAPublishedPostmortemAndItsP0s(t *testing.T) {
	t.Parallel()
	owed := func(status postmortem.Status, planned, done int) Owed {
		return Owed{Incident: incident.Incident{Terms: incident.Terms{Title: "Down"}}, Status: status, Planned: make([]action.Item, planned), Done: done}
	}
	for _, c := range []struct {
		name  string
		claim Claim
		lacks []string // in part
	}{
		{"nothing is asked", Claim{}, nil},
		{"nobody asked yet", Claim{Asked: true, PriorityActions: 1}, []string{"asked for yet"}},
		{"a draft without actions", Claim{true, 1, []Owed{owed(postmortem.Draft, 0, 0)}}, []string{"not published", "has 0 of 1"}},
		{"published, and nothing done", Claim{true, 1, []Owed{owed(postmortem.Published, 2, 0)}}, []string{"0 of 1"}},
		{"done, and only approved", Claim{true, 1, []Owed{owed(postmortem.Approved, 1, 1)}}, []string{"not published"}},
		{"all is there", Claim{true, 1, []Owed{owed(postmortem.Published, 2, 1)}}, nil},
		{"two are asked for", Claim{true, 2, []Owed{owed(postmortem.Published, 2, 1)}}, []string{"1 of 2"}},
		{"of one incident of two", Claim{true, 0, []Owed{owed(postmortem.Published, 0, 0), owed(postmortem.Requested, 0, 0)}}, []string{"not published"}},
		{"the other is waived", Claim{true, 1, []Owed{owed(postmortem.Published, 1, 1), {Waived: true}}}, nil},
	} {
		lacks := c.claim.Lacks()
		if len(lacks) != len(c.lacks) || slices.ContainsFunc(lacks, func(l string) bool {
			return !slices.ContainsFunc(c.lacks, func(part string) bool { return strings.Contains(l, part) })
		}) {
			t.Errorf("%s: it lacks %q, want %q", c.name, lacks, c.lacks)
		}
		if c.claim.Satisfied() != (c.claim.Asked && len(c.lacks) == 0) {
			t.Errorf("%s: satisfied is %v", c.name, c.claim.Satisfied())
		}
	}
}

// What satisfies is a P0 on a root cause that is done, or was waived with a reason.
func TestOnlyWhatWasDoneOrExplainedCounts(t *testing.T) {
	t.Parallel()
	settled := &action.Settlement{At: time.Now(), Note: "The queue goes."}
	for _, c := range []struct {
		item action.Item
		want bool
	}{
		{action.Item{Terms: action.Terms{Priority: action.P0, RootCause: true}, State: action.Open}, false},
		{action.Item{Terms: action.Terms{Priority: action.P0, RootCause: true}, State: action.Done, Settled: &action.Settlement{}}, true},
		{action.Item{Terms: action.Terms{Priority: action.P0, RootCause: true}, State: action.Waived, Settled: settled}, true},
		{action.Item{Terms: action.Terms{Priority: action.P0, RootCause: true}, State: action.Waived, Settled: &action.Settlement{}}, false},
		{action.Item{Terms: action.Terms{Priority: action.P0}, State: action.Done, Settled: settled}, false},
		{action.Item{Terms: action.Terms{Priority: action.P1, RootCause: true}, State: action.Done, Settled: settled}, false},
	} {
		if got := c.item.Satisfies(); got != c.want {
			t.Errorf("%+v satisfies: %v", c.item, got)
		}
	}
}
