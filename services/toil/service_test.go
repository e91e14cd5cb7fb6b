package toil_test

import (
	"context"
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
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

func TestAnAnswerWithinTwoWeeksReplacesTheOneBefore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := ok(h.Answer(h.as["ada"], h.team, lastWeek, toil.AnswerInput{Percent: 25, Category: toil.Migrations, Note: "the old database"}))(t)
	h.clock.Advance(13 * 24 * time.Hour)
	second := ok(h.Answer(h.as["ada"], h.team, lastWeek, toil.AnswerInput{Percent: 0}))(t)
	if second.ID != first.ID || second.Version != 2 || !second.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("%+v after %+v", second, first)
	}
	if got := ok(h.Mine(h.as["ada"], h.team, lastWeek))(t); got != second {
		t.Errorf("%+v, want %+v", got, second)
	}
	// The fortnight of week 48 ends with 13 December; it is 13 December at 9 now.
	h.clock.Advance(15 * time.Hour)
	_, err := h.Answer(h.as["ada"], h.team, lastWeek, toil.AnswerInput{Percent: 0})
	if got := pointers(t, err); !slices.Equal(got, []string{"path.week"}) || !strings.Contains(err.Error(), "2026-12-13") {
		t.Errorf("%v: %v", got, err)
	}
}

func TestEveryFaultOfAnAnswerIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		week share.Week
		in   toil.AnswerInput
		want []string
	}{
		{lastWeek, toil.AnswerInput{Percent: 10, Category: "fun", Note: "a\nb"}, []string{"/share", "/category", "/note"}},
		{lastWeek, toil.AnswerInput{Percent: 50}, []string{"/category"}},
		{lastWeek, toil.AnswerInput{Away: 6}, []string{"/daysAway"}},                                      // of five
		{lastWeek, toil.AnswerInput{Percent: 50, Category: toil.Migrations, Away: 5}, []string{"/share"}}, // of what was not worked
		{lastWeek, toil.AnswerInput{Percent: 0, Category: toil.Migrations}, []string{"/category"}},
		{"2026-W50", toil.AnswerInput{}, []string{"path.week"}}, // after the present one
		{"2026-W54", toil.AnswerInput{}, []string{"path.week"}},
		{"x", toil.AnswerInput{Percent: -25}, []string{"/share", "/category", "path.week"}},
	} {
		_, err := h.Answer(h.as["ada"], h.team, c.week, c.in)
		if got := pointers(t, err); !slices.Equal(got, c.want) {
			t.Errorf("%s %+v: %v, want %v", c.week, c.in, got, c.want)
		}
	}
}

func TestOnlyMembersSayHowMuchToilTheyHave(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	zero, entry := toil.AnswerInput{}, toil.EntryInput{Day: "2026-11-30", Minutes: 1, Category: toil.Migrations}
	for name, code := range map[string]string{"olga": "forbidden", "bot": "forbidden", "root": "not_member"} {
		_, err := h.Answer(h.as[name], h.team, lastWeek, zero)
		refused(t, err, fault.Forbidden, code)
		_, err = h.Log(h.as[name], h.team, entry)
		refused(t, err, fault.Forbidden, code)
		_, err = h.Survey(h.as[name], h.team, "2026-Q4", toil.SurveyInput{Course: toil.Same, OnCall: toil.Fair})
		refused(t, err, fault.Forbidden, code)
		_, err = h.Import(h.as[name], h.team, []byte("day,minutes,category\n"), true)
		refused(t, err, fault.Forbidden, code)
	}
	_, err := h.Answer(h.as["ada"], id.New(start), lastWeek, zero)
	refused(t, err, fault.NotFound, "team_not_found")
}

func TestWhatOnePersonSaysIsReadByNobodyElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answer("ada", lastWeek, 75)
	e := h.logs("ada", "2026-11-30", 60, toil.Migrations)
	done(t, first(h.Survey(h.as["ada"], h.team, "2026-Q4", toil.SurveyInput{Percent: 30, Category: toil.Migrations, Course: toil.Same, OnCall: toil.Fair})))
	for _, name := range []string{"bob", "olga", "root"} {
		_, err := h.Mine(h.as[name], h.team, lastWeek)
		refused(t, err, fault.NotFound, "toil_answer_not_found")
		_, err = h.Entry(h.as[name], h.team, e.ID)
		refused(t, err, fault.NotFound, "toil_entry_not_found")
		_, err = h.MySurvey(h.as[name], h.team, "2026-Q4")
		refused(t, err, fault.NotFound, "toil_survey_not_found")
		_, err = h.Amend(h.as[name], h.team, e.ID, 1, e.EntryInput)
		refused(t, err, fault.NotFound, "toil_entry_not_found")
		refused(t, h.Strike(h.as[name], h.team, e.ID, 1), fault.NotFound, "toil_entry_not_found")
		if got := ok(h.Entries(h.as[name], toil.EntryFilter{Team: h.team, Subject: h.people["ada"]}, page.Request{}))(t); len(got.Items) != 0 {
			t.Errorf("%s sees %+v", name, got.Items)
		}
		if got := ok(h.AnswersOfMine(h.as[name], h.team, page.Request{}))(t); len(got.Items) != 0 {
			t.Errorf("%s sees %+v", name, got.Items)
		}
		if got := ok(h.Export(h.as[name]))(t); len(got.Answers)+len(got.Entries)+len(got.Surveys) != 0 {
			t.Errorf("%s exports %+v", name, got)
		}
	}
	for _, read := range []func(context.Context) error{
		func(ctx context.Context) error { _, err := h.Export(ctx); return err },
		func(ctx context.Context) error { _, err := h.Pseudonymise(ctx); return err },
		func(ctx context.Context) error {
			_, err := h.Entries(ctx, toil.EntryFilter{Team: h.team}, page.Request{})
			return err
		},
	} {
		refused(t, read(h.as["bot"]), fault.Forbidden, "")
	}
	// Nor does the audit log hold it, which the members of the team and administrators read.
	for _, entry := range ok(h.log.List(h.as["root"], audit.Filter{}, page.Request{Limit: 100}))(t).Items {
		if strings.HasPrefix(string(entry.ObjectKind), "toil") {
			t.Errorf("the audit log has %+v", entry)
		}
	}
}

func member(h *house, team id.ID, name string) registry.Member {
	return registry.Member{Team: team, Person: h.people[name], JoinedAt: start}
}

func first[T any](_ T, err error) error { return err }

// 25 hours of toil in a day are refused, over all entries of that day and in any team.
func TestADayHasTwentyFourHours(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.as["ada"]
	in := func(day clock.Date, minutes int) toil.EntryInput {
		return toil.EntryInput{Day: day, Minutes: minutes, Category: toil.ReleaseShepherding}
	}
	_, err := h.Log(ada, h.team, in("2026-11-27", 25*60))
	if got := pointers(t, err); !slices.Equal(got, []string{"/minutes"}) {
		t.Errorf("25 hours at once: %v", got)
	}
	e := ok(h.Log(ada, h.team, in("2026-11-27", 20*60)))(t)
	done(t, h.store.Registry().AddMember(t.Context(), member(h, h.searches, "ada")))
	_, err = h.Log(ada, h.searches, in("2026-11-27", 4*60+1))
	if got := pointers(t, err); !slices.Equal(got, []string{"/minutes"}) || !strings.Contains(err.Error(), "1441 minutes of 2026-11-27, with the 1200") {
		t.Errorf("24 hours and a minute: %v", err)
	}
	ok(h.Log(ada, h.searches, in("2026-11-27", 4*60)))(t)
	ok(h.Log(h.as["bob"], h.team, in("2026-11-27", 24*60)))(t) // of another person
	ok(h.Log(ada, h.team, in("2026-11-26", 24*60)))(t)         // of another day
	// The entry itself does not stand in its own way.
	_, err = h.Amend(ada, h.team, e.ID, 1, in("2026-11-27", 20*60+1))
	if got := pointers(t, err); !slices.Equal(got, []string{"/minutes"}) {
		t.Errorf("a minute more: %v", got)
	}
	less := ok(h.Amend(ada, h.team, e.ID, 1, in("2026-11-27", 10*60)))(t)
	_, err = h.Amend(ada, h.team, e.ID, 1, in("2026-11-27", 1))
	refused(t, err, fault.Precondition, "version_mismatch")
	refused(t, h.Strike(ada, h.team, e.ID, 1), fault.Precondition, "version_mismatch")
	done(t, h.Strike(ada, h.team, e.ID, less.Version))
	_, err = h.Entry(ada, h.team, e.ID)
	refused(t, err, fault.NotFound, "toil_entry_not_found")
}

// Of many who log at once for one day, no more gets in than a day has.
func TestADayHasTwentyFourHoursForThoseWhoComeAtOnce(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		h := newHouseOn(t, s)
		var wait sync.WaitGroup
		for range 6 {
			wait.Go(func() {
				_, err := h.Log(h.as["ada"], h.team, toil.EntryInput{Day: "2026-11-27", Minutes: 10 * 60, Category: toil.Migrations})
				if err != nil && !fault.Is(err, fault.Invalid) {
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if got := ok(h.store.Toil().MinutesOn(t.Context(), h.people["ada"], []clock.Date{"2026-11-27"}))(t); got["2026-11-27"] != 20*60 {
			t.Errorf("%d minutes were logged", got["2026-11-27"])
		}
	})
}

func TestEveryFaultOfAnEntryIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, c := range []struct {
		in   toil.EntryInput
		want []string
	}{
		{toil.EntryInput{}, []string{"/day", "/minutes", "/category"}},
		{toil.EntryInput{Day: "2026-12-01", Minutes: 1, Category: toil.Migrations}, []string{"/day"}}, // tomorrow
		{toil.EntryInput{Day: "2025-10-25", Minutes: 1, Category: toil.Migrations}, []string{"/day"}}, // 401 days back
		{toil.EntryInput{Day: "2026-11-31", Minutes: 1, Category: toil.Migrations}, []string{"/day"}}, // no day
		{toil.EntryInput{Day: "2026-11-30", Minutes: -1, Category: toil.Migrations}, []string{"/minutes"}},
		{toil.EntryInput{Day: "2026-11-30", Minutes: 1, Category: "x", Service: "y", Link: "javascript:alert(1)", Note: " n"}, []string{"/category", "/link", "/note", "/service"}},
	} {
		_, err := h.Log(h.as["ada"], h.team, c.in)
		if got := pointers(t, err); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.in, got, c.want)
		}
	}
	ok(h.Log(h.as["ada"], h.team, toil.EntryInput{Day: "2025-10-26", Minutes: 1, Category: toil.Migrations}))(t) // 400 days back
}

func TestAScoreCountsTheAttributes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		traits toil.Traits
		score  int
	}{
		{toil.Traits{}, 0}, {toil.Traits{Grows: true}, 1}, {toil.Traits{Manual: true, Repetitive: true, NoEnduringValue: true}, 3},
		{toil.Traits{true, true, true, true, true, true}, 6},
	} {
		if got := c.traits.Score(); got != c.score {
			t.Errorf("%+v scores %d, want %d", c.traits, got, c.score)
		}
	}
}

// The members are asked about weeks 48 to 51. Ada, Bob and Cara answer 50, 75 and 25 each time, Dan and Eve
// never: 12 of 20 answers, 60 %. The median is 50 %, the most 75 %, and all together 150 ÷ 300 = 50 %.
func TestATeamSeesItsShareAndOthersOnlyThatOfFourAndMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.asked(4, map[string]int{"ada": 50, "bob": 75, "cara": 25})
	m := ok(h.Measure(h.as["ada"], h.team, ""))(t)
	if r := m.Rolling; r.State != share.Known || r.Asked != 20 || r.Answered != 12 || *r.Rate != 0.6 || r.Persons != 3 || *r.Answers.Median != 0.5 || *r.Answers.Most != 0.75 || r.Answers.Whole != 0.5 || *r.Above || r.Entries != nil {
		t.Errorf("ada sees %+v %+v", r, r.Answers)
	}
	if m.You == nil || *m.You.Answers != 0.5 {
		t.Errorf("ada's own share is %+v", m.You)
	}
	if last := m.Trend[len(m.Trend)-2]; last.Week != "2026-W51" || last.Asked != 5 || *last.Answers != 3 || *last.Whole != 0.5 || *last.Minutes != 0 {
		t.Errorf("the last week is %+v", last)
	}
	for _, name := range []string{"olga", "root", "bot"} {
		ctx := h.as[name]
		if name == "bot" {
			ctx = access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "bot", Scopes: []access.Scope{access.ScopeRead}})
		}
		m := ok(h.Measure(ctx, h.team, ""))(t)
		if r := m.Rolling; r.State != toil.TooFew || r.Answers != nil || r.Entries != nil || r.Persons+r.Answered != 0 || m.You != nil || len(m.Categories) != 0 || r.Above != nil {
			t.Errorf("%s sees %+v of three", name, m)
		}
		if last := m.Trend[len(m.Trend)-2]; last.Whole != nil || last.Minutes != nil || last.Answers != nil {
			t.Errorf("%s sees the week %+v of three", name, last)
		}
	}
	// The fourth answers 100 about the last week, which is told once nobody can answer about it any more: of all
	// of it 50 + 75 + 25 + 100 = 250 ÷ 400 = 62.5 %. Of the others three persons answered, and they are left out:
	// 4 of 20 answers are told, and 20 % are too few to say something.
	h.answer("dan", "2026-W51", 100)
	if r := ok(h.Measure(h.as["olga"], h.team, ""))(t).Rolling; r.State != toil.TooFew || r.Answers != nil {
		t.Errorf("olga sees of a week that is not closed %+v", r)
	}
	h.closing("2026-W51")
	m = ok(h.Measure(h.as["olga"], h.team, ""))(t)
	if r := m.Rolling; r.State != share.Insufficient || r.Answers != nil || r.Asked != 20 || r.Answered != 4 || r.Persons != 4 {
		t.Errorf("olga sees %+v", r)
	}
	if w := m.Trend[len(m.Trend)-4]; w.Week != "2026-W51" || *w.Answers != 4 || *w.Whole != 0.625 {
		t.Errorf("olga sees the week %+v", w)
	}
}

// All five answer about week 48: 0, 25, 50, 75 and 100 %. The median is 50 %, and all together 250 ÷ 500.
func TestOthersSeeTheShareOfWeeksThatAreClosed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.asked(1, map[string]int{"ada": 0, "bob": 25, "cara": 50, "dan": 75, "eve": 100})
	h.closing(lastWeek)
	m := ok(h.Measure(h.as["olga"], h.team, ""))(t)
	if r := m.Rolling; r.State != share.Known || r.Answers.Whole != 0.5 || r.Answers.Persons != 5 || r.Answers.Median != nil || r.Answers.Most != nil || *r.Above {
		t.Errorf("olga sees %+v %+v", r, r.Answers)
	}
	if len(m.Categories) != 0 { // what was named as the largest is for the team
		t.Errorf("olga sees %+v", m.Categories)
	}
	ada := ok(h.Measure(h.as["ada"], h.team, ""))(t)
	// Production interrupts are what four name: of 1,920 net minutes 25 + 50 + 75 + 100 %.
	if len(ada.Categories) != 1 || ada.Categories[0].Answered != 4800 {
		t.Errorf("ada sees %+v", ada.Categories)
	}
}

// Ada, Bob and Cara log one kind of toil for checkout, Dan and Eve another: both grains are of fewer than four,
// though five logged for checkout, and two of them would follow from the sum of all by subtraction. Of the kind
// that four log in week 48, 4 × 30 minutes are told; of the same kind in week 47, which two log, nothing.
func TestSumsOutsideTheTeamAreOfWholeGrains(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, name := range []string{"ada", "bob", "cara"} {
		h.logs(name, "2026-11-25", 60, toil.Migrations)
	}
	for _, name := range []string{"dan", "eve"} {
		h.logs(name, "2026-11-25", 60, toil.CostAndCapacity)
	}
	h.closing(lastWeek)
	if m := ok(h.Measure(h.as["olga"], h.team, ""))(t); len(m.Categories)+len(m.Services) != 0 || m.Trend[len(m.Trend)-4].Minutes != nil {
		t.Errorf("olga sees %+v %+v", m.Categories, m.Services)
	}
	if m := ok(h.Measure(h.as["ada"], h.team, ""))(t); len(m.Services) != 1 || m.Services[0].Persons != 5 || m.Services[0].Minutes != 300 || m.Services[0].Entries != 5 {
		t.Errorf("ada sees %+v", m.Services)
	}
	for _, name := range []string{"ada", "bob", "cara", "dan"} {
		h.logs(name, "2026-11-26", 30, toil.ReleaseShepherding)
	}
	for _, name := range []string{"ada", "bob"} {
		h.logs(name, "2026-11-19", 30, toil.ReleaseShepherding)
	}
	m := ok(h.Measure(h.as["olga"], h.team, ""))(t)
	want := toil.Slice{Category: toil.ReleaseShepherding, Minutes: 120, Entries: 4, Persons: 4}
	if len(m.Categories) != 1 || m.Categories[0] != want || len(m.Services) != 1 || m.Services[0].Minutes != 120 || m.Services[0].Persons != 4 || *m.Trend[len(m.Trend)-4].Minutes != 120 || m.Trend[len(m.Trend)-5].Minutes != nil {
		t.Errorf("olga sees %+v %+v", m.Categories, m.Services)
	}
}

func TestAPeriodIsAQuarterThatHasBegun(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.answer("ada", lastWeek, 50)
	m := ok(h.Measure(h.as["ada"], h.team, "2026-Q4"))(t)
	if m.Quarter.Name != "2026-Q4" || m.Quarter.State != share.Insufficient || m.Quarter.Persons != 1 || m.Quarter.From != "2026-09-28" || m.Quarter.To != "2026-11-29" {
		t.Errorf("%+v", m.Quarter)
	}
	if m := ok(h.Measure(h.as["ada"], h.team, "2026-Q3"))(t); m.Quarter.State != share.NoData || m.Quarter.Rate != nil {
		t.Errorf("%+v", m.Quarter)
	}
	for _, q := range []share.Quarter{"2027-Q1", "2026-Q5", "x", "0001-Q1", "2021-Q3"} {
		_, err := h.Measure(h.as["ada"], h.team, q)
		if got := pointers(t, err); !slices.Equal(got, []string{"query.quarter"}) {
			t.Errorf("%s: %v", q, got)
		}
	}
}

func TestSettingsAreATeamsAndShareIsReckonedByThem(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	was := ok(h.Settings(h.as["olga"], h.team))(t)
	if was.Version != 1 || was.SettingsInput != (toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 50, Asks: true, Incidents: true}) {
		t.Errorf("at first %+v", was)
	}
	in := toil.SettingsInput{WeekMinutes: 30 * 60, WeekDays: 4, Overhead: 50, Cap: 40}
	for _, name := range []string{"olga", "bot"} {
		_, err := h.Decide(h.as[name], h.team, 1, in)
		refused(t, err, fault.Forbidden, "forbidden")
	}
	_, err := h.Decide(h.as["ada"], h.team, 2, in)
	refused(t, err, fault.Precondition, "version_mismatch")
	_, err = h.Decide(h.as["ada"], h.team, 1, toil.SettingsInput{WeekMinutes: 81 * 60, Overhead: 81, Cap: 0})
	if got := pointers(t, err); !slices.Equal(got, []string{"/hoursPerWeek", "/daysPerWeek", "/overheadPercent", "/capPercent"}) {
		t.Errorf("%v", got)
	}
	// A team that could set itself a cap of 100 % would never be above it.
	for _, limit := range []int{51, 100} {
		_, err := h.Decide(h.as["ada"], h.team, 1, toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Cap: limit})
		if got := pointers(t, err); !slices.Equal(got, []string{"/capPercent"}) || !strings.Contains(err.Error(), "must be 1 to 50: a team may set itself a lower cap, and no higher one") {
			t.Errorf("a cap of %d: %v", limit, err)
		}
	}
	if got := ok(h.Decide(h.as["ada"], h.team, 1, in))(t); got.Version != 2 {
		t.Errorf("%+v", got)
	}
	// 450 minutes in week 48 are a half of 30 hours less 50 %, which are 900 minutes.
	h.logs("ada", "2026-11-25", 450, toil.Migrations)
	if m := ok(h.Measure(h.as["ada"], h.team, ""))(t); *m.Rolling.Entries.Median != 0.5 || *m.You.Entries != 0.5 {
		t.Errorf("%+v", m.Rolling.Entries)
	}
	log := ok(h.log.List(h.as["ada"], audit.Filter{Team: h.team}, page.Request{Limit: 5}))(t).Items
	if len(log) == 0 || log[0].ObjectKind != access.KindToilSettings {
		t.Errorf("the audit log has %+v", log)
	}
}

func TestAPersonTakesTheirNameFromWhatTheySaidAndTheNumbersStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.asked(1, map[string]int{"ada": 100, "bob": 50, "cara": 0})
	ok(h.Log(h.as["ada"], h.team, toil.EntryInput{Day: "2026-11-25", Minutes: 60, Category: toil.Migrations, Note: "secret", Link: "https://example.org"}))(t)
	before := ok(h.Measure(h.as["bob"], h.team, ""))(t)
	all := ok(h.Export(h.as["ada"]))(t)
	if len(all.Answers) != 1 || len(all.Entries) != 1 || all.Person != h.people["ada"] || all.Entries[0].Note != "secret" {
		t.Errorf("%+v", all)
	}
	if n := ok(h.Pseudonymise(h.as["ada"]))(t); n != 2 {
		t.Errorf("%d rows", n)
	}
	if all := ok(h.Export(h.as["ada"]))(t); len(all.Answers)+len(all.Entries) != 0 {
		t.Errorf("ada still has %+v", all)
	}
	after := ok(h.Measure(h.as["bob"], h.team, ""))(t)
	if *after.Rolling.Answers.Median != *before.Rolling.Answers.Median || after.Rolling.Persons != before.Rolling.Persons || after.Categories[0] != before.Categories[0] {
		t.Errorf("%+v after %+v", after.Rolling, before.Rolling)
	}
	if n := ok(h.Pseudonymise(h.as["ada"]))(t); n != 0 {
		t.Errorf("a second time %d rows", n)
	}
}

// Who took their name from what they said, and said it again, would count as two: of the four whom a sum is
// of at least they would be half, and a day would have 48 hours.
func TestWhoTookTheirNameAwaySaysNothingOfTheSameDaysAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ada := h.as["ada"]
	survey := toil.SurveyInput{Percent: 10, Category: toil.Migrations, Course: toil.Same, OnCall: toil.Fair}
	const file = "day,minutes,category\n2026-11-26,30,migrations\n"
	h.asked(1, map[string]int{"ada": 100, "bob": 50, "cara": 0})
	done(t, first(h.Survey(ada, h.team, "2026-Q4", survey)))
	h.logs("ada", "2026-11-25", 24*60, toil.Migrations)
	done(t, first(h.Import(ada, h.team, []byte(file), false)))
	ok(h.Pseudonymise(ada))(t)

	again := toil.EntryInput{Day: "2026-11-25", Minutes: 60, Category: toil.Migrations}
	refusedAt := func(err error, want string) {
		t.Helper()
		if got := pointers(t, err); !slices.Equal(got, []string{want}) || !strings.Contains(err.Error(), "you took your name") {
			t.Errorf("%v at %v, want %s", err, got, want)
		}
	}
	refusedAt(first(h.Answer(ada, h.team, lastWeek, toil.AnswerInput{})), "path.week")
	refusedAt(first(h.Answer(ada, h.team, lastWeek.Plus(1), toil.AnswerInput{})), "path.week") // the week of the parting
	refusedAt(first(h.Log(ada, h.team, again)), "/day")
	refusedAt(first(h.Import(ada, h.team, []byte(file), false)), "/lines/2/day")
	refusedAt(first(h.Survey(ada, h.team, "2026-Q4", survey)), "path.quarter")
	if m := ok(h.Measure(h.as["bob"], h.team, ""))(t); m.Rolling.Persons != 3 || m.Rolling.Answered != 3 {
		t.Errorf("%+v", m.Rolling)
	}
	// From the next week on she says something again, and cannot move it to before.
	h.clock.Advance(7 * 24 * time.Hour)
	ok(h.Answer(ada, h.team, lastWeek.Plus(2), toil.AnswerInput{}))(t)
	e := h.logs("ada", "2026-12-07", 60, toil.Migrations)
	refusedAt(first(h.Amend(ada, h.team, e.ID, 1, again)), "/day")
	ok(h.Pseudonymise(ada))(t)
	refusedAt(first(h.Answer(ada, h.team, lastWeek.Plus(2), toil.AnswerInput{})), "path.week")
	refusedAt(first(h.Survey(ada, h.team, "2026-Q4", survey)), "path.quarter") // still, of the first time
	if n := ok(h.PrunePartings(t.Context()))(t); n != 0 {
		t.Errorf("%d partings are forgotten at once", n)
	}
	h.clock.Advance(408 * 24 * time.Hour)
	if n := ok(h.PrunePartings(t.Context()))(t); n != 1 {
		t.Errorf("%d partings are forgotten", n)
	}
}

// Quarter 4 of 2026 can be answered about until 31 January of 2027, and is told from then on.
// Of a quarter three answer 10, 20 and 60: nothing is told of it, to nobody. With a fourth, 30, the mean is
// 120 ÷ 4 = 30, and the median (20 + 30) ÷ 2 = 25.
func TestASurveySaysNothingUntilFourAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	say := func(name string, percent int, wish string) {
		t.Helper()
		ok(h.Survey(h.as[name], h.team, "2026-Q4", toil.SurveyInput{Percent: percent, Category: toil.Migrations, Wish: wish, Course: toil.Worse, OnCall: toil.Heavy}))(t)
	}
	say("ada", 90, "zebra")
	say("ada", 10, "zebra") // replaces it
	say("bob", 20, "apple")
	say("cara", 60, "")
	for _, name := range []string{"ada", "olga", "root"} {
		if got := ok(h.Surveyed(h.as[name], h.team, "2026-Q4"))(t); got.Told || got.Answers != map[string]int{"ada": 3}[name] || got.Mean != 0 || len(got.Wishes)+len(got.Categories)+len(got.Courses)+len(got.OnCall) != 0 {
			t.Errorf("%s is told %+v of three", name, got)
		}
	}
	say("dan", 30, "Mango")
	if got := ok(h.Surveyed(h.as["eve"], h.team, "2026-Q4"))(t); got.Told || got.Answers != 4 || !got.Closes.Equal(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC)) {
		t.Errorf("the next answer would tell whose it is: %+v", got)
	}
	h.clock.Advance(time.Date(2027, 2, 1, 0, 0, 0, 0, time.UTC).Sub(h.clock.Now()))
	got := ok(h.Surveyed(h.as["eve"], h.team, "2026-Q4"))(t)
	if !got.Told || got.Answers != 4 || got.Mean != 0.3 || got.Median != 0.25 || got.Categories[toil.Migrations] != 4 || got.Courses[toil.Worse] != 4 || got.OnCall[toil.Heavy] != 4 || !slices.Equal(got.Wishes, []string{"apple", "Mango", "zebra"}) {
		t.Errorf("%+v", got)
	}
	if got := ok(h.Surveyed(h.as["olga"], h.team, "2026-Q4"))(t); !got.Told || len(got.Wishes) != 0 {
		t.Errorf("outside the team: %+v", got)
	}
	for q, in := range map[share.Quarter]toil.SurveyInput{
		"2027-Q2": {Course: toil.Same, OnCall: toil.Fair}, "2026-Q4": {Course: toil.Same, OnCall: toil.Fair}, "x": {Course: toil.Same, OnCall: toil.Fair},
	} {
		_, err := h.Survey(h.as["ada"], h.team, q, in)
		if got := pointers(t, err); !slices.Equal(got, []string{"path.quarter"}) { // Q4 could be answered until 31 January
			t.Errorf("%s: %v", q, got)
		}
	}
	_, err := h.Survey(h.as["ada"], h.team, "2027-Q1", toil.SurveyInput{Percent: 101, Category: "x", Wish: "\x00", Course: "y", OnCall: "z"})
	if got := pointers(t, err); !slices.Equal(got, []string{"/share", "/category", "/wish", "/course", "/onCall"}) {
		t.Errorf("%v", got)
	}
}
