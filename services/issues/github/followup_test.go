package github_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
	"github.com/evenkeel/evenkeel/services/issues/github/standin"
)

// quietly tells nobody.
type quietly struct{}

func (quietly) Tell(context.Context, ...event.Event) error { return nil }

// followed has an action item follow its issue, as the program does.
type followed struct{ *action.Service }

func (f followed) IssueSettled(ctx context.Context, i issues.Issue, o delivery.Outcome, url string) error {
	return f.Tracked(ctx, i.Subject, map[delivery.Outcome]action.State{delivery.Done: action.Done, delivery.Waived: action.Waived, "": action.Open}[o], "GitHub", url)
}

// followUps is an office for the action items of an incident.
type followUps struct {
	*office
	actions *action.Service
	as      context.Context
	of      id.ID
	owner   id.ID
}

func openFollowUps(t *testing.T, s *store.Store, change ...func(*delivery.Settings)) *followUps {
	t.Helper()
	o := openTold(t, s, change...)
	f := &followUps{office: o, owner: o.person("cara", "ole")}
	f.as = access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: f.owner, Name: "cara", Administrator: true, Scopes: access.Scopes})
	authorizer := access.NewAuthorizer(s.Access())
	log := audit.NewService(s.Audit(), s, authorizer, o.clock.Now)
	incidents := incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Runner: s, Authorizer: authorizer, Recorder: log, Clock: o.clock.Now,
	})
	f.actions = action.NewService(action.Parts{
		Store: s.Actions(), Incidents: s.Incidents(), Registry: s.Registry(), People: s.Access(), Desk: o.issues, Teller: quietly{}, Runner: s, Authorizer: authorizer, Recorder: log, Clock: o.clock.Now,
	})
	set := settings()
	for _, c := range change {
		c(&set)
	}
	o.courier = delivery.NewCourier(delivery.Parts{
		Store: s.Delivery(), Issues: s.Issues(), Places: s.Registry(), People: s.Access(), Gatherer: o.issues, Followers: map[issues.Kind]delivery.Follower{issues.KindActionItem: followed{f.actions}},
		Tracker: o.tracker, Runner: s, Settings: set, Clock: o.clock.Now, Wait: o.wait, Holder: "one", Logger: slog.New(slog.DiscardHandler),
	})
	made := must(incidents.Declare(f.as, incident.Input{Terms: incident.Terms{
		Title: "Checkout is down", Severity: "sev1", Services: []incident.Involved{{Service: o.service.ID, Part: incident.Affected}}, ImpactStart: o.clock.Now().Add(-time.Hour),
	}}))(t)
	f.of = made.ID
	return f
}

func (f *followUps) plan(t *testing.T, title string) action.Item {
	t.Helper()
	return must(f.actions.Plan(f.as, f.of, action.Terms{
		Title: title, Verification: "It fires.", Priority: action.P0, Type: action.Detect, Owner: f.owner, Service: f.service.ID, RootCause: true,
	}))(t)
}

// titled is the issue of that title.
func (f *followUps) titled(t *testing.T, title string) standin.Issue {
	t.Helper()
	all := f.Issues("acme/shop")
	at := slices.IndexFunc(all, func(i standin.Issue) bool { return i.Title == title })
	if at < 0 {
		t.Fatalf("no issue %q among %+v", title, all)
	}
	return all[at]
}

func (f *followUps) item(t *testing.T, i action.Item) action.Item {
	t.Helper()
	return must(f.actions.Get(f.as, i.ID))(t)
}

// The follow-ups of an incident are issues below one, assigned, and what people make of them comes back.
func TestFollowUpsAreSubIssuesAndPeopleSettleThem(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		f := openFollowUps(t, s)
		one, two := f.plan(t, "Alert on old queues"), f.plan(t, "Limit retries to three")
		f.pass(3 * time.Minute)
		whole := f.titled(t, "Follow-ups of an incident: Checkout is down")
		for _, title := range []string{one.Title, two.Title} {
			is := f.titled(t, title)
			if !slices.Equal(is.Assignees, []string{"ole"}) || is.Parent != whole.ID || !slices.Contains(is.Labels, "priority/p0") {
				t.Errorf("%q is assigned to %v, under %d, with %v", title, is.Assignees, is.Parent, is.Labels)
			}
		}
		f.Deliveries()
		asked := len(f.Requests())
		f.pass(time.Minute)
		if again := len(f.Requests()); again != asked {
			t.Errorf("%d requests with nothing changed", again-asked)
		}
		first, second := f.titled(t, one.Title).Number, f.titled(t, two.Title).Number
		ole := f.Person("ole")
		for _, step := range []struct {
			do         func()
			one, two   action.State
			firstWords string // of the last comment on the second
		}{
			{func() { ole.Close("acme/shop", first, "completed"); ole.Close("acme/shop", second, "not_planned") }, action.Done, action.Waived, "Closed as not planned"},
			{func() { ole.Reopen("acme/shop", first) }, action.Open, action.Waived, "Closed as not planned"},
			{func() { ole.Reopen("acme/shop", second); ole.Close("acme/shop", first, "completed") }, action.Done, action.Open, "Closed as not planned"},
		} {
			step.do()
			f.hear(t)
			f.pass(time.Minute)
			if a, b := f.item(t, one), f.item(t, two); a.State != step.one || b.State != step.two {
				t.Errorf("they are %s and %s, want %s and %s", a.State, b.State, step.one, step.two)
			}
			if words := said(f.titled(t, two.Title)); !strings.HasPrefix(words[len(words)-1], step.firstWords) {
				t.Errorf("it says %q", words)
			}
		}
		done := f.item(t, one)
		if done.Settled.By != "GitHub" || !done.Settled.Tracked || !strings.HasSuffix(done.Settled.Link, "/acme/shop/issues/2") {
			t.Errorf("done is %+v", done.Settled)
		}
		f.wellBehaved()
	})
}

// What is done here is said on the issue, and people close it.
func TestNoMachineClosesAFollowUp(t *testing.T) {
	t.Parallel()
	f := openFollowUps(t, storetest.SQLite(t))
	i := f.plan(t, "Alert on old queues")
	f.pass(2 * time.Minute)
	must(f.actions.Complete(f.as, i.ID, i.Version, action.Proof{Note: "Live since Monday."}))(t)
	f.pass(2 * time.Minute)
	is := f.titled(t, i.Title)
	if is.State != "open" || !slices.Equal(said(is), []string{"> Done: Live since Monday."}) {
		t.Errorf("it is %s, and says %q", is.State, said(is))
	}
	if now := f.item(t, i); now.State != action.Done {
		t.Errorf("since its issue is open it is %s", now.State)
	}
	f.Person("ole").Close("acme/shop", is.Number, "completed")
	f.hear(t)
	f.pass(time.Minute)
	if now := f.item(t, i); now.State != action.Done || now.Settled.Note != "Live since Monday." {
		t.Errorf("closed after it was done it is %+v", now.Settled)
	}
}

// Twelve people are to do twelve things: each is told on their own, whatever breaks at once.
func TestFollowUpsAreNotToldOfInOne(t *testing.T) {
	t.Parallel()
	f := openFollowUps(t, storetest.SQLite(t), func(s *delivery.Settings) { s.GroupFrom = 3 })
	for range 5 {
		f.plan(t, "Alert on old queues")
	}
	f.pass(3 * time.Minute)
	if all := f.Issues("acme/shop"); len(all) != 6 {
		t.Errorf("%d issues of five items and their incident", len(all))
	}
}
