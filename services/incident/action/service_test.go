package action_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
)

// storetest keeps one connection pool to the PostgreSQL server of the tests.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}

// start is a Friday.
var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is action items over a fresh database: Ada and Cara are of the team payments, below platform,
// below company; Bob is of none; the pipeline is the team's workload.
type house struct {
	*action.Service
	t                                *testing.T
	store                            *store.Store
	clock                            *clock.Manual
	incidents                        *incident.Service
	log                              *audit.Service
	told                             *listener
	ada, bob, cara, root, pipeline   context.Context
	people                           map[string]id.ID
	company, platform, team, service id.ID
}

type listener struct {
	mu     sync.Mutex
	events []event.Event
}

// Tell implements event.Teller.
func (l *listener) Tell(_ context.Context, events ...event.Event) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = append(l.events, events...)
	return nil
}

// take returns what was told since it was asked last.
func (l *listener) take() []event.Event {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := l.events
	l.events = nil
	return out
}

func newHouse(t *testing.T) *house {
	t.Helper()
	return newHouseOn(t, storetest.SQLite(t))
}

func newHouseOn(t *testing.T, s *store.Store) *house {
	t.Helper()
	h := &house{t: t, store: s, clock: clock.NewManual(start), told: &listener{}, people: map[string]id.ID{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	h.incidents = incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.Service = action.NewService(action.Parts{
		Store: s.Actions(), Incidents: s.Incidents(), Registry: s.Registry(), People: s.Access(),
		Desk: issues.NewService(s.Issues(), s.Registry(), s.Policy(), "https://evenkeel.example.org"), Teller: h.told,
		Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.incidents.FollowedBy(h.Service)
	for name, to := range map[string]*context.Context{"ada": &h.ada, "bob": &h.bob, "cara": &h.cara, "root": &h.root} {
		p := storetest.Person(t, s, name)
		h.people[name] = p.ID
		c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
		if name == "root" {
			c.Administrator, c.Scopes = true, access.Scopes
		}
		*to = access.WithCaller(t.Context(), c)
	}
	rooms := registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.company = ok(rooms.CreateTeam(h.root, registry.TeamInput{Slug: "company", Name: "Company"}))(t).ID
	h.platform = ok(rooms.CreateTeam(h.root, registry.TeamInput{Slug: "platform", Name: "Platform", Parent: "company"}))(t).ID
	h.team = ok(rooms.CreateTeam(h.root, registry.TeamInput{Slug: "payments", Name: "Payments", Parent: "platform"}))(t).ID
	for _, name := range []string{"ada", "cara"} {
		if err := s.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.people[name], JoinedAt: start}); err != nil {
			t.Fatal(err)
		}
	}
	h.pipeline = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "pipeline", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	h.service = ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: "checkout", Team: "payments", Profile: registry.Profile{
		Name: "Checkout", Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production, Repository: "https://github.com/acme/checkout",
	}}))(t).ID
	return h
}

func ok[T any](v T, err error) func(t *testing.T) T {
	return func(t *testing.T) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func refused(t *testing.T, err error, kind fault.Kind, code string) *fault.Error {
	t.Helper()
	e := fault.As(err)
	if e == nil || e.Kind != kind || code != "" && e.Code != code {
		t.Fatalf("got %v, want %s %s", err, kind, code)
	}
	return e
}

func (h *house) declare(change ...func(*incident.Terms)) incident.Incident {
	h.t.Helper()
	terms := incident.Terms{Title: "Checkout is down", Severity: "sev1", Services: []incident.Involved{{Service: h.service, Part: incident.Affected}}, ImpactStart: h.clock.Now().Add(-time.Hour)}
	for _, c := range change {
		c(&terms)
	}
	return ok(h.incidents.Declare(h.ada, incident.Input{Terms: terms}))(h.t)
}

func (h *house) terms(change ...func(*action.Terms)) action.Terms {
	t := action.Terms{
		Title: "Alert when the queue is older than a minute", Verification: "The alert fires in the game day.", Priority: action.P1, Type: action.Detect, Owner: h.people["cara"], Service: h.service,
	}
	for _, c := range change {
		c(&t)
	}
	return t
}

func (h *house) plan(of incident.Incident, change ...func(*action.Terms)) action.Item {
	h.t.Helper()
	return ok(h.Plan(h.ada, of.ID, h.terms(change...)))(h.t)
}

func p0(t *action.Terms) { t.Priority, t.RootCause = action.P0, true }

// issues are those that are wanted, by what they are about.
func (h *house) issues() map[id.ID]issues.Issue {
	h.t.Helper()
	out := map[id.ID]issues.Issue{}
	for _, i := range ok(h.store.Issues().Issues(h.t.Context(), issues.Filter{}, page.Request{Limit: page.MaxLimit}))(h.t).Items {
		out[i.Subject] = i
	}
	return out
}

func TestAnItemIsDueByItsPriorityUnlessSomebodySaysOtherwise(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	// 27 March 2026 and 4, 8, 12 and 26 weeks, by the calendar.
	for priority, due := range map[action.Priority]clock.Date{action.P0: "2026-04-24", action.P1: "2026-05-22", action.P2: "2026-06-19", action.P3: "2026-09-25"} {
		if i := h.plan(of, func(t *action.Terms) { t.Priority = priority }); i.DueOn != due || i.FirstDueOn != due {
			t.Errorf("%s is due on %s, want %s", priority, i.DueOn, due)
		}
	}
	if i := h.plan(of, func(t *action.Terms) { t.DueOn = "2026-03-27" }); i.DueOn != "2026-03-27" {
		t.Errorf("it is due on %s", i.DueOn)
	}
}

func TestAnItemIsRefusedWithEveryFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	_, err := h.Plan(h.ada, of.ID, action.Terms{Title: " ", Priority: "p9", Type: "repair", Owner: "nobody", Service: "nothing", DueOn: "2026-03-26"})
	var pointers []string
	for _, v := range refused(t, err, fault.Invalid, "invalid_input").Violations {
		pointers = append(pointers, v.Pointer)
	}
	if want := []string{"/title", "/verification", "/priority", "/type", "/dueOn", "/service", "/owner"}; !slices.Equal(pointers, want) {
		t.Errorf("faults are at %q, want %q", pointers, want)
	}
	for _, due := range []clock.Date{"tomorrow", "2028-04-01"} {
		_, err := h.Plan(h.ada, of.ID, h.terms(func(t *action.Terms) { t.DueOn = due }))
		refused(t, err, fault.Invalid, "invalid_input")
	}
	_, err = h.Plan(h.bob, of.ID, h.terms())
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Plan(h.ada, id.New(start), h.terms())
	refused(t, err, fault.NotFound, "incident_not_found")
	if left := ok(h.OfIncident(h.bob, of.ID))(t); len(left) != 0 {
		t.Errorf("what was refused is there: %v", left)
	}
}

// Who may do what with an open item that Cara owns: Ada is of the team, Bob is not.
func TestWhoMayDoWhatWithAnItem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	acts := map[string]func(ctx context.Context, i action.Item) error{
		"amend": func(ctx context.Context, i action.Item) error {
			_, err := h.Amend(ctx, i.ID, i.Version, i.Terms, "")
			return err
		},
		"complete": func(ctx context.Context, i action.Item) error {
			_, err := h.Complete(ctx, i.ID, i.Version, action.Proof{Note: "Done."})
			return err
		},
		"waive": func(ctx context.Context, i action.Item) error {
			_, err := h.Waive(ctx, i.ID, i.Version, "Not needed.")
			return err
		},
	}
	for _, c := range []struct {
		act      string
		by       context.Context
		owner    string
		priority action.Priority
		want     string // the code, empty where it is done
	}{
		{"amend", h.ada, "cara", action.P1, ""},
		{"amend", h.bob, "cara", action.P1, "forbidden"},
		{"amend", h.bob, "bob", action.P1, "forbidden"}, // an owner of another team says when it is done, and not what it is
		{"amend", h.pipeline, "cara", action.P1, ""},
		{"complete", h.ada, "cara", action.P1, ""},
		{"complete", h.bob, "cara", action.P1, "forbidden"},
		{"complete", h.bob, "bob", action.P1, ""},
		{"complete", h.pipeline, "cara", action.P0, ""},
		{"waive", h.cara, "cara", action.P1, ""},
		{"waive", h.bob, "bob", action.P1, "forbidden"},
		{"waive", h.cara, "cara", action.P0, "own_item"},
		{"waive", h.pipeline, "cara", action.P0, "own_item"},
		{"waive", h.ada, "cara", action.P0, ""},
	} {
		i := h.plan(of, func(t *action.Terms) { t.Owner, t.Priority = h.people[c.owner], c.priority })
		err := acts[c.act](c.by, i)
		if c.want != "" {
			refused(t, err, fault.Forbidden, c.want)
		} else if err != nil {
			t.Errorf("%s of an item of %s: %v", c.act, c.owner, err)
		}
	}
}

func TestAnItemIsDoneWaivedAndOpenedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.plan(h.declare(), p0)
	_, err := h.Complete(h.cara, i.ID, i.Version, action.Proof{Note: "", Link: "javascript:alert(1)"})
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 2 {
		t.Errorf("faults are %v", e.Violations)
	}
	done := ok(h.Complete(h.cara, i.ID, i.Version, action.Proof{Note: "It fired.", Link: "https://example.org/1"}))(t)
	if done.State != action.Done || done.Settled.By != "cara" || !done.Settled.At.Equal(start) || !done.Satisfies() || done.Overdue(start.AddDate(1, 0, 0)) {
		t.Errorf("done is %+v", done)
	}
	_, err = h.Complete(h.cara, i.ID, done.Version, action.Proof{Note: "Again."})
	refused(t, err, fault.Conflict, "item_settled")
	_, err = h.Amend(h.ada, i.ID, done.Version, done.Terms, "")
	refused(t, err, fault.Conflict, "item_settled")
	_, err = h.Reopen(h.ada, i.ID, i.Version, "It came back.")
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.Reopen(h.ada, i.ID, done.Version, " ")
	refused(t, err, fault.Invalid, "invalid_input")
	again := ok(h.Reopen(h.ada, i.ID, done.Version, "It came back."))(t)
	if again.State != action.Open || again.Settled != nil || again.Satisfies() {
		t.Errorf("open again is %+v", again)
	}
	waived := ok(h.Waive(h.ada, i.ID, again.Version, "The queue goes."))(t)
	if waived.State != action.Waived || !waived.Satisfies() {
		t.Errorf("waived is %+v", waived)
	}
	if got := ok(h.Get(h.bob, i.ID))(t); got.Version != waived.Version || got.State != action.Waived {
		t.Errorf("kept is %+v", got)
	}
}

func TestALaterDayNeedsAReasonAndIsCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.plan(h.declare(), func(t *action.Terms) { t.DueOn = "2026-04-10" })
	later := i.Terms
	later.DueOn = "2026-04-20"
	_, err := h.Amend(h.ada, i.ID, i.Version, later, "")
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 1 || e.Violations[0].Pointer != "/reason" {
		t.Errorf("faults are %v", e.Violations)
	}
	moved := ok(h.Amend(h.ada, i.ID, i.Version, later, "The vendor is late."))(t)
	if moved.DueOn != "2026-04-20" || moved.FirstDueOn != "2026-04-10" || moved.Postponed != 1 {
		t.Errorf("moved is %+v", moved)
	}
	if is := h.issues()[i.ID]; !strings.Contains(is.Body, "2026-04-20") || !strings.Contains(is.Body, "at first it was 2026-04-10") || len(is.Comments) != 1 || !strings.Contains(is.Comments[0].Body, "The vendor is late.") {
		t.Errorf("its issue says %q and %v", is.Body, is.Comments)
	}
	sooner := moved.Terms
	sooner.DueOn = "2026-04-01"
	if back := ok(h.Amend(h.ada, i.ID, moved.Version, sooner, ""))(t); back.Postponed != 1 {
		t.Errorf("sooner is postponed %d times", back.Postponed)
	}
	// Once its day is over, what else is said of it can be changed.
	h.clock.Advance(10 * 24 * time.Hour)
	now := ok(h.Get(h.ada, i.ID))(t)
	other := now.Terms
	other.Title, other.DueOn = "Page when the queue is older than a minute", ""
	if named := ok(h.Amend(h.ada, i.ID, now.Version, other, ""))(t); named.DueOn != "2026-04-01" || named.Title != other.Title {
		t.Errorf("named is %+v", named)
	}
}

func TestItemsAreWantedAsPartsOfOneIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare(func(t *incident.Terms) { t.Title = "Checkout is down for @everyone" })
	if wanted := h.issues(); len(wanted) != 0 {
		t.Errorf("without items there are %v", wanted)
	}
	one, two := h.plan(of, p0), h.plan(of)
	wanted := h.issues()
	whole := wanted[of.ID]
	if len(wanted) != 3 || whole.Kind != issues.KindIncident || whole.Title != "Follow-ups of an incident: Checkout is down for `@everyone`" || !whole.Open || whole.Parent != "" {
		t.Fatalf("wanted are %+v", wanted)
	}
	for _, item := range []action.Item{one, two} {
		is := wanted[item.ID]
		if is.Kind != issues.KindActionItem || is.Parent != whole.ID || !slices.Equal(is.Assignees, []id.ID{h.people["cara"]}) || is.Repository != "https://github.com/acme/checkout" || !strings.Contains(is.Body, string(item.DueOn)) {
			t.Errorf("wanted is %+v", is)
		}
	}
	if got := wanted[one.ID].Labels; !slices.Equal(got, []string{"incident-follow-up", "priority/p0", "type/detect"}) {
		t.Errorf("its labels are %q", got)
	}
	ok(h.Complete(h.cara, one.ID, one.Version, action.Proof{Note: "It fired, see #12."}))(t)
	done := h.issues()[one.ID]
	if !done.Open || len(done.Comments) != 1 || done.Comments[0].Body != "> Done: It fired, see `#12.`" {
		t.Errorf("a machine closes it, or says %+v", done.Comments)
	}
	version := ok(h.incidents.Get(h.ada, of.ID))(t).Version
	ok(h.incidents.Amend(h.ada, of.ID, version, renamed(of.Terms, "Checkout was down")))(t)
	if is := h.issues()[of.ID]; is.Title != "Follow-ups of an incident: Checkout was down" {
		t.Errorf("it is called %q", is.Title)
	}
}

func renamed(t incident.Terms, title string) incident.Terms {
	t.Title = title
	return t
}

func TestOfARestrictedIncidentNothingIsWantedAndNothingSaid(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	secret := h.declare(func(t *incident.Terms) { t.Title, t.Restricted, t.Readers = "Breach", true, []id.ID{h.people["cara"]} })
	i := h.plan(secret)
	if wanted := h.issues(); len(wanted) != 0 {
		t.Errorf("wanted are %v", wanted)
	}
	for _, e := range h.told.take() {
		if strings.Contains(fmt.Sprintf("%+v", e), "Breach") || strings.Contains(fmt.Sprintf("%+v", e), i.Title) {
			t.Errorf("told is %+v", e)
		}
	}
	_, err := h.Get(h.bob, i.ID)
	refused(t, err, fault.NotFound, "action_item_not_found")
	for _, act := range []func() error{
		func() error { _, err := h.Complete(h.pipeline, i.ID, 1, action.Proof{Note: "x"}); return err },
		func() error { _, err := h.Waive(h.pipeline, i.ID, 1, "x"); return err },
		func() error { _, err := h.Reopen(h.pipeline, i.ID, 1, "x"); return err },
		func() error { _, err := h.Amend(h.pipeline, i.ID, 1, i.Terms, ""); return err },
		func() error { _, err := h.Effect(h.bob, i.ID); return err },
	} {
		refused(t, act(), fault.NotFound, "action_item_not_found")
	}
	for _, act := range []func() error{
		func() error { _, err := h.OfIncident(h.bob, secret.ID); return err },
		func() error { _, err := h.Plan(h.pipeline, secret.ID, h.terms()); return err },
		func() error {
			_, err := h.Import(h.pipeline, secret.ID, []action.Imported{{Key: "1", Terms: h.terms()}})
			return err
		},
	} {
		refused(t, act(), fault.NotFound, "incident_not_found")
	}
	if got := ok(h.List(h.bob, action.Filter{}, false, page.Request{}))(t).Items; len(got) != 0 {
		t.Errorf("listed for Bob are %v", got)
	}
	if got := ok(h.List(h.cara, action.Filter{}, false, page.Request{}))(t).Items; len(got) != 1 {
		t.Errorf("listed for Cara are %v", got)
	}
	if b := ok(h.Backlog(h.bob, action.Filter{}))(t); b.Open != 0 {
		t.Errorf("Bob's backlog is %+v", b)
	}
	_, err = h.Plan(h.ada, secret.ID, h.terms(func(t *action.Terms) { t.Owner = h.people["bob"] }))
	if e := refused(t, err, fault.Invalid, "invalid_input"); e.Violations[0].Pointer != "/owner" {
		t.Errorf("faults are %v", e.Violations)
	}
}

func TestAnIssueOfWhatIsRestrictedLaterSaysNothingOfIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare(func(t *incident.Terms) { t.Title = "Breach" })
	i := h.plan(of, func(t *action.Terms) { t.Detail = "The bucket was open." })
	later := i.Terms
	later.DueOn = "2026-06-01"
	i = ok(h.Amend(h.ada, i.ID, i.Version, later, "Whose bucket it is was not clear."))(t)
	version := ok(h.incidents.Get(h.ada, of.ID))(t).Version
	terms := of.Terms
	terms.Restricted, terms.Readers = true, []id.ID{h.people["cara"]}
	ok(h.incidents.Amend(h.ada, of.ID, version, terms))(t)
	ok(h.Complete(h.cara, i.ID, i.Version, action.Proof{Note: "The bucket is closed."}))(t)
	for _, is := range h.issues() {
		text := is.Title + is.Body + fmt.Sprint(is.Comments)
		for _, secret := range []string{"Breach", "bucket", i.Title, i.Verification} {
			if strings.Contains(text, secret) {
				t.Errorf("an issue says %q: %s", secret, text)
			}
		}
		if len(is.Assignees) != 0 || len(is.Labels) != 1 {
			t.Errorf("an issue has %v, and is assigned to %v", is.Labels, is.Assignees)
		}
		if !strings.Contains(is.Body, issues.Marker(is.Fingerprint)) {
			t.Errorf("an issue lost its marker: %s", is.Body)
		}
	}
	terms.Restricted, terms.Readers = false, nil
	version = ok(h.incidents.Get(h.ada, of.ID))(t).Version
	ok(h.incidents.Amend(h.ada, of.ID, version, terms))(t)
	if is := h.issues()[i.ID]; !strings.Contains(is.Body, "The bucket was open.") {
		t.Errorf("open to all it says %s", is.Body)
	}
}

func TestItemsAreImportedOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	in := []action.Imported{
		{Key: "J-1", Link: "https://jira.example.org/J-1", Terms: h.terms()},
		{Key: "J-2", Terms: h.terms(), Settled: action.Done, Note: "Live."},
		{Key: "J-3", Terms: h.terms(), Settled: action.Waived, Note: "Too dear."},
	}
	for _, want := range []int{3, 0} {
		if added := ok(h.Import(h.ada, of.ID, in))(t); added != want {
			t.Errorf("%d were added, want %d", added, want)
		}
	}
	items := ok(h.OfIncident(h.ada, of.ID))(t)
	if len(items) != 3 || items[0].State != action.Open || items[0].Link != in[0].Link || items[1].State != action.Done || items[1].Settled.Note != "Live." || items[2].State != action.Waived {
		t.Errorf("imported are %+v", items)
	}
	if wanted := h.issues(); len(wanted) != 2 { // the incident's, and that of what is open
		t.Errorf("wanted are %+v", wanted)
	}
	in[1].Key, in[2].Note, in[0].Terms.Priority = "J-1", "", "p9"
	_, err := h.Import(h.ada, of.ID, in)
	var pointers []string
	for _, v := range refused(t, err, fault.Invalid, "invalid_input").Violations {
		pointers = append(pointers, v.Pointer)
	}
	if want := []string{"/items/1/key", "/items/2/note"}; !slices.Equal(pointers, want) {
		t.Errorf("faults are at %q, want %q", pointers, want)
	}
	in[1].Key, in[2].Note = "J-4", "x"
	if _, err = h.Import(h.ada, of.ID, in); refused(t, err, fault.Invalid, "").Violations[0].Pointer != "/items/0/priority" {
		t.Errorf("got %v", err)
	}
	if got := ok(h.OfIncident(h.ada, of.ID))(t); len(got) != 3 {
		t.Errorf("all or none: there are %d", len(got))
	}
}

func TestAnIncidentHoldsTwoHundredItems(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	var in []action.Imported
	for n := range action.MaxItems {
		in = append(in, action.Imported{Key: fmt.Sprint(n), Terms: h.terms()})
	}
	if added := ok(h.Import(h.ada, of.ID, in))(t); added != action.MaxItems {
		t.Fatalf("%d were added", added)
	}
	if added := ok(h.Import(h.ada, of.ID, in))(t); added != 0 {
		t.Errorf("imported again, %d were added", added)
	}
	_, err := h.Plan(h.ada, of.ID, h.terms())
	refused(t, err, fault.Conflict, "too_many_items")
}

// A postmortem elsewhere is imported as it is: what it asked for may be due already, or be done since,
// and months later the same can be imported again.
func TestWhatIsImportedMayBeDueAlready(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	past := h.terms(func(t *action.Terms) { t.DueOn = "2026-01-05" })
	in := []action.Imported{{Key: "J-1", Terms: past, Settled: action.Done, Note: "Live."}, {Key: "J-2", Terms: past}, {Key: "J-3", Terms: h.terms()}}
	if added := ok(h.Import(h.ada, of.ID, in))(t); added != 3 {
		t.Errorf("%d were added", added)
	}
	h.clock.Advance(200 * 24 * time.Hour)
	if added := ok(h.Import(h.ada, of.ID, in))(t); added != 0 {
		t.Errorf("imported again, %d were added", added)
	}
	_, err := h.Plan(h.ada, of.ID, past)
	if refused(t, err, fault.Invalid, "").Violations[0].Pointer != "/dueOn" {
		t.Errorf("planned for a day that is past: %v", err)
	}
	past.DueOn = "1026-01-05"
	_, err = h.Import(h.ada, of.ID, []action.Imported{{Key: "J-4", Terms: past}})
	if refused(t, err, fault.Invalid, "").Violations[0].Pointer != "/items/0/dueOn" {
		t.Errorf("imported of the year 1026: %v", err)
	}
}

// Whether the same cause came back: of the later incidents of the service one shares its cause and
// one its tag; others came before it was done, are of another cause, or may not be read.
func TestAnEffectTellsWhichIncidentsShareACause(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	tagged := func(at time.Duration, causes, tags []string, restricted bool) incident.Incident {
		return h.declare(func(t *incident.Terms) {
			t.ImpactStart, t.Causes, t.Tags, t.Restricted = h.clock.Now().Add(-at), causes, tags, restricted
		})
	}
	of := tagged(time.Hour, []string{"own-code-or-procedure"}, []string{"dns"}, false)
	i := h.plan(of)
	if e := ok(h.Effect(h.bob, i.ID))(t); e != nil {
		t.Errorf("of an open item it is %+v", e)
	}
	h.clock.Advance(24 * time.Hour)
	tagged(time.Hour, []string{"own-code-or-procedure"}, nil, false) // before it was done
	ok(h.Complete(h.cara, i.ID, i.Version, action.Proof{Note: "Done."}))(t)
	h.clock.Advance(49 * time.Hour)
	cause := tagged(40*time.Hour, []string{"own-code-or-procedure", "company-network"}, nil, false)
	tag := tagged(2*time.Hour, nil, []string{"dns", "eu"}, false)
	tagged(time.Hour, []string{"company-network"}, []string{"eu"}, false)
	tagged(time.Hour, []string{"own-code-or-procedure"}, nil, true)
	e := ok(h.Effect(h.bob, i.ID))(t)
	if e.Days != 2 || e.More || len(e.Returned) != 2 || e.Returned[0].Incident != tag.ID || e.Returned[1].Incident != cause.ID ||
		!slices.Equal(e.Returned[0].Shared, []string{"dns"}) || !slices.Equal(e.Returned[1].Shared, []string{"own-code-or-procedure"}) {
		t.Errorf("the effect is %+v", e)
	}
}

// Two edit one item at once: one is told that it is at another version now.
func TestOfTwoEditorsOneIsTold(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		i := h.plan(h.declare())
		errs := make([]error, 2)
		var both sync.WaitGroup
		for n, by := range []context.Context{h.ada, h.cara} {
			both.Go(func() {
				_, errs[n] = h.Amend(by, i.ID, i.Version, h.terms(func(t *action.Terms) { t.Title = fmt.Sprint("Title ", n) }), "")
			})
		}
		both.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("both got %v", errs)
		}
		for _, err := range errs {
			if err != nil {
				refused(t, err, fault.Precondition, "version_mismatch")
			}
		}
	})
}
