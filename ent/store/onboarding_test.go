package store_test

import (
	"context"
	"testing"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/onboarding"
)

// Who waits for a wave, a member or a repository on PostgreSQL sees what the other did to it meanwhile.
func TestWhatIsHeldOfOnboardingIsReadOnceTheOtherIsDone(t *testing.T) {
	t.Parallel()
	url := storetest.PostgresURL(t)
	s, other := replica(t, url), replica(t, url)
	one, two := s.Onboarding(), other.Onboarding()
	team := storetest.Team(t, s, "crew")
	service, found := storetest.Service(t, s, team.ID, "checkout"), storetest.FoundRepository(t, s, "acme/a")
	wave := storetest.AWave("one")
	if err := one.CreateWave(t.Context(), wave); err != nil {
		t.Fatal(err)
	}
	member := storetest.AMember(wave, service.ID, "")
	for _, c := range []struct {
		what string
		hold func(context.Context) error
		do   func(context.Context) error
		sees func(context.Context) (bool, error)
	}{
		{
			"a wave", func(ctx context.Context) error {
				_, err := one.HoldWave(ctx, "one")
				return err
			}, func(ctx context.Context) error {
				_, err := one.AddMembers(ctx, []onboarding.Member{member})
				return err
			}, func(ctx context.Context) (bool, error) {
				w, err := two.HoldWave(ctx, "one")
				return w.Tally.Waiting == 1, err
			},
		},
		{
			"a member", func(ctx context.Context) error {
				_, err := one.HoldMember(ctx, member.ID)
				return err
			}, func(ctx context.Context) error {
				done := member
				done.State = onboarding.Brought
				return one.UpdateMember(ctx, done)
			}, func(ctx context.Context) (bool, error) {
				m, err := two.HoldMember(ctx, member.ID)
				return m.State == onboarding.Brought, err
			},
		},
		{
			"a repository", func(ctx context.Context) error {
				_, err := one.HoldRepository(ctx, found.ID)
				return err
			}, func(ctx context.Context) error {
				named := found
				named.Service = service.ID
				return one.RelateRepository(ctx, named)
			}, func(ctx context.Context) (bool, error) {
				all, err := two.HoldRepositories(ctx, []string{found.HostID})
				return all[found.HostID].Service == service.ID, err
			},
		},
	} {
		seen := make(chan bool, 1)
		err := s.InTx(t.Context(), func(ctx context.Context) error {
			if err := c.hold(ctx); err != nil {
				return err
			}
			go func() {
				var is bool
				if err := other.InTx(t.Context(), func(ctx context.Context) (err error) {
					is, err = c.sees(ctx)
					return err
				}); err != nil {
					t.Errorf("%s: %v", c.what, err)
				}
				seen <- is
			}()
			storetest.AwaitLock(t, url)
			return c.do(ctx)
		})
		if err != nil {
			t.Fatalf("%s: %v", c.what, err)
		}
		if !<-seen {
			t.Errorf("%s: who waited sees what was there before", c.what)
		}
	}
}
