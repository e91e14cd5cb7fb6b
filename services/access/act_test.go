package access_test

import (
	"context"
	"errors"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// tallied counts what is asked of oneTeam.
type tallied struct {
	oneTeam
	one, all *int
}

func (c tallied) IsMember(ctx context.Context, person, team id.ID) (bool, error) {
	*c.one++
	return c.oneTeam.IsMember(ctx, person, team)
}

func (c tallied) TeamsOf(ctx context.Context, person id.ID) ([]id.ID, error) {
	*c.all++
	return c.oneTeam.TeamsOf(ctx, person)
}

func TestTheMembershipsOfACallerAreReadOnceForMany(t *testing.T) {
	t.Parallel()
	var one, all int
	a := access.NewAuthorizer(tallied{oneTeam{}, &one, &all}).ForMany()
	ctx := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "ada", Scopes: []access.Scope{access.ScopeWrite}})
	for range 3 {
		if err := a.Authorize(ctx, access.Update, access.Object{Kind: access.KindSLO, Team: "crew"}); err != nil {
			t.Errorf("of the own team: %v", err)
		}
		if err := a.Authorize(ctx, access.Update, access.Object{Kind: access.KindSLO, Team: "others"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("of another team: %v", err)
		}
	}
	if one != 0 || all != 1 {
		t.Errorf("memberships were asked for %d times one by one, and %d times whole", one, all)
	}
}

func TestAnActIsToldByItsFirstRefusal(t *testing.T) {
	t.Parallel()
	no := func(kind fault.Kind, code string) func() error {
		return func() error { return fault.New(kind, code, "because of %s", code) }
	}
	yes := func() error { return nil }
	var acts access.Acts
	for name, checks := range map[string][]func() error{
		"done": {yes, yes}, "held": {yes, no(fault.Conflict, "held"), no(fault.Forbidden, "later")}, "refused": {no(fault.Forbidden, "refused"), yes},
	} {
		if err := acts.Ask(name, checks...); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for _, one := range acts {
		if allowed := one.Name == "done"; one.Allowed() != allowed || acts.Allow(one.Name) != allowed || !allowed && (one.Code != one.Name || one.Reason != "because of "+one.Name) {
			t.Errorf("%+v", one)
		}
	}
	broken := errors.New("broken")
	if err := acts.Ask("broken", func() error { return broken }); !errors.Is(err, broken) || acts.Allow("broken") || acts.Allow("unheard-of") || len(acts) != 3 {
		t.Errorf("what is no refusal: %v, of %v", err, acts)
	}
}
