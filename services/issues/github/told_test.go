package github_test

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
	"github.com/evenkeel/evenkeel/services/issues/inbox"
)

// openTold is an office to which GitHub sends webhooks.
func openTold(t *testing.T, s *store.Store, change ...func(*delivery.Settings)) *office {
	t.Helper()
	return openOn(t, s, buildAs(t, standin.Options{WebhookSecret: secret}), change...)
}

// hear takes in what GitHub tells, and has it worked off.
func (o *office) hear(t *testing.T) {
	t.Helper()
	w := receiver(t, o.store, o.clock.Now, secret)
	for _, d := range o.Deliveries() {
		if _, err := w.Receive(t.Context(), received(d)); err != nil {
			t.Fatal(err)
		}
	}
	counts, err := inbox.NewWorker(inbox.Parts{
		Store: o.store.Inbox(), Runner: o.store, Reader: github.NewPayloads(o.clients), Tracked: delivery.NewListener(o.store.Delivery(), o.store, o.clock.Now),
		Commands: newRecord(), Tickets: newRecord(), Clock: o.clock.Now, Logger: slog.New(slog.DiscardHandler),
	}).RunOnce(t.Context())
	if err != nil || counts["retried"] != 0 {
		t.Fatalf("worked off were %v (%v)", counts, err)
	}
}

// What is known of a repository is kept for a minute, but for what a webhook told since.
func TestWhatAWebhookTellsOfARepositoryCountsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		o := openTold(t, s)
		i := o.want()
		o.run()
		o.inState(i.ID, delivery.Sent)
		o.Person("ole").Publicize("acme/shop")
		o.hear(t)
		o.change(i.ID, func(i *issues.Issue) { i.Title = "Budget spent by checkout" })
		made := o.want()
		o.run() // two seconds after the facts were read
		if is := o.alone("acme/shop"); is.Title != "Budget spent" {
			t.Errorf("it is titled %q in a repository that is public now", is.Title)
		}
		for _, one := range []issues.Issue{i, made} {
			if d := o.delivery(one.ID); !strings.Contains(d.Problem, "public") {
				t.Errorf("the problem is %q", d.Problem)
			}
		}
	})
}
