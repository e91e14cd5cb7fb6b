package gate

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
)

var now = time.Date(2026, 11, 27, 17, 0, 0, 0, time.UTC) // a Friday evening

// stand is an SLO at a clause that lets work on reliability go on.
func stand(slug string, outcome expr.Outcome, mode policy.Mode, open bool, recovers *time.Time) policy.SLOStanding {
	s := policy.SLOStanding{Slug: slug, RecoversAt: recovers}
	s.Outcome, s.Mode, s.ConsumedPercent, s.Why = outcome, mode, "118.64", "not known: consumed"
	s.Rule = &policy.Rule{View: policy.View{Policy: policy.Policy{Slug: "error-budget"}}}
	s.Clause = &policy.Clause{Name: "budget-exceeded", Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}}}
	if open {
		s.Violation = &policy.Violation{ID: id.ID(slug), Mode: mode}
	}
	return s
}

// A freeze that is suspended, or ended early, has nothing wait, and is told.
func TestAnExcusedFreezeHasNothingWait(t *testing.T) {
	t.Parallel()
	until := now.Add(time.Hour)
	for _, c := range []struct {
		handling policy.Handling
		at       time.Time
		want     Answer
		says     string
	}{
		{policy.Handling{Dispute: &policy.Dispute{By: "Ada", SuspendedUntil: &until}}, now, Allow, "suspended until 2026-11-27 18:00 UTC, while the dispute of Ada is decided"},
		{policy.Handling{Dispute: &policy.Dispute{By: "Ada", SuspendedUntil: &until}}, until, Deny, ""},
		{policy.Handling{Dispute: &policy.Dispute{By: "Ada"}}, now, Deny, ""},
		{policy.Handling{Dispute: &policy.Dispute{By: "Ada", SuspendedUntil: &until, Ruling: &policy.Ruling{Outcome: policy.Upheld}}}, now, Deny, ""},
		{policy.Handling{EarlyExit: &policy.EarlyExit{By: "Kurt"}}, now, Allow, "Kurt ended the freeze early"},
		{policy.Handling{Acknowledgement: &policy.Acknowledgement{By: "Ada", DueOn: "2026-12-01"}}, now, Deny, ""},
	} {
		s := Situation{At: c.at, Standings: []policy.SLOStanding{stand("availability", expr.Holds, policy.Enforce, true, nil)}}
		s.Standings[0].Violation.Handling = c.handling
		v := s.Decide(policy.Feature)
		if v.Answer != c.want || (c.want == Allow) != (v.Reasons[0].Kind == Excused) || !strings.Contains(v.Reasons[0].Text, c.says) {
			t.Errorf("%+v at %s: %s because of %+v, want %s", c.handling, c.at, v.Answer, v.Reasons, c.want)
		}
	}
}

// The matrix of class of change, state of the SLO, mode of the policy and hard dependency.
// What is expected is written by the rules of the workbook's policy and of the product: only
// an enforced freeze of the service's own denies; rollbacks, urgent and security fixes are
// never denied; what is not known, and an exhausted hard dependency, warn.
func TestTheMatrixOfAnswers(t *testing.T) {
	t.Parallel()
	waiting := []policy.ChangeClass{policy.Feature, policy.Config}
	states := map[string]struct {
		outcome expr.Outcome
		open    bool
	}{"within": {expr.Fails, false}, "violated": {expr.Holds, true}, "violated, unknown now": {expr.Unknown, true}, "unknown": {expr.Unknown, false}}
	count := 0
	for _, class := range policy.ChangeClasses {
		for name, state := range states {
			for _, mode := range policy.Modes {
				for _, spent := range []bool{false, true} {
					for _, lifted := range []bool{false, true} {
						s := Situation{Standings: []policy.SLOStanding{stand("availability", state.outcome, mode, state.open, nil)}}
						if spent {
							s.Spent = []Spent{{"ledger", "entries"}}
						}
						if lifted {
							s.Override = &Override{By: "Ada", Until: now.Add(time.Hour), Reason: "the gateway burns"}
						}
						want := Allow
						switch waits := slices.Contains(waiting, class); {
						case waits && state.open && mode == policy.Enforce && !lifted:
							want = Deny
						case waits && state.open && mode != policy.Observe:
							want = Warn
						case waits && name == "unknown" && mode != policy.Observe:
							want = Warn
						}
						if spent && want == Allow {
							want = Warn
						}
						at := fmt.Sprintf("%s, %s, %s, dependency spent: %v, lifted: %v", class, name, mode, spent, lifted)
						v := s.Decide(class)
						if v.Answer != want {
							t.Errorf("%s: %s, want %s (%+v)", at, v.Answer, want, v.Reasons)
						}
						if len(v.Reasons) == 0 || slices.ContainsFunc(v.Reasons, func(r Reason) bool { return r.Text == "" }) {
							t.Errorf("%s: reasons %+v", at, v.Reasons)
						}
						if (v.Answer == Deny) != (len(v.WayOut) > 0 && strings.Contains(v.WayOut[0], "reliability")) {
							t.Errorf("%s: the way out %q", at, v.WayOut)
						}
						count++
					}
				}
			}
		}
	}
	if count != 6*4*3*2*2 {
		t.Errorf("%d cases", count)
	}
}

func TestADependencyNeverDenies(t *testing.T) {
	t.Parallel()
	s := Situation{Spent: []Spent{{"ledger", "entries"}, {"auth", "sign-ins"}}}
	if v := s.Decide(policy.Feature); v.Answer != Warn || len(v.Reasons) != 2 || !strings.Contains(v.Reasons[0].Text, "ledger") || len(v.WayOut) != 2 {
		t.Errorf("%+v", v)
	}
}

func TestWhatCannotBeReadWarns(t *testing.T) {
	t.Parallel()
	s := Situation{Unreadable: []string{"the database did not answer in 3 s"}}
	for _, class := range policy.ChangeClasses {
		if v := s.Decide(class); v.Answer != Warn || v.Reasons[0].Kind != Unreadable {
			t.Errorf("%s: %+v", class, v)
		}
	}
}

func TestTheFreezeEndsWithItsLastClause(t *testing.T) {
	t.Parallel()
	soon, late := now.Add(5*time.Hour), now.Add(50*time.Hour)
	frozen := func(recoveries ...*time.Time) Situation {
		var s Situation
		for i, at := range recoveries {
			s.Standings = append(s.Standings, stand(fmt.Sprint("slo-", i), expr.Holds, policy.Enforce, true, at))
		}
		return s
	}
	for _, c := range []struct {
		name string
		s    Situation
		want *time.Time
	}{
		{"none", Situation{}, nil},
		{"one", frozen(&soon), &soon},
		{"the later of two", frozen(&soon, &late), &late},
		{"one of which it is not known", frozen(&soon, nil, &late), nil},
	} {
		v := c.s.Decide(policy.Feature)
		if got := v.RecoversAt; (got == nil) != (c.want == nil) || got != nil && !got.Equal(*c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
		if told := slices.ContainsFunc(v.WayOut, func(w string) bool { return strings.Contains(w, "the freeze ends at") }); told != (c.want != nil) {
			t.Errorf("%s: the way out %q", c.name, v.WayOut)
		}
	}
	// What only warns does not hold the change back any longer.
	mixed := frozen(&soon)
	mixed.Standings = append(mixed.Standings, stand("warned", expr.Holds, policy.Warn, true, &late))
	if v := mixed.Decide(policy.Feature); v.Answer != Deny || v.RecoversAt == nil || !v.RecoversAt.Equal(soon) {
		t.Errorf("beside one that warns: %+v", v)
	}
	// The mode in force decides, where the violation does not follow yet.
	relaxed := frozen(&soon)
	relaxed.Standings[0].Mode = policy.Warn
	if v := relaxed.Decide(policy.Feature); v.Answer != Warn {
		t.Errorf("enforced no more: %+v", v)
	}
	observed := stand("slo", expr.Holds, policy.Observe, true, &late)
	if v := (Situation{Standings: []policy.SLOStanding{observed}}).Decide(policy.Feature); v.RecoversAt != nil || v.Answer != Allow || v.Reasons[0].Kind != Observed {
		t.Errorf("what is only observed asks for nothing: %+v", v)
	}
}

func TestWhatWeighsMostComesFirst(t *testing.T) {
	t.Parallel()
	s := Situation{
		Standings:  []policy.SLOStanding{stand("a", expr.Holds, policy.Observe, true, nil), stand("b", expr.Unknown, policy.Warn, false, nil), stand("c", expr.Holds, policy.Enforce, true, nil)},
		Spent:      []Spent{{"ledger", "entries"}},
		Unreadable: []string{"x"},
		Override:   &Override{By: "Ada", Until: now, Reason: "y"},
	}
	var kinds []ReasonKind
	for _, r := range s.Decide(policy.Feature).Reasons {
		kinds = append(kinds, r.Kind)
	}
	if want := []ReasonKind{Frozen, Overridden, NotKnown, Dependency, Unreadable, Observed}; !slices.Equal(kinds, want) {
		t.Errorf("%v, want %v", kinds, want)
	}
}

// Two clauses that let different classes go on leave what both do.
func TestTheWayOutIsOpenInEveryClause(t *testing.T) {
	t.Parallel()
	a, b := stand("a", expr.Holds, policy.Enforce, true, nil), stand("b", expr.Holds, policy.Enforce, true, nil)
	a.Violation.ID, b.Violation.ID = "A", "B"
	a.Clause.Freeze = &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability, policy.Config}}
	v := (Situation{Standings: []policy.SLOStanding{a, b}}).Decide(policy.Feature)
	if want := "work on what spends the budget goes on: send it as a change of the class reliability, security, p0, rollback"; v.WayOut[0] != want {
		t.Errorf("%q, want %q", v.WayOut[0], want)
	}
	b.Clause.Freeze = &policy.Freeze{}
	v = (Situation{Standings: []policy.SLOStanding{a, b}}).Decide(policy.Feature)
	if want := "work on what spends the budget goes on: send it as a change of the class security, p0, rollback"; v.WayOut[0] != want {
		t.Errorf("%q, want %q", v.WayOut[0], want)
	}
}

// From Monday to Friday: worked out on a calendar of November 2026, in which the 27th is a Friday.
func TestAReviewIsDueTwoWorkingDaysLater(t *testing.T) {
	t.Parallel()
	for day, want := range map[int]int{23: 25, 24: 26, 25: 27, 26: 30, 27: 31, 28: 31, 29: 31} {
		at := time.Date(2026, 11, day, 22, 30, 0, 0, time.UTC)
		due := time.Date(2026, 11, want, 22, 30, 0, 0, time.UTC)
		o := Override{At: at}
		if got := o.ReviewDue(); !got.Equal(due) {
			t.Errorf("of the %d it is due at %s, want %s", day, got, due)
		}
		if o.Overdue(due) || !o.Overdue(due.Add(time.Second)) {
			t.Errorf("of the %d it is overdue at %s: %v", day, due, o.Overdue(due))
		}
		o.Review = &Review{}
		if o.Overdue(due.AddDate(1, 0, 0)) {
			t.Error("what was reviewed is overdue")
		}
	}
}

// Each thing that can be done is said once, in the order of the reasons, however many clauses
// lead to it.
func TestTheWayOutSaysEachThingOnce(t *testing.T) {
	t.Parallel()
	var s Situation
	for _, slug := range []string{"latency", "availability", "latency"} {
		s.Standings = append(s.Standings, stand(slug, expr.Unknown, policy.Warn, false, nil))
	}
	s.Spent = []Spent{{"ledger", "entries"}, {"auth", "sign-ins"}, {"ledger", "reads"}}
	want := []string{
		"see why the SLO latency is not measured", "see why the SLO availability is not measured",
		"ask the team of ledger whether a change makes it worse", "ask the team of auth whether a change makes it worse",
	}
	if got := s.Decide(policy.Feature).WayOut; !slices.Equal(got, want) {
		t.Errorf("the way out is %q, want %q", got, want)
	}
}
