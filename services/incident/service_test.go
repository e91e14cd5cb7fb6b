package incident_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/registry"
)

var start = time.Date(2026, 3, 27, 12, 0, 0, 0, time.UTC)

// house is incidents over a fresh database: Ada and Cara are of the team that owns checkout and
// ledger, Bob is of none, root administers, and the pipeline is the team's workload.
type house struct {
	*incident.Service
	clock                          *clock.Manual
	log                            *audit.Service
	ada, bob, cara, root, pipeline context.Context
	people                         map[string]id.ID
	team                           id.ID
	checkout, ledger               id.ID
}

func newHouse(t *testing.T) *house {
	t.Helper()
	s := storetest.SQLite(t)
	h := &house{clock: clock.NewManual(start), people: map[string]id.ID{}}
	authorizer := access.NewAuthorizer(s.Access())
	h.log = audit.NewService(s.Audit(), s, authorizer, h.clock.Now)
	rooms := registry.New(s.Registry(), s.Access(), s, authorizer, h.log, h.clock.Now)
	h.Service = incident.NewService(incident.Parts{
		Store: s.Incidents(), Happenings: s.Incidents(), Registry: s.Registry(), People: s.Access(), Runner: s, Authorizer: authorizer, Recorder: h.log, Clock: h.clock.Now,
	})
	h.ada, h.bob, h.cara, h.root = h.person(t, s, "ada"), h.person(t, s, "bob"), h.person(t, s, "cara"), h.person(t, s, "root")
	h.team = ok(rooms.CreateTeam(h.ada, registry.TeamInput{Slug: "payments", Name: "Payments"}))(t).ID
	if err := s.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.people["cara"], JoinedAt: start}); err != nil {
		t.Fatal(err)
	}
	h.pipeline = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "pipeline", Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}})
	service := func(slug string) id.ID {
		return ok(rooms.CreateService(h.ada, registry.ServiceInput{Slug: slug, Team: "payments", Profile: registry.Profile{
			Name: slug, Kind: registry.HTTP, Tier: 1, Lifecycle: registry.Production,
		}}))(t).ID
	}
	h.checkout, h.ledger = service("checkout"), service("ledger")
	return h
}

func (h *house) person(t *testing.T, s *store.Store, name string) context.Context {
	t.Helper()
	p := storetest.Person(t, s, name)
	h.people[name] = p.ID
	c := access.Caller{Kind: access.ByPerson, Person: p.ID, Name: name, Scopes: []access.Scope{access.ScopeRead, access.ScopeWrite}}
	if name == "root" {
		c.Administrator, c.Scopes = true, access.Scopes
	}
	return access.WithCaller(t.Context(), c)
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

func ago(d time.Duration) *time.Time { at := start.Add(-d); return &at }

// terms are of an incident of checkout that began an hour ago.
func (h *house) terms(set ...func(*incident.Terms)) incident.Terms {
	t := incident.Terms{
		Title: "Checkout is down", Severity: "sev1", Services: []incident.Involved{{Service: h.checkout, Part: incident.Affected}}, ImpactStart: *ago(time.Hour),
	}
	for _, s := range set {
		s(&t)
	}
	return t
}

func (h *house) declare(t *testing.T, as context.Context, set ...func(*incident.Terms)) incident.Incident {
	t.Helper()
	return ok(h.Declare(as, incident.Input{Terms: h.terms(set...)}))(t)
}

func restricted(t *incident.Terms) { t.Restricted = true }

func TestTheTimesOfAnIncidentFollowItsStatus(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada)
	if i.Status != incident.Declared || !i.DetectedAt.Equal(start) || i.Team != h.team || i.MitigatedAt != nil || i.Version != 1 || i.CreatedBy != "ada" {
		t.Fatalf("declared is %+v", i)
	}
	move := func(version int64, m incident.Move) incident.Incident {
		t.Helper()
		h.clock.Advance(time.Minute)
		return ok(h.Move(h.ada, i.ID, version, m))(t)
	}
	move(1, incident.Move{Status: incident.Investigating})
	if m := move(2, incident.Move{Status: incident.Mitigated}); !m.MitigatedAt.Equal(start.Add(2 * time.Minute)) {
		t.Errorf("mitigated is %+v", m)
	}
	at := start.Add(150 * time.Second)
	if r := move(3, incident.Move{Status: incident.Closed, At: &at}); !r.ResolvedAt.Equal(at) || !r.MitigatedAt.Equal(start.Add(2*time.Minute)) {
		t.Errorf("closed is %+v", r)
	}
	_, err := h.Move(h.ada, i.ID, 4, incident.Move{Status: incident.Investigating})
	refused(t, err, fault.Invalid, "")
	_, err = h.Move(h.ada, i.ID, 4, incident.Move{Status: incident.Mitigated, Reason: "again"})
	refused(t, err, fault.Invalid, "")
	if r := move(4, incident.Move{Status: incident.Investigating, Reason: "It came back."}); r.ResolvedAt != nil || r.MitigatedAt != nil || r.DetectedAt == nil {
		t.Errorf("reopened is %+v", r)
	}
	var texts []string
	for _, e := range ok(h.Timeline(h.bob, i.ID, page.Request{}))(t).Items {
		if e.Kind != incident.Moved {
			t.Errorf("an entry is %+v", e)
		}
		texts = append(texts, e.Text)
	}
	want := []string{"Declared as sev1, declared.", "From declared to investigating.", "From investigating to mitigated.", "From mitigated to closed.", "From closed to investigating. It came back."}
	if !slices.Equal(texts, want) {
		t.Errorf("the timeline says %q, want %q", texts, want)
	}
	if got := ok(h.log.List(h.root, audit.Filter{ObjectID: i.ID}, page.Request{}))(t).Items; len(got) != 5 {
		t.Errorf("the log has %d entries", len(got))
	}
}

func TestWhatCannotBeAnIncidentIsRefusedWhereItIsWrong(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	type set = func(*incident.Terms)
	many := func(n int) (out []string) {
		for i := range n {
			out = append(out, fmt.Sprint("tag ", i))
		}
		return out
	}
	for name, c := range map[string]struct {
		set     set
		pointer string
	}{
		"no title":         {func(t *incident.Terms) { t.Title = "" }, "/title"},
		"a long title":     {func(t *incident.Terms) { t.Title = strings.Repeat("x", 201) }, "/title"},
		"another severity": {func(t *incident.Terms) { t.Severity = "sev5" }, "/severity"},
		"a part": {func(t *incident.Terms) {
			t.Services = append(t.Services, incident.Involved{Service: h.ledger, Part: "x"})
		}, "/services/1/role"},
		"a service twice": {func(t *incident.Terms) { t.Services = append(t.Services, t.Services[0]) }, "/services/1/service"},
		"no such service": {func(t *incident.Terms) {
			t.Services = append(t.Services, incident.Involved{Service: "x", Part: incident.Cause})
		}, "/services/1/service"},
		"no affected service": {func(t *incident.Terms) { t.Services[0].Part = incident.Cause }, "/team"},
		"no such team":        {func(t *incident.Terms) { t.Team = "x" }, "/team"},
		"another role":        {func(t *incident.Terms) { t.Roles = map[incident.Role]id.ID{"boss": h.people["ada"]} }, "/roles"},
		"no such person":      {func(t *incident.Terms) { t.Roles = map[incident.Role]id.ID{"scribe": "x"} }, "/roles/scribe"},
		"a start to come": {func(t *incident.Terms) {
			t.ImpactStart = *ago(-2 * time.Minute)
			t.MitigatedAt = nil
			t.DetectedAt = nil
		}, "/impactStart"},
		"no start":            {func(t *incident.Terms) { t.ImpactStart = time.Time{} }, "/impactStart"},
		"an end at its start": {func(t *incident.Terms) { t.ImpactEnd = ago(time.Hour) }, "/impactEnd"},
		"detected too early":  {func(t *incident.Terms) { t.DetectedAt = ago(61 * time.Minute) }, "/detectedAt"},
		"mitigated first":     {func(t *incident.Terms) { t.DetectedAt, t.MitigatedAt = ago(time.Minute), ago(2*time.Minute) }, "/mitigatedAt"},
		"resolved, but open":  {func(t *incident.Terms) { t.ResolvedAt = ago(0) }, "/resolvedAt"},
		"a long impact":       {func(t *incident.Terms) { t.CustomerImpact = strings.Repeat("x", 4001) }, "/customerImpact"},
		"another cause":       {func(t *incident.Terms) { t.Causes = []string{"unclassified"} }, "/causes/0"},
		"a cause twice":       {func(t *incident.Terms) { t.Causes = []string{"frozen-team", "frozen-team"} }, "/causes/1"},
		"many tags":           {func(t *incident.Terms) { t.Tags = many(21) }, "/tags"},
		"a tag in lines":      {func(t *incident.Terms) { t.Tags = []string{"a\nb"} }, "/tags/0"},
		"a link to a file":    {func(t *incident.Terms) { t.Links = []incident.Link{{Name: "x", URL: "file:///etc/passwd"}} }, "/links/0/url"},
		"a link to nothing":   {func(t *incident.Terms) { t.Links = []incident.Link{{Name: "x"}} }, "/links/0/url"},
		"readers of nothing":  {func(t *incident.Terms) { t.Readers = []id.ID{h.people["bob"]} }, "/readers"},
		"no such reader":      {func(t *incident.Terms) { t.Restricted, t.Readers = true, []id.ID{h.people["ada"], "x"} }, "/readers/1"},
	} {
		_, err := h.Declare(h.ada, incident.Input{Terms: h.terms(c.set)})
		e := refused(t, err, fault.Invalid, "")
		if name == "a start to come" { // nothing else can be right then, either
			continue
		}
		if len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer {
			t.Errorf("%s: %+v, want one fault at %s", name, e.Violations, c.pointer)
		}
	}
	_, err := h.Declare(h.ada, incident.Input{Terms: h.terms(func(t *incident.Terms) { t.Services = nil; t.Team = h.team })})
	if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != "/services" {
		t.Errorf("no services: %+v", e.Violations)
	}
	_, err = h.Declare(h.pipeline, incident.Input{Terms: h.terms(restricted)})
	refused(t, err, fault.Invalid, "")
	_, err = h.Declare(h.bob, incident.Input{Terms: h.terms()})
	refused(t, err, fault.Forbidden, "")
	// The clock of who tells may be ahead by a minute.
	h.declare(t, h.ada, func(t *incident.Terms) { t.DetectedAt = ago(-time.Minute) })
}

func TestOfTwoEditorsTheSecondIsToldTheVersionOfTheFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada)
	var both sync.WaitGroup
	errs := make([]error, 2)
	for n, as := range []context.Context{h.ada, h.cara} {
		both.Go(func() {
			_, errs[n] = h.Amend(as, i.ID, 1, h.terms(func(t *incident.Terms) { t.Title = fmt.Sprint("by ", n) }))
		})
	}
	both.Wait()
	if (errs[0] == nil) == (errs[1] == nil) {
		t.Fatalf("both ended with %v and %v", errs[0], errs[1])
	}
	lost := errs[0]
	if lost == nil {
		lost = errs[1]
	}
	if e := refused(t, lost, fault.Precondition, "version_mismatch"); !strings.Contains(e.Message, "version 2 now") {
		t.Errorf("the loser is told %q", e.Message)
	}
	_, err := h.Amend(h.bob, i.ID, 2, h.terms())
	refused(t, err, fault.Forbidden, "")
}

func TestARestrictedIncidentIsThereForItsReadersAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	open := h.declare(t, h.ada)
	note := ok(h.Write(h.ada, open.ID, incident.EntryInput{Text: "The secret is out."}))(t)
	i := ok(h.Amend(h.ada, open.ID, 1, h.terms(restricted, func(t *incident.Terms) {
		t.Title, t.Roles = "A breach", map[incident.Role]id.ID{"commander": h.people["bob"]}
	})))(t)
	if !slices.Equal(i.Readers, []id.ID{h.people["ada"]}) {
		t.Errorf("who restricted it reads it: %v", i.Readers)
	}
	for name, c := range map[string]struct {
		as    context.Context
		reads bool
	}{"ada": {h.ada, true}, "bob": {h.bob, true}, "root": {h.root, true}, "cara": {h.cara, false}, "pipeline": {h.pipeline, false}} {
		reads := map[string]error{}
		_, reads["get"] = h.Get(c.as, i.ID)
		_, reads["timeline"] = h.Timeline(c.as, i.ID, page.Request{})
		_, reads["entry"] = h.Entry(c.as, i.ID, note.ID)
		_, reads["history"] = h.History(c.as, i.ID, note.ID)
		if !c.reads {
			_, reads["amend"] = h.Amend(c.as, i.ID, 2, h.terms())
			_, reads["move"] = h.Move(c.as, i.ID, 2, incident.Move{Status: incident.Closed})
			_, reads["write"] = h.Write(c.as, i.ID, incident.EntryInput{Text: "x"})
			_, reads["edit"] = h.Edit(c.as, i.ID, note.ID, 1, incident.EntryInput{Text: "x"})
			reads["withdraw"] = h.Withdraw(c.as, i.ID, note.ID, 1)
			_, _, reads["import"] = h.Import(c.as, i.ID, nil)
		}
		for what, err := range reads {
			if c.reads && err != nil || !c.reads && (!fault.Is(err, fault.NotFound) || fault.As(err).Code != "incident_not_found") {
				t.Errorf("%s: %s is %v", name, what, err)
			}
		}
		if got := ok(h.List(c.as, incident.Filter{}, page.Request{}))(t).Items; (len(got) == 1) != c.reads {
			t.Errorf("%s lists %v", name, got)
		}
	}
	// Of the team, those who may not read it see nothing of it in the log, not even from before.
	for name, c := range map[string]struct {
		as   context.Context
		want int
	}{"ada": {h.ada, 3}, "cara": {h.cara, 0}, "root": {h.root, 3}} {
		if got := ok(h.log.List(c.as, audit.Filter{Team: h.team, ObjectKind: access.KindIncident}, page.Request{}))(t).Items; len(got) != c.want {
			t.Errorf("%s reads %d entries of the log, want %d", name, len(got), c.want)
		}
	}
	entry := ok(h.log.List(h.root, audit.Filter{ObjectID: i.ID}, page.Request{}))(t).Items[0]
	_, err := h.log.Entry(h.cara, entry.ID)
	refused(t, err, fault.NotFound, "audit_entry_not_found")
	ok(h.log.Entry(h.ada, entry.ID))(t)
}

func (h *house) told(set ...func(*incident.Told)) incident.Told {
	t := incident.Told{
		Origin: incident.Origin{Source: "pagerduty", ExternalID: "P1", Link: "https://example.org/P1"}, Status: incident.Investigating,
		Title: "Checkout is down", Severity: "sev2", Services: []incident.Involved{{Service: h.checkout, Part: incident.Affected}}, ImpactStart: *ago(time.Hour),
	}
	for _, s := range set {
		s(&t)
	}
	return t
}

func TestWhatASourceTellsIsOneIncidentAndStaysItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var both sync.WaitGroup
	entered := make([]incident.Outcome, 4)
	for n := range entered {
		both.Go(func() {
			var err error
			if _, entered[n], err = h.Upsert(h.pipeline, h.told()); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	all := ok(h.List(h.bob, incident.Filter{}, page.Request{}))(t).Items
	if n := len(slices.DeleteFunc(entered, func(e incident.Outcome) bool { return e == incident.Unchanged })); n != 1 || len(all) != 1 || all[0].Version != 1 {
		t.Fatalf("%d times entered, and there are %+v", n, all)
	}
	i := all[0]
	owned := func(set ...func(*incident.Terms)) incident.Terms {
		terms := i.Terms
		for _, s := range set {
			s(&terms)
		}
		return terms
	}
	for pointer, set := range map[string]func(*incident.Terms){
		"/title":       func(t *incident.Terms) { t.Title = "Other" },
		"/severity":    func(t *incident.Terms) { t.Severity = "sev4" },
		"/impactStart": func(t *incident.Terms) { t.ImpactStart = *ago(2 * time.Hour) },
		"/detectedAt":  func(t *incident.Terms) { t.DetectedAt = nil },
		"/services": func(t *incident.Terms) {
			t.Services = []incident.Involved{{Service: h.ledger, Part: incident.Affected}}
		},
	} {
		_, err := h.Amend(h.ada, i.ID, 1, owned(set))
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != pointer || !strings.Contains(e.Violations[0].Message, "pagerduty") {
			t.Errorf("%s: %+v", pointer, e.Violations)
		}
	}
	_, err := h.Move(h.ada, i.ID, 1, incident.Move{Status: incident.Mitigated})
	refused(t, err, fault.Conflict, "incident_of_source")
	ok(h.Amend(h.ada, i.ID, 1, owned(restricted, func(t *incident.Terms) { t.CustomerImpact, t.Tags = "None", []string{"eu"} })))(t)
	h.clock.Advance(time.Minute)
	after, _, err := h.Upsert(h.pipeline, h.told(func(t *incident.Told) { t.Status, t.Title = incident.Resolved, "It was down" }))
	if err != nil || after.Version != 3 || after.CustomerImpact != "None" || !after.Restricted || after.Title != "It was down" || !after.ResolvedAt.Equal(start.Add(time.Minute)) {
		t.Errorf("told again it is %+v, %v", after, err)
	}
	if again, entered, err := h.Upsert(h.pipeline, h.told(func(t *incident.Told) { t.Status, t.Title = incident.Resolved, "It was down" })); err != nil || entered != incident.Unchanged || again.Version != 3 {
		t.Errorf("told the same it is %+v, %v", again, err)
	}
	for _, as := range []context.Context{h.cara, h.bob} {
		_, _, err = h.Upsert(as, h.told())
		refused(t, err, fault.NotFound, "incident_not_found")
	}
	_, _, err = h.Upsert(h.pipeline, h.told(func(t *incident.Told) { t.Source = "other" }))
	refused(t, err, fault.Invalid, "")
}

func TestWhatPeopleWriteIsEditedWithItsHistoryAndWithdrawn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada)
	e := ok(h.Write(h.ada, i.ID, incident.EntryInput{At: ago(time.Minute), Text: " Orders fail. "}))(t)
	if e.Text != "Orders fail." || e.Kind != incident.Note || !e.At.Equal(*ago(time.Minute)) || e.By != "ada" {
		t.Errorf("written is %+v", e)
	}
	h.clock.Advance(time.Minute)
	edited := ok(h.Edit(h.cara, i.ID, e.ID, 1, incident.EntryInput{Text: "All orders fail."}))(t)
	_, err := h.Edit(h.ada, i.ID, e.ID, 1, incident.EntryInput{Text: "x"})
	refused(t, err, fault.Precondition, "version_mismatch")
	past := ok(h.History(h.bob, i.ID, e.ID))(t)
	if edited.Version != 2 || len(past) != 1 || past[0].Text != "Orders fail." || past[0].ReplacedBy != "cara" {
		t.Errorf("edited is %+v after %+v", edited, past)
	}
	if err := h.Withdraw(h.ada, i.ID, e.ID, 2); err != nil {
		t.Fatal(err)
	}
	if got := ok(h.Entry(h.bob, i.ID, e.ID))(t); got.WithdrawnAt == nil || got.WithdrawnBy != "ada" || got.Text != "All orders fail." {
		t.Errorf("withdrawn is %+v", got)
	}
	refused(t, h.Withdraw(h.ada, i.ID, e.ID, 3), fault.Conflict, "entry_withdrawn")
	all := ok(h.Timeline(h.bob, i.ID, page.Request{}))(t).Items
	status := all[slices.IndexFunc(all, func(e incident.Entry) bool { return e.Kind == incident.Moved })]
	_, err = h.Edit(h.ada, i.ID, status.ID, 1, incident.EntryInput{Text: "x"})
	refused(t, err, fault.Conflict, "entry_of_system")
	_, err = h.Write(h.bob, i.ID, incident.EntryInput{Text: "x"})
	refused(t, err, fault.Forbidden, "")
	_, err = h.Write(h.ada, i.ID, incident.EntryInput{Text: " ", At: ago(-3 * time.Minute), Link: "x"})
	if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 3 {
		t.Errorf("refused are %+v", e.Violations)
	}
}

func TestLinesAreImportedAllOrNoneAndOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada)
	const line = `{"at":"2026-03-27T11:30:00Z","text":"t","sourceKey":"k%d"}` + "\n"
	good := fmt.Sprintf(line, 1) + "\n \r\n" + fmt.Sprintf(line, 2)
	for _, want := range []int{2, 0} {
		total, added, err := h.Import(h.ada, i.ID, []byte(good))
		if err != nil || total != 2 || added != want {
			t.Fatalf("%d of %d were added, %v; want %d", added, total, err, want)
		}
	}
	var many strings.Builder
	for n := range incident.MaxLines + 1 {
		fmt.Fprintf(&many, line, n)
	}
	for name, c := range map[string]struct{ lines, pointer, says string }{
		"no JSON":             {good + "x\n", "/5", "line 5"},
		"a list":              {"[]\n", "/1", "one JSON object"},
		"half an object":      {`{"at":"2026-03-27T11:30:00Z"`, "/1", "not JSON"},
		"two objects":         {`{"at":"2026-03-27T11:30:00Z","text":"t","sourceKey":"k"} {}`, "/1", "nothing after it"},
		"an unknown field":    {`{"At":"2026-03-27T11:30:00Z"}`, "/1", `"At" is not a known field`},
		"a field twice":       {`{"text":"a","text":"b"}`, "/1/text", "twice"},
		"a number":            {`{"text":1}`, "/1/text", "must be a string"},
		"an object within":    {`{"text":{"text":"x"}}`, "/1/text", "must be a string"},
		"no time":             {`{"text":"t","sourceKey":"k"}`, "/1/at", "must be a time"},
		"a time to come":      {`{"at":"2026-03-28T11:30:00Z","text":"t","sourceKey":"k"}`, "/1/at", "must not be after now"},
		"no text":             {`{"at":"2026-03-27T11:30:00Z","sourceKey":"k"}`, "/1/text", "must say"},
		"no key":              {`{"at":"2026-03-27T11:30:00Z","text":"t"}`, "/1/sourceKey", "must have 1 to 200"},
		"a key twice":         {fmt.Sprintf(line, 7) + fmt.Sprintf(line, 7), "/2/sourceKey", "line 1"},
		"a link to a file":    {`{"at":"2026-03-27T11:30:00Z","text":"t","link":"file:///x","sourceKey":"k"}`, "/1/link", "http"},
		"a NUL":               {`{"at":"2026-03-27T11:30:00Z","text":"a\u0000","sourceKey":"k"}`, "/1/text", "control characters"},
		"half a character":    {`{"at":"2026-03-27T11:30:00Z","text":"\ud800","sourceKey":"k"}`, "/1/text", "surrogate"},
		"no UTF-8":            {"{\"text\":\"\xff\"}", "/1", "UTF-8"},
		"a thousand and one":  {many.String(), "/1001", "at most 1000"},
		"one bad after a key": {fmt.Sprintf(line, 9) + `{"at":"x","text":"t","sourceKey":"k"}`, "/2/at", "line 2"},
	} {
		_, _, err := h.Import(h.ada, i.ID, []byte(c.lines))
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != c.pointer || !strings.Contains(e.Violations[0].Message, c.says) {
			t.Errorf("%s: %+v, want %s %q", name, e.Violations, c.pointer, c.says)
		}
	}
	kept := ok(h.Timeline(h.bob, i.ID, page.Request{}))(t).Items
	if len(kept) != 3 || kept[0].Kind != incident.Imported || kept[0].SourceKey != "import:k1" {
		t.Errorf("kept are %+v", kept)
	}
	_, _, err := h.Import(h.bob, i.ID, []byte(good))
	refused(t, err, fault.Forbidden, "")
}

func TestATimelineThatIsFullTakesWhatItHasAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada)
	lines := func(of int) []byte {
		var b strings.Builder
		for n := range incident.MaxLines {
			fmt.Fprintf(&b, `{"at":"2026-03-27T11:30:00Z","text":"t","sourceKey":"%d-%d"}`+"\n", of, n)
		}
		return []byte(b.String())
	}
	// One place is taken by the entry that tells of the declaration.
	last := incident.MaxEntries/incident.MaxLines - 1
	for of := range last {
		if _, added, err := h.Import(h.ada, i.ID, lines(of)); err != nil || added != incident.MaxLines {
			t.Fatalf("%d were added, %v", added, err)
		}
	}
	_, _, err := h.Import(h.ada, i.ID, lines(last))
	refused(t, err, fault.Conflict, "timeline_full")
	for range incident.MaxLines - 1 {
		ok(h.Write(h.ada, i.ID, incident.EntryInput{Text: "x"}))(t)
	}
	if total, added, err := h.Import(h.ada, i.ID, lines(0)); err != nil || total != incident.MaxLines || added != 0 {
		t.Errorf("again, %d of %d were added, %v", added, total, err)
	}
	_, err = h.Write(h.ada, i.ID, incident.EntryInput{Text: "x"})
	refused(t, err, fault.Conflict, "timeline_full")
	_, _, err = h.Import(h.ada, i.ID, []byte(`{"at":"2026-03-27T11:30:00Z","text":"t","sourceKey":"new"}`))
	refused(t, err, fault.Conflict, "timeline_full")
}

// The first years of the calendar are before our era in another time zone, which is no time of RFC 3339.
func TestNoTimeOfAnIncidentIsBeforeThisCentury(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, text := range []string{"0000-01-01T00:00:00+14:00", "0001-01-01T00:00:01Z", "1999-12-31T23:59:59Z"} {
		at, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		_, err = h.Declare(h.ada, incident.Input{Terms: h.terms(func(t *incident.Terms) { t.ImpactStart = at })})
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != "/impactStart" {
			t.Errorf("%s: %+v", text, e.Violations)
		}
		_, _, err = h.Upsert(h.ada, h.told(func(t *incident.Told) { t.ImpactStart = at }))
		if e := refused(t, err, fault.Invalid, ""); len(e.Violations) != 1 || e.Violations[0].Pointer != "/impactStart" {
			t.Errorf("%s of a source: %+v", text, e.Violations)
		}
	}
}

// What came back is impact again: with the end that was known before, neither what it takes of budgets
// nor its timeline would have any of it.
func TestTheImpactOfAnIncidentThatIsOpenedAgainGoesOn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, h.ada, func(t *incident.Terms) { t.ImpactEnd = ago(30 * time.Minute) })
	resolved := ok(h.Move(h.ada, i.ID, 1, incident.Move{Status: incident.Resolved}))(t)
	if until := resolved.Until(); until == nil || !until.Equal(*ago(30 * time.Minute)) {
		t.Errorf("resolved, its impact is until %v", until)
	}
	h.clock.Advance(time.Hour)
	again := ok(h.Move(h.ada, i.ID, 2, incident.Move{Status: incident.Investigating, Reason: "It came back."}))(t)
	if kept := ok(h.Get(h.ada, i.ID))(t); again.Until() != nil || kept.Until() != nil {
		t.Errorf("opened again, its impact is until %v", kept.Until())
	}
	h.clock.Advance(time.Hour)
	over := ok(h.Move(h.ada, i.ID, 3, incident.Move{Status: incident.Resolved}))(t)
	if until := over.Until(); until == nil || !until.Equal(start.Add(2*time.Hour)) {
		t.Errorf("over, its impact is until %v", until)
	}
}
