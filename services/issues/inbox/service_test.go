package inbox_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// counter is the service over the room's database, and its audit log.
func (r *room) counter() (*inbox.Service, *audit.Service) {
	authorizer := access.NewAuthorizer(r.store.Access())
	log := audit.NewService(r.store.Audit(), r.store, authorizer, r.clock.Now)
	return inbox.NewService(r.store.Inbox(), r.store, authorizer, log, r.clock.Now), log
}

func administrator(ctx context.Context) context.Context {
	return access.WithCaller(ctx, access.Caller{Kind: access.ByPerson, Person: "grace", Name: "Grace", Administrator: true, Scopes: access.Scopes})
}

func TestWhatWasGivenUpIsTriedAgainAsOftenAsWhatIsNew(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		r := furnish(t, s, nil)
		service, log := r.counter()
		ctx := administrator(t.Context())
		r.accept("issues", "bad", "good")
		r.tracked.fail["bad"] = errors.New("no route")
		r.succeeds(1, 1)
		giveUp := func(before int) {
			t.Helper()
			for range before {
				r.clock.Advance(time.Hour)
				r.succeeds(0, 1)
			}
			r.clock.Advance(time.Hour)
			if err := r.runs(0, 0, 1); err == nil {
				t.Fatal("a run that gives up succeeds")
			}
		}
		giveUp(6)
		if n, err := service.GivenUp(ctx); err != nil || n != 1 {
			t.Errorf("given up are %d (%v)", n, err)
		}
		list, err := service.List(ctx, inbox.Filter{State: inbox.GivenUp}, page.Request{})
		if err != nil || len(list.Items) != 1 || list.Items[0].ID != "bad" || list.Items[0].Error != "no route" || list.Items[0].Payload != nil {
			t.Fatalf("given up are %+v (%v)", list.Items, err)
		}
		r.clock.Advance(time.Hour)
		d, err := service.Retry(ctx, "bad")
		if err != nil || d.State() != inbox.Waiting || !d.DueAt.Equal(r.clock.Now()) || d.Attempts != 0 || d.Error != "no route" {
			t.Fatalf("retried is %+v (%v)", d, err)
		}
		r.succeeds(0, 1)
		giveUp(6) // eight attempts, as of a new one
		if _, err := service.Retry(ctx, "bad"); err != nil {
			t.Fatal(err)
		}
		delete(r.tracked.fail, "bad")
		r.succeeds(1, 0)
		if n, err := service.GivenUp(ctx); err != nil || n != 0 {
			t.Errorf("given up are %d (%v)", n, err)
		}
		if _, err := service.Retry(ctx, "bad"); fault.As(err) == nil || fault.As(err).Code != "webhook_delivery_worked" {
			t.Errorf("what was worked off is retried: %v", err)
		}
		if _, err := service.Retry(ctx, "never"); !fault.Is(err, fault.NotFound) {
			t.Errorf("what never came is retried: %v", err)
		}
		entries, err := log.List(ctx, audit.Filter{}, page.Request{})
		if err != nil || len(entries.Items) != 2 || entries.Items[0].Action != "webhook.update" || entries.Items[0].ObjectLabel != "bad" {
			t.Errorf("written down is %+v (%v)", entries.Items, err)
		}
	})
}

func TestWebhooksAreTheAdministrators(t *testing.T) {
	t.Parallel()
	r := furnish(t, storetest.SQLite(t), nil)
	service, _ := r.counter()
	for name, c := range map[string]struct {
		caller access.Caller
		kind   fault.Kind
	}{
		"nobody":     {access.Caller{Kind: access.Anonymous}, fault.Unauthenticated},
		"a person":   {access.Caller{Kind: access.ByPerson, Person: "ada", Scopes: access.Scopes}, fault.Forbidden},
		"a workload": {access.Caller{Kind: access.ByTeam, Team: "crew", Scopes: access.Scopes}, fault.Forbidden},
	} {
		ctx := access.WithCaller(t.Context(), c.caller)
		_, list := service.List(ctx, inbox.Filter{}, page.Request{})
		_, retry := service.Retry(ctx, "x")
		_, count := service.GivenUp(ctx)
		for what, err := range map[string]error{"lists": list, "retries": retry, "counts": count} {
			if !fault.Is(err, c.kind) {
				t.Errorf("%s %s: %v", name, what, err)
			}
		}
	}
}
