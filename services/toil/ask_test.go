package toil_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

func TestMembersAreAskedOnceAboutTheWeekThatIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	// Eve left the organisation, and the team of Olga does not ask.
	eve := ok(h.store.Access().Person(t.Context(), h.people["eve"]))(t)
	at := start
	eve.DeactivatedAt = &at
	done(t, h.store.Access().UpdatePerson(t.Context(), eve))
	ok(h.Decide(h.as["olga"], h.searches, 1, toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 50}))(t)
	h.clock.Advance(-3*time.Hour - time.Minute) // Monday at 05:59
	if counts := ok(h.AskOnce(t.Context()))(t); counts["people"] != 0 || len(h.told.events) != 0 {
		t.Errorf("before 6 on Monday: %v", counts)
	}
	h.clock.Advance(time.Minute)
	if counts := ok(h.AskOnce(t.Context()))(t); counts["teams"] != 1 || counts["people"] != 4 || counts["failed"] != 0 {
		t.Errorf("on Monday: %v", counts)
	}
	for _, later := range []time.Duration{time.Hour, 24 * time.Hour} { // and on Tuesday
		h.clock.Advance(later)
		if counts := ok(h.AskOnce(t.Context()))(t); counts["people"] != 0 {
			t.Errorf("again: %v", counts)
		}
	}
	var asked []string
	for _, e := range h.told.events {
		if e.Type != event.ToilAsked || e.Team != h.team || e.Title != "How much of the week from 23 November was toil?" || e.Link != "/teams/payments/toil" {
			t.Errorf("%+v", e)
		}
		asked = append(asked, string(e.Person))
	}
	want := []string{string(h.people["ada"]), string(h.people["bob"]), string(h.people["cara"]), string(h.people["dan"])}
	slices.Sort(asked)
	slices.Sort(want)
	if !slices.Equal(asked, want) {
		t.Errorf("%v were asked, want %v", asked, want)
	}
	// On Wednesday nobody is asked, whoever was not.
	h.clock.Advance(24 * time.Hour)
	ok(h.Decide(h.as["olga"], h.searches, 2, toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 50, Asks: true, Incidents: true}))(t)
	if counts := ok(h.AskOnce(t.Context()))(t); counts["people"] != 0 {
		t.Errorf("%s: %v", h.clock.Now().Weekday(), counts)
	}
}

// link asks about last week and returns the path of the link of a person.
func (h *house) link(name string) string {
	h.t.Helper()
	ok(h.AskOnce(h.t.Context()))(h.t)
	for _, e := range h.told.events {
		if e.Person == h.people[name] {
			return ok(h.Personal(h.t.Context(), e, e.Person))(h.t)
		}
	}
	h.t.Fatalf("%s was not asked", name)
	return ""
}

func TestALinkIsForOnePersonOneTeamOneWeekAndTwoWeeks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	path := h.link("ada")
	token := strings.TrimPrefix(path, toil.LinkPath)
	if again := h.link("ada"); again != path {
		t.Errorf("%s and %s", path, again)
	}
	q := ok(h.Question(t.Context(), token))(t)
	if q.Week != lastWeek || q.Person != "ada" || q.Team.ID != h.team || !q.Until.Equal(time.Date(2026, 12, 14, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("%+v", q)
	}
	if _, err := h.Mine(h.as["ada"], h.team, lastWeek); !fault.Is(err, fault.NotFound) {
		t.Errorf("looking at it answered: %v", err)
	}
	ok(h.AnswerByLink(t.Context(), token, toil.AnswerInput{Percent: 25, Category: toil.Migrations}))(t)
	_, err := h.AnswerByLink(t.Context(), token, toil.AnswerInput{Percent: 30})
	if got := pointers(t, err); !slices.Equal(got, []string{"/share", "/category"}) {
		t.Errorf("%v", got)
	}
	ok(h.AnswerByLink(t.Context(), token, toil.AnswerInput{Percent: 0}))(t)
	if got := ok(h.Mine(h.as["ada"], h.team, lastWeek))(t); got.Percent != 0 || got.Version != 2 {
		t.Errorf("%+v", got)
	}

	// Whatever is changed in it, it leads nowhere.
	parts := strings.Split(token, ".")
	forge := func(n int, with string) string {
		out := slices.Clone(parts)
		out[n] = with
		return strings.Join(out, ".")
	}
	for _, forged := range []string{
		"", "x", forge(0, string(h.people["bob"])), forge(1, string(h.searches)), forge(2, "2026-W47"), forge(3, parts[3][:40]), forge(3, ""), token + ".x", token + "=", strings.Repeat(token, 10),
	} {
		_, err := h.Question(t.Context(), forged)
		refused(t, err, fault.NotFound, "link_not_valid")
		_, err = h.AnswerByLink(t.Context(), forged, toil.AnswerInput{})
		refused(t, err, fault.NotFound, "link_not_valid")
	}
	// Nor does one of another installation, which has another key.
	other := newHouse(t)
	_, err = other.Question(t.Context(), token)
	refused(t, err, fault.NotFound, "link_not_valid")

	h.clock.Advance(time.Date(2026, 12, 13, 23, 59, 0, 0, time.UTC).Sub(h.clock.Now()))
	ok(h.AnswerByLink(t.Context(), token, toil.AnswerInput{}))(t)
	h.clock.Advance(time.Minute)
	_, err = h.AnswerByLink(t.Context(), token, toil.AnswerInput{})
	refused(t, err, fault.NotFound, "link_not_valid")
}

func TestALinkEndsWithTheMembership(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	token := strings.TrimPrefix(h.link("bob"), toil.LinkPath)
	done(t, h.store.Registry().RemoveMember(t.Context(), h.team, h.people["bob"]))
	_, err := h.Question(t.Context(), token)
	refused(t, err, fault.NotFound, "link_not_valid")
	token = strings.TrimPrefix(h.link("cara"), toil.LinkPath)
	cara := ok(h.store.Access().Person(t.Context(), h.people["cara"]))(t)
	at := start
	cara.DeactivatedAt = &at
	done(t, h.store.Access().UpdatePerson(t.Context(), cara))
	_, err = h.AnswerByLink(t.Context(), token, toil.AnswerInput{})
	refused(t, err, fault.NotFound, "link_not_valid")
}

func TestAnEventOfAnotherKindOrPersonHasNoPersonalLink(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.link("ada")
	e := h.told.events[0]
	if got := ok(h.Personal(t.Context(), e, h.people["olga"]))(t); got != e.Link {
		t.Errorf("olga is led to %s", got)
	}
	e.Type = event.ActionAssigned
	if got := ok(h.Personal(t.Context(), e, e.Person))(t); got != e.Link {
		t.Errorf("an action item leads to %s", got)
	}
}

func TestProposalsAreTakenOrDismissedByEachPersonAndNotProposedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	propose := func(n string) toil.Proposal {
		return toil.Proposal{ID: h.people[n], Origin: "alert/" + n, Service: h.service, Day: "2026-11-28", Title: "A page", Link: "/alerts"}
	}
	h.pages.all = []toil.Proposal{propose("ada"), propose("bob")}
	left := func(name string) int {
		t.Helper()
		return len(ok(h.Proposals(h.as[name], h.team))(t))
	}
	if left("ada") != 2 || left("bob") != 2 {
		t.Errorf("%d and %d are proposed", left("ada"), left("bob"))
	}
	e := ok(h.Take(h.as["ada"], h.team, h.people["ada"], toil.EntryInput{Day: "2026-11-30", Minutes: 30, Category: toil.ProductionInterrupts}))(t)
	if e.Day != "2026-11-28" || e.Service != h.service || e.Origin != "alert/ada" {
		t.Errorf("%+v", e)
	}
	done(t, h.Dismiss(h.as["ada"], h.team, h.people["bob"]))
	if left("ada") != 0 || left("bob") != 2 {
		t.Errorf("%d and %d are left", left("ada"), left("bob"))
	}
	_, err := h.Take(h.as["ada"], h.team, h.people["ada"], e.EntryInput)
	refused(t, err, fault.NotFound, "toil_proposal_not_found")
	refused(t, h.Dismiss(h.as["ada"], h.team, h.people["bob"]), fault.NotFound, "toil_proposal_not_found")
	for _, name := range []string{"olga", "root"} {
		_, err = h.Proposals(h.as[name], h.team)
		refused(t, err, fault.Forbidden, "not_member")
		_, err = h.Take(h.as[name], h.team, h.people["ada"], e.EntryInput)
		refused(t, err, fault.Forbidden, "")
		refused(t, h.Dismiss(h.as[name], h.team, h.people["ada"]), fault.Forbidden, "")
	}
	// Reading takes no more than reading.
	reader := access.CallerFrom(h.as["bob"])
	reader.Scopes = []access.Scope{access.ScopeRead}
	if got := ok(h.Proposals(access.WithCaller(t.Context(), reader), h.team))(t); len(got) != 2 {
		t.Errorf("a reader sees %+v", got)
	}
	h.clock.Advance(28*24*time.Hour + time.Second)
	if n := ok(h.Prune(t.Context()))(t); n != 1 {
		t.Errorf("%d dismissals were forgotten", n)
	}
}

func TestAFileIsImportedInWholeOrNotAtAll(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.as["ada"]
	imports := func(file string, dry bool) (toil.Imported, error) { return h.Import(ada, h.team, []byte(file), dry) }
	const head = "category,minutes,day,service,grows,note\n"
	// The same line twice is two entries; a file again adds none; a file with one more adds that one.
	good := head + "migrations,30,2026-11-27,checkout,yes,\"a, b\"\nmigrations,30,2026-11-27,checkout,yes,\"a, b\"\n"
	if got := ok(imports(good, true))(t); got != (toil.Imported{Lines: 2, Added: 2, Minutes: 60}) {
		t.Errorf("dry: %+v", got)
	}
	for _, want := range []toil.Imported{{Lines: 2, Added: 2, Minutes: 60}, {Lines: 2}} {
		if got := ok(imports(good, false))(t); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
	more := good + "cost_and_capacity,5,2026-11-27,,no,\n"
	if got := ok(imports(more, false))(t); got != (toil.Imported{Lines: 3, Added: 1, Minutes: 5}) {
		t.Errorf("%+v", got)
	}
	out := string(ok(h.CSV(ada, h.team))(t))
	if got := ok(imports(out, true))(t); got.Lines != 3 {
		t.Errorf("what comes out is read as %+v", got)
	}

	// 24 hours a day are held to over what is there (65 minutes) and the lines before: 1,440 − 65 = 1,375.
	full := head + "migrations,1300,2026-11-27,,,\nmigrations,75,2026-11-27,,,x\nmigrations,1,2026-11-27,,,y\n"
	_, err := imports(full, false)
	if got := pointers(t, err); !slices.Equal(got, []string{"/lines/4/minutes"}) {
		t.Errorf("%v", got)
	}
	for file, want := range map[string][]string{
		"":              {"/lines/1"},
		"day,minutes\n": {"/lines/1"},
		"day,minutes,category,colour,day\n2026-11-27,1,migrations,true,x\n":              {"/lines/1", "/lines/1"},
		head + "migrations,1.5,2026-11-27,,perhaps,\nfun,1,2026-12-01,nowhere,,\u202e\n": {"/lines/2/minutes", "/lines/2/grows", "/lines/3/service", "/lines/3/day", "/lines/3/category", "/lines/3/note"},
		head + "migrations,1\n":        {"/lines/2"},
		head + "migrations,1,\"2026\n": {"/lines/2"},
		"\xff":                         {"/lines"},
		head + strings.Repeat("migrations,0,2026-11-27,,,\n", 3): {"/lines/2/minutes", "/lines/3/minutes", "/lines/4/minutes"},
	} {
		_, err := imports(file, false)
		if got := pointers(t, err); !slices.Equal(got, want) {
			t.Errorf("%.60q: %v, want %v", file, got, want)
		}
	}
	_, err = imports(head+strings.Repeat("migrations,1,2026-11-27,,,\n", toil.MaxLines+1), true)
	if got := pointers(t, err); !slices.Contains(got, "/lines/2002") {
		t.Errorf("%d faults of a file that is too long", len(got))
	}
	if got := ok(h.Entries(ada, toil.EntryFilter{Team: h.team}, page.Request{}))(t); len(got.Items) != 3 {
		t.Errorf("%d entries", len(got.Items))
	}
}

// An export that ends somewhere without a word is believed to be all: 20,001 entries, one a day.
func TestAnExportHasAllEntries(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const entries = 20_001
	all := make([]toil.Entry, entries)
	for n := range all {
		all[n] = toil.Entry{
			ID: id.New(start), Team: h.team, Subject: h.people["ada"], CreatedAt: start, UpdatedAt: start, Version: 1,
			EntryInput: toil.EntryInput{Day: clock.DateOf(start.AddDate(0, 0, -n)), Minutes: 1, Category: toil.Migrations, Service: h.service},
		}
	}
	ok(h.store.Toil().CreateEntries(t.Context(), all))(t)
	lines := strings.Split(string(ok(h.CSV(h.as["ada"], h.team))(t)), "\r\n")
	// One line of columns before them, and nothing behind the last end of a line.
	if len(lines) != entries+2 || !strings.HasPrefix(lines[entries], string(all[entries-1].Day)+",1,migrations,checkout,") {
		t.Errorf("%d lines, the last of which is %q", len(lines), lines[len(lines)-2])
	}
}

func TestAMemberOfAHolidayWeekCountsForTheOthers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.asked(1, map[string]int{"ada": 100})
	// Who joined after the asking answers too; of five that were asked for no more than five come.
	done(t, h.store.Registry().AddMember(t.Context(), registry.Member{Team: h.team, Person: h.people["olga"], JoinedAt: start}))
	ok(h.Answer(h.as["olga"], h.team, lastWeek, toil.AnswerInput{}))(t)
	if r := ok(h.Measure(h.as["ada"], h.team, ""))(t).Rolling; r.Asked != 5 || r.Answered != 2 || r.State != share.Insufficient {
		t.Errorf("%+v", r)
	}
}
