package issues_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
)

// supply is where people say what caused it.
func (p *parties) supply() *supply.Service {
	return supply.NewService(supply.Parts{
		Store: p.store.Supply(), Policies: p.policies, Services: p.store.Registry(), SLOs: p.store.SLO(), Runner: p.store,
		Authorizer: access.NewAuthorizer(p.store.Access()), Recorder: p.audit, Clock: p.clock.Now,
	})
}

func TestTheCauseThatPeopleSayDecidesWhatFollows(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses = policy.Default().Clauses })
	said := p.supply()
	holding := func() []string {
		t.Helper()
		standings, err := p.policies.Standing(p.admin(), p.slo.SLO.ID)
		p.must(err)
		var names []string
		for _, s := range standings {
			if s.Outcome == expr.Holds {
				names = append(names, s.Clause.Name)
			}
		}
		return names
	}
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded"}) {
		t.Errorf("of an unclassified cause %q hold", got)
	}
	say := func(as context.Context, version int64, in supply.Input) error {
		_, err := said.Say(as, p.slo.SLO.ID, supply.Cause, version, in)
		return err
	}
	excusing := supply.Input{Value: supply.Value{Text: "company-network"}, Note: "The backbone was cut."}
	refusedAs(t, say(p.as(p.member), 1, excusing), fault.Forbidden, "excusing_cause")
	own := supply.Input{Value: supply.Value{Text: "own-code-or-procedure"}}
	stranger := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "STRANGER", Name: "Eve", Scopes: []access.Scope{access.ScopeWrite}})
	refusedAs(t, say(stranger, 1, own), fault.Forbidden, "forbidden")
	p.must(say(p.as(p.member), 1, own))
	refusedAs(t, say(p.as(p.member), 1, own), fault.Precondition, "version_mismatch")
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded", "reliability-work"}) {
		t.Errorf("of the team's own cause %q hold", got)
	}
	p.must(say(p.as(p.approver), 2, excusing))
	if got := holding(); !slices.Equal(got, []string{"feature-work-goes-on"}) {
		t.Errorf("of an excusing cause %q hold", got)
	}
	p.pass(1, 1, 0)
	p.clock.Advance(28 * 24 * time.Hour) // it is said no more
	p.spend(137)
	if got := holding(); !slices.Equal(got, []string{"budget-exceeded"}) {
		t.Errorf("after four weeks %q hold", got)
	}
	f, err := said.Fact(p.as(p.member), p.slo.SLO.ID, supply.Cause)
	if err != nil || f.Version != 3 || f.Value.Text != supply.Unclassified || !f.At.IsZero() {
		t.Errorf("then %+v is said, %v", f, err)
	}
	err = say(p.as(p.member), 3, supply.Input{Value: supply.Value{Text: "bad luck", Numbers: map[string]float64{"a": 1}}, Until: p.clock.Now().Add(29 * 24 * time.Hour)})
	var found *fault.Error
	if !errors.As(err, &found) || len(found.Violations) != 3 {
		t.Errorf("a wrong cause: %v", err)
	}
	p.must(say(p.as(p.member), 3, own))
	p.must(said.Withdraw(p.as(p.member), p.slo.SLO.ID, supply.Cause, 4))
	refusedAs(t, said.Withdraw(p.as(p.member), p.slo.SLO.ID, supply.Cause, 5), fault.Conflict, "not_said")
}

// Exactly a fifth is not more than a fifth; of 999 events one incident says nothing.
func TestAnIncidentOfMoreThanAFifthAsksForAPostmortem(t *testing.T) {
	t.Parallel()
	p := enforced(t, func(d *policy.Draft) { d.Clauses = append(d.Clauses, policy.Default().Clauses[3]) })
	said := p.supply()
	say := func(version int64, shares map[string]float64) {
		t.Helper()
		_, err := said.Say(p.as(p.member), p.slo.SLO.ID, supply.IncidentShares, version, supply.Input{Value: supply.Value{Numbers: shares}})
		p.must(err)
	}
	say(1, map[string]float64{"INC-1": 0.2})
	p.pass(0, 0, 0)
	say(2, map[string]float64{"INC-1": 0.2, "INC-2": 0.21})
	p.spend(137, func(s *slo.Status) { s.Sums.Policy = window.Sum{Good: 950_000, Total: 999_000} })
	p.pass(0, 0, 0)
	p.spend(137)
	p.pass(1, 0, 0)
	issue := p.drafts()[0]
	if !strings.Contains(issue.Body, "A postmortem is asked for, with at least 1 action of priority P0 on the root cause.") || !slices.Contains(issue.Labels, "priority/p0") {
		t.Errorf("the issue has the labels %q and says\n%s", issue.Labels, issue.Body)
	}
}
