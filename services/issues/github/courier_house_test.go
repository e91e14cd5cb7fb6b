package github_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
	"github.com/evenkeel/evenkeel/services/registry"
)

// office is a stand-in, a database with a service, and a courier between them.
type office struct {
	*hub
	tb      testing.TB
	store   *store.Store
	service registry.Service
	named   map[string]id.ID // services by the repositories that they name
	desk    *delivery.Desk
	issues  *issues.Service
	courier *delivery.Courier
	changes []func(*delivery.Settings) // of the settings
}

func settings() delivery.Settings {
	s := delivery.Defaults()
	s.Mode, s.Routes.Default = delivery.Enforce, "https://github.com/acme/shop"
	s.GroupFrom = 1000 // but where a test is about groups
	return s
}

func open(t *testing.T, change ...func(*delivery.Settings)) *office {
	t.Helper()
	return openOn(t, storetest.SQLite(t), build(t), change...)
}

func openOn(tb testing.TB, s *store.Store, h *hub, change ...func(*delivery.Settings)) *office {
	tb.Helper()
	o := &office{hub: h, tb: tb, store: s, named: map[string]id.ID{}, changes: change}
	o.service = storetest.Service(tb, s, storetest.Team(tb, s, "payments").ID, "checkout")
	o.name("https://github.com/acme/shop")
	set := settings()
	for _, c := range change {
		c(&set)
	}
	o.desk = delivery.NewDesk(s.Delivery(), set, h.clock.Now)
	o.issues = issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org")
	o.issues.DeliverWith(o.desk)
	o.courier = o.hire(o.tracker, change...)
	return o
}

// hire returns another courier, which knows nothing of the first.
func (o *office) hire(tracker delivery.Tracker, change ...func(*delivery.Settings)) *delivery.Courier {
	set := settings()
	for _, c := range change {
		c(&set)
	}
	return delivery.NewCourier(delivery.Parts{
		Store: o.store.Delivery(), Issues: o.store.Issues(), Places: o.store.Registry(), People: o.store.Access(), Gatherer: o.issues,
		Tracker: tracker, Runner: o.store, Settings: set,
		Clock: o.clock.Now, Wait: o.wait, Holder: "one", Logger: slog.New(slog.DiscardHandler),
	})
}

// wait moves the clock on.
func (o *office) wait(ctx context.Context, until time.Time) error {
	if o.moment != nil {
		o.moment(nil, false)
	}
	if d := until.Sub(o.clock.Now()); d > 0 {
		o.clock.Advance(d)
	}
	return ctx.Err()
}

// lease returns a context under a lease that nobody else has from then on.
func (o *office) lease(ctx context.Context) context.Context {
	o.tb.Helper()
	jobs := o.store.Jobs()
	leases, err := jobs.Leases(ctx)
	o.must(err)
	if l, ok := leases["deliver-issues"]; ok {
		o.must(jobs.ReleaseLease(ctx, l.Name, l.Epoch))
	}
	l, err := jobs.TakeLease(ctx, "deliver-issues", string(id.New(o.clock.Now())), time.Hour)
	o.must(err)
	return tx.WithFence(ctx, tx.Fence{Lease: l.Name, Epoch: l.Epoch})
}

func (o *office) must(err error) {
	o.tb.Helper()
	if err != nil {
		o.tb.Fatal(err)
	}
}

// name has the service name a repository.
func (o *office) name(repository string) {
	o.tb.Helper()
	o.service.Repository = repository
	o.must(o.store.Registry().UpdateService(o.tb.Context(), o.service))
	o.service.Version++
	clear(o.named)
	o.named[repository] = o.service.ID
}

// at has an issue be of a service that names the repository, and shares it with none.
func (o *office) at(repository string) func(*issues.Issue) {
	o.tb.Helper()
	service, ok := o.named[repository]
	if !ok {
		v := storetest.Service(o.tb, o.store, o.service.Team, fmt.Sprintf("service-%d", len(o.named)))
		v.Repository = repository
		o.must(o.store.Registry().UpdateService(o.tb.Context(), v))
		service, o.named[repository] = v.ID, v.ID
	}
	return func(i *issues.Issue) { i.Service, i.Repository = service, repository }
}

// person is somebody with a login on GitHub.
func (o *office) person(name, login string) id.ID {
	o.tb.Helper()
	p := storetest.Person(o.tb, o.store, name)
	p.GitHubLogin = login
	o.must(o.store.Access().UpdatePerson(o.tb.Context(), p))
	return p.ID
}

// want wants an issue for an episode.
func (o *office) want(change ...func(*issues.Issue)) issues.Issue {
	o.tb.Helper()
	now := o.clock.Now()
	i := issues.Issue{
		ID: id.New(now), Kind: issues.KindBudgetViolation, Service: o.service.ID, Subject: id.New(now), Episode: id.New(now),
		Title: "Budget spent", Labels: []string{"slo"}, Comments: []issues.Comment{}, Open: true, CreatedAt: now, UpdatedAt: now, Version: 1,
	}
	i.Fingerprint = issues.Fingerprint(i.Kind, i.Service, i.Subject, "clause", i.Episode)
	i.Body = "What happened.\n\n" + issues.Marker(i.Fingerprint)
	for _, c := range change {
		c(&i)
	}
	o.must(o.store.InTx(o.tb.Context(), func(ctx context.Context) error {
		if _, err := o.store.Issues().CreateIssue(ctx, i); err != nil {
			return err
		}
		return o.desk.Wanted(ctx, i)
	}))
	return i
}

// change wants the issue otherwise.
func (o *office) change(of id.ID, change func(*issues.Issue)) issues.Issue {
	o.tb.Helper()
	i, err := o.store.Issues().Issue(o.tb.Context(), of)
	o.must(err)
	change(&i)
	o.must(o.store.InTx(o.tb.Context(), func(ctx context.Context) error {
		if err := o.store.Issues().UpdateIssue(ctx, i); err != nil {
			return err
		}
		return o.desk.Wanted(ctx, i)
	}))
	return i
}

// run has the courier deliver once, a second later.
func (o *office) run() map[string]int64 {
	o.tb.Helper()
	o.clock.Advance(time.Second)
	counts, err := o.courier.RunOnce(o.tb.Context())
	o.must(err)
	return counts
}

// pass runs once a minute for so long.
func (o *office) pass(d time.Duration) {
	o.tb.Helper()
	for end := o.clock.Now().Add(d); o.clock.Now().Before(end); {
		o.clock.Advance(14 * time.Second)
		o.run()
	}
}

func (o *office) delivery(of id.ID) delivery.Delivery {
	o.tb.Helper()
	d, err := o.store.Delivery().Delivery(o.tb.Context(), of)
	o.must(err)
	return d
}

// inState requires the state of a delivery.
func (o *office) inState(of id.ID, want delivery.State) delivery.Delivery {
	o.tb.Helper()
	d := o.delivery(of)
	if d.State != want {
		o.tb.Fatalf("the delivery is %s (%s), want %s: %+v", d.State, d.Problem, want, d)
	}
	return d
}

// alone requires that one issue is there, and returns it.
func (o *office) alone(place string) standin.Issue {
	o.tb.Helper()
	all := o.Issues(place)
	if len(all) != 1 {
		o.tb.Fatalf("%d issues in %s, want one: %+v", len(all), place, all)
	}
	return all[0]
}

// look has an issue on the tracker looked at, as a webhook would.
func (o *office) look(place string, number int) {
	o.tb.Helper()
	_, err := o.store.Delivery().CallAt(o.tb.Context(), delivery.Place(place), number, o.clock.Now())
	o.must(err)
}

// wellBehaved requires that no request came before a deadline, or too soon.
func (o *office) wellBehaved() {
	o.tb.Helper()
	for _, r := range slices.Concat(o.Early(), o.Hurried(time.Second)) {
		o.tb.Errorf("too early, or too soon after another: %s %s at %s, %s early, %d writing", r.Method, r.Path, r.At, r.Early, r.Writing)
	}
}

// said are the comments without their markers.
func said(i standin.Issue) []string {
	var out []string
	for _, c := range i.Comments {
		text, _, _ := strings.Cut(c.Body, "\n\n<!--")
		out = append(out, text)
	}
	return out
}

// operations are what was asked, in order.
func (o *office) operations() []string {
	var out []string
	for _, r := range o.Requests() {
		out = append(out, fmt.Sprint(r.Operation))
	}
	return out
}
