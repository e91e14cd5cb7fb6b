package policy_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/registry"
)

// asked counts how often revisions of policies are read.
type asked struct {
	policies
	times *int
}

type policies = policy.Store

func (a asked) PolicyRevision(ctx context.Context, of id.ID) (policy.Revision, error) {
	*a.times++
	return a.policies.PolicyRevision(ctx, of)
}

func (a asked) RevisionsByID(ctx context.Context, of []id.ID) ([]policy.Revision, error) {
	*a.times++
	return a.policies.RevisionsByID(ctx, of)
}

func TestActsOfManyViolationsReadTheirClausesAtOnce(t *testing.T) {
	t.Parallel()
	s, times := storetest.SQLite(t), 0
	r := furnishOver(t, s, asked{s.Policy(), &times})
	r.must(r.policies.Bootstrap(t.Context()))
	first, err := r.policies.Get(r.admin(), policy.DefaultSlug)
	r.must(err)
	d := policy.Default()
	d.Clauses = d.Clauses[1:]
	revised, err := r.policies.Revise(r.admin(), policy.DefaultSlug, first.Policy.Version, d)
	r.must(err)
	opened := first.Revision.Clauses[0].Name // which is in no later revision
	var violations []policy.Violation
	for i, clause := range []string{opened, opened, opened, "never-there", revised.Revision.Clauses[0].Name} {
		violations = append(violations, policy.Violation{
			ID: id.ID(fmt.Sprint("V", i)), Service: r.service.ID, Policy: first.Policy.ID, Revision: first.Revision.ID, Clause: clause, OpenedAt: r.clock.Now(),
		})
	}
	violations = append(violations, policy.Violation{ID: "V6", Service: r.service.ID, Policy: first.Policy.ID, Revision: "NO-REVISION", Clause: "x"})
	times = 0
	acts, err := r.policies.Acts(r.admin(), violations, map[id.ID]registry.Service{r.service.ID: r.service}, map[id.ID]policy.View{first.Policy.ID: revised})
	r.must(err)
	if times != 1 {
		t.Errorf("revisions were read %d times, want once", times)
	}
	exit := func(of access.Acts) string {
		for _, act := range of {
			if act.Name == policy.ActExitEarly {
				return act.Code
			}
		}
		return "not told"
	}
	// No clause of the default policy lets its freeze end early.
	for i, want := range []string{"no_early_exit", "no_early_exit", "no_early_exit", "clause_gone", "no_early_exit", "clause_gone"} {
		if got := exit(acts[i]); got != want {
			t.Errorf("violation %d: %q, want %q", i, got, want)
		}
	}
}
