package toil_test

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/toil"
	"github.com/evenkeel/evenkeel/services/toil/share"
)

func (h *house) estimate(category toil.Category, service id.ID, hours int) toil.Candidate {
	h.t.Helper()
	return ok(h.Estimate(h.as["ada"], h.team, toil.EstimateInput{Service: service, Category: category, Estimate: toil.Estimate{Title: "Automate " + string(category), BuildMinutes: hours * 60}}))(h.t)
}

// By what was logged in 90 days, in hours a year (minutes ÷ 60 × 365 ÷ 90):
//
//	migrations of checkout      540 min.   36.5 h   to build 7 h: 7 ÷ (36.5 ÷ 52)  =  9.97 weeks
//	release shepherding        2,160 min.  146 h    to build 14 h: 14 ÷ (146 ÷ 52) =  4.99 weeks
//	cost and capacity, nobody estimated it: 270 min., 18.25 h
//	production interrupts, nobody estimated it, no service: 810 min., 54.75 h
func TestWhatPaysBackSoonestIsToBeAutomatedFirst(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.logs("ada", "2026-11-30", 540, toil.Migrations)
	h.logs("ada", "2026-09-02", 1000, toil.ReleaseShepherding) // 89 days ago: the first of the 90
	h.logs("bob", "2026-11-29", 1160, toil.ReleaseShepherding)
	h.logs("ada", "2026-09-01", 1440, toil.ReleaseShepherding) // 90 days ago
	h.logs("cara", "2026-11-29", 270, toil.CostAndCapacity)
	ok(h.Log(h.as["cara"], h.team, toil.EntryInput{Day: "2026-11-29", Minutes: 810, Category: toil.ProductionInterrupts}))(t)
	h.estimate(toil.Migrations, h.service, 7)
	h.estimate(toil.ReleaseShepherding, h.service, 14)
	got := h.figures("ada")
	want := []struct {
		category toil.Category
		hours    float64
		weeks    float64
		persons  int
	}{{toil.ReleaseShepherding, 146, 14. * 52 / 146, 2}, {toil.Migrations, 36.5, 7. * 52 / 36.5, 1}, {toil.ProductionInterrupts, 54.75, 0, 1}, {toil.CostAndCapacity, 18.25, 0, 1}}
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i, w := range want {
		weeks := 0.
		if got[i].PayBack != nil {
			weeks = *got[i].PayBack
		}
		if got[i].Category != w.category || math.Abs(got[i].HoursAYear-w.hours) > 1e-9 || math.Abs(weeks-w.weeks) > 1e-9 || got[i].Persons != w.persons {
			t.Errorf("%d: %+v, want %+v", i, got[i], w)
		}
	}
	// Outside the team candidates are seen, and what fewer than four logged is not.
	for _, f := range h.figures("olga") {
		if f.Candidate == nil || f.Told || f.Minutes+f.Entries+f.Persons != 0 || f.HoursAYear != 0 || f.PayBack != nil {
			t.Errorf("olga sees %+v", f)
		}
	}
	for _, name := range []string{"bob", "cara", "dan", "eve"} {
		h.logs(name, "2026-11-27", 60, toil.Migrations)
	}
	if got := h.figures("olga"); len(got) != 2 || got[0].Told || got[1].Told {
		t.Errorf("olga sees of a week that is not closed %+v", got)
	}
	h.closing(lastWeek)
	// Ada's of week 49 are not told. 240 minutes of the one week that is told are 4 × 365 ÷ 7 hours a year.
	if got := h.figures("olga"); len(got) != 2 || !got[0].Told || got[0].Minutes != 240 || got[0].Persons != 4 || math.Abs(got[0].HoursAYear-4*365./7) > 1e-9 || got[1].Told {
		t.Errorf("olga sees of four %+v", got)
	}
	// Whatever the length of its pages, the list is the same.
	whole := h.figures("ada")
	for limit := 1; limit <= len(whole); limit++ {
		var paged []toil.Figure
		for r := (page.Request{Limit: limit}); ; {
			found := ok(h.Candidates(h.as["ada"], h.team, r))(t)
			paged = append(paged, found.Items...)
			if r.After = found.Next; r.After == "" {
				break
			}
		}
		if len(paged) != len(whole) {
			t.Fatalf("%d of %d by pages of %d", len(paged), len(whole), limit)
		}
		for i := range whole {
			if paged[i].Category != whole[i].Category || paged[i].Service != whole[i].Service {
				t.Errorf("%d by pages of %d is %+v, want %+v", i, limit, paged[i], whole[i])
			}
		}
	}
}

// A team that logs since Monday, 16 November, has 14 days before the 30th: 280 minutes are 140 a week, 7 ÷ 3
// hours. As long as it logs nothing at all afterwards nothing is known of what was saved; once it logs something
// else, all of it was.
func TestWhatWasNotLoggedIsNotSaved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.logs("ada", "2026-11-16", 100, toil.Migrations)
	h.logs("ada", "2026-11-29", 180, toil.Migrations)
	c := h.estimate(toil.Migrations, h.service, 7)
	ok(h.Want(h.as["ada"], h.team, c.ID, 1))(t)
	done(t, h.store.InTx(t.Context(), func(ctx context.Context) error { return h.Tracked(ctx, c.ID, toil.Done, "GitHub") }))
	h.clock.Advance(21 * 24 * time.Hour)
	saved := func() *toil.Saved {
		t.Helper()
		listed := h.figures("ada")
		one := ok(h.Candidate(h.as["ada"], h.team, c.ID))(t)
		if n := len(listed) - 1; n < 0 || listed[n].Saved == nil || listed[n].Saved.Before != one.Saved.Before || listed[n].Saved.After != one.Saved.After {
			t.Fatalf("listed %+v, and by itself %+v", listed, one)
		}
		return one.Saved
	}
	if got := saved(); got.Before.From != "2026-11-16" || got.Before.Days != 14 || got.HoursAWeek != nil {
		t.Errorf("while nothing is logged: %+v", got)
	}
	h.logs("ada", "2026-12-20", 30, toil.CostAndCapacity)
	if got := saved(); got.HoursAWeek == nil || math.Abs(*got.HoursAWeek-7./3) > 1e-12 {
		t.Errorf("while something else is logged: %+v", got)
	}
}

// A service that went to another team takes its repository with it.
func TestACandidateOfAServiceOfAnotherTeamIsNotWanted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.estimate(toil.Migrations, h.service, 7)
	moved := ok(h.store.Registry().Service(t.Context(), h.service))(t)
	moved.Team = h.searches
	done(t, h.store.Registry().UpdateService(t.Context(), moved))
	_, err := h.Want(h.as["ada"], h.team, c.ID, 1)
	refused(t, err, fault.Conflict, "candidate_moved")
}

func TestACandidateIsRefusedWithEveryFault(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	foreign := ok(h.rooms.CreateService(h.as["olga"], registry.ServiceInput{Slug: "index", Team: "search", Profile: registry.Profile{Name: "Index", Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production}}))(t).ID
	_, err := h.Estimate(h.as["ada"], h.team, toil.EstimateInput{Service: foreign, Category: "x", Estimate: toil.Estimate{Title: " ", BuildMinutes: 0}})
	if got := pointers(t, err); !slices.Equal(got, []string{"/title", "/buildHours", "/category", "/service"}) {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"olga", "bot"} {
		_, err := h.Estimate(h.as[name], h.team, toil.EstimateInput{Service: h.service, Category: toil.Migrations, Estimate: toil.Estimate{Title: "T", BuildMinutes: 60}})
		refused(t, err, fault.Forbidden, "forbidden")
	}
	c := h.estimate(toil.Migrations, h.service, 1)
	_, err = h.Reestimate(h.as["olga"], h.team, c.ID, 1, toil.Estimate{Title: "T", BuildMinutes: 60})
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Reestimate(h.as["ada"], h.searches, c.ID, 1, toil.Estimate{Title: "T", BuildMinutes: 60})
	refused(t, err, fault.NotFound, "toil_candidate_not_found")
	_, err = h.Reestimate(h.as["ada"], h.team, c.ID, 2, toil.Estimate{Title: "T", BuildMinutes: 60})
	refused(t, err, fault.Precondition, "version_mismatch")
}

// Checkout had 3 × 60 minutes in the 91 days before its automation was done on 30 November, which are
// 180 ÷ 60 ÷ 91 × 7 = 3 ÷ 13 hours a week, and one of 30 minutes in the 20 days after it:
// 0.5 ÷ 20 × 7 = 0.175 hours a week. It saved 3/13 − 0.175 hours a week.
func TestAnIssueThatIsClosedMeasuresWhatWasSaved(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for _, day := range []clock.Date{"2026-08-31", "2026-10-15", "2026-11-29"} {
		h.logs("ada", day, 60, toil.Migrations)
	}
	h.logs("ada", "2026-08-30", 600, toil.Migrations)      // before the 91 days
	h.logs("ada", "2026-11-29", 600, toil.CostAndCapacity) // another kind
	c := h.estimate(toil.Migrations, h.service, 7)
	wanted := ok(h.Want(h.as["ada"], h.team, c.ID, 1))(t)
	if wanted.State != toil.Wanted || wanted.WantedAt == nil || wanted.Version != 2 {
		t.Errorf("%+v", wanted)
	}
	open := h.open(issues.KindToilCandidate)
	if len(open) != 1 || open[0].Subject != c.ID || open[0].Service != h.service || open[0].Title != "Automate: Automate migrations" || !strings.Contains(open[0].Body, "Estimated time to build it: 7.0 hours") || strings.Contains(open[0].Body, "hours a year") {
		t.Fatalf("%+v", open)
	}
	if again := ok(h.Want(h.as["ada"], h.team, c.ID, 2))(t); again.Version != 2 || len(h.open(issues.KindToilCandidate)) != 1 {
		t.Errorf("wanted again %+v", again)
	}
	ok(h.Reestimate(h.as["bob"], h.team, c.ID, 2, toil.Estimate{Title: "Move by itself", BuildMinutes: 90 * 60}))(t)
	if open := h.open(issues.KindToilCandidate); len(open) != 1 || open[0].Title != "Automate: Move by itself" || !strings.Contains(open[0].Body, "90 hours") {
		t.Errorf("the issue says %+v", open)
	}

	tracked := func(to toil.CandidateState) {
		t.Helper()
		done(t, h.store.InTx(t.Context(), func(ctx context.Context) error { return h.Tracked(ctx, c.ID, to, "GitHub") }))
	}
	tracked(toil.Done)
	tracked(toil.Done)
	if f := ok(h.Candidate(h.as["ada"], h.team, c.ID))(t); f.Candidate.State != toil.Done || f.Saved.Before.Minutes != 180 || f.Saved.Before.Entries != 3 || f.Saved.After.Days != 0 || f.Saved.HoursAWeek != nil {
		t.Errorf("at once: %+v %+v", f, f.Saved)
	}
	_, err := h.Want(h.as["ada"], h.team, c.ID, 4)
	refused(t, err, fault.Conflict, "candidate_settled")
	h.logs("ada", "2026-11-30", 300, toil.Migrations) // of the day itself: on neither side
	h.clock.Advance(21 * 24 * time.Hour)
	h.logs("ada", "2026-12-20", 30, toil.Migrations)
	h.logs("ada", "2026-12-21", 30, toil.Migrations) // today is not over
	f := ok(h.Candidate(h.as["ada"], h.team, c.ID))(t)
	if f.Saved.After != (toil.Side{From: "2026-12-01", To: "2026-12-20", Days: 20, Minutes: 30, Entries: 1, Persons: 1}) || math.Abs(*f.Saved.HoursAWeek-(3./13-0.175)) > 1e-12 {
		t.Errorf("after three weeks: %+v", f.Saved)
	}
	if f := ok(h.Candidate(h.as["olga"], h.team, c.ID))(t); f.Saved != nil {
		t.Errorf("olga sees %+v", f.Saved)
	}
	// Opened again it is wanted; but once the team estimated it anew, that one is followed up.
	tracked(toil.Wanted)
	if f := ok(h.Candidate(h.as["ada"], h.team, c.ID))(t); f.Candidate.State != toil.Wanted || f.Saved != nil || f.Candidate.SettledAt != nil {
		t.Errorf("opened again: %+v", f)
	}
	tracked(toil.Dropped)
	h.estimate(toil.Migrations, h.service, 1)
	tracked(toil.Wanted)
	if f := ok(h.Candidate(h.as["ada"], h.team, c.ID))(t); f.Candidate.State != toil.Dropped {
		t.Errorf("with another in its place: %+v", f)
	}
}

func TestAutomationIsCreditedWithWhatItReports(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	in := toil.AutomationInput{Name: "restart-worker", Category: toil.ProductionInterrupts, Service: h.service, Day: "2026-11-30", Times: 4, SecondsEach: 750}
	made := ok(h.Report(h.as["bot"], h.team, in))(t)
	if made.Minutes() != 50 || made.CreatedBy != "bot" {
		t.Errorf("%+v", made)
	}
	ok(h.Report(h.as["ada"], h.team, in))(t)
	in.Day = "2026-09-01" // 90 days ago: not of the last 90
	ok(h.Report(h.as["bot"], h.team, in))(t)
	// Five people who work 40 hours on five days work 2,400 minutes a day; 100 of them are reported: 2,300 more
	// are right, in 184 times of 12.5 minutes, and not in 185.
	in.Day, in.Times = "2026-11-30", 185
	_, err := h.Report(h.as["bot"], h.team, in)
	if got := pointers(t, err); !slices.Equal(got, []string{"/minutesEach"}) {
		t.Errorf("%v", got)
	}
	in.Times = 184
	wrong := ok(h.Report(h.as["bot"], h.team, in))(t)
	refused(t, h.Withdraw(h.as["bot"], h.team, wrong.ID), fault.Forbidden, "")
	refused(t, h.Withdraw(h.as["olga"], h.team, wrong.ID), fault.Forbidden, "")
	refused(t, h.Withdraw(h.as["ada"], h.searches, wrong.ID), fault.NotFound, "toil_automation_not_found")
	done(t, h.Withdraw(h.as["ada"], h.team, wrong.ID))
	in.Day, in.Times = "2026-09-01", 4
	if got := ok(h.Credits(h.as["olga"], h.team))(t); len(got) != 1 || got[0].Times != 8 || got[0].Seconds != 8*750 {
		t.Errorf("%+v", got)
	}
	for _, name := range []string{"olga"} {
		_, err := h.Report(h.as[name], h.team, in)
		refused(t, err, fault.Forbidden, "forbidden")
	}
	_, err = h.Report(h.as["bot"], h.searches, in)
	refused(t, err, fault.Forbidden, "forbidden")
	_, err = h.Report(h.as["bot"], h.team, toil.AutomationInput{Name: "\n", Category: "x", Service: "y", Day: "2026-12-01"})
	if got := pointers(t, err); !slices.Equal(got, []string{"/name", "/category", "/day", "/count", "/minutesEach", "/service"}) {
		t.Errorf("%v", got)
	}
	reader := access.WithCaller(t.Context(), access.Caller{Kind: access.ByTeam, Team: h.team, Name: "bot", Scopes: []access.Scope{access.ScopeRead}})
	if got := ok(h.Automations(reader, h.team, page.Request{Limit: 2}))(t); len(got.Items) != 2 || got.Next == "" {
		t.Errorf("%+v", got)
	}
	_, err = h.Automation(reader, h.searches, made.ID)
	refused(t, err, fault.NotFound, "toil_automation_not_found")
}

// Of week 48, once it is closed, four of five answered 75 %: the median is above 50 %, which is one issue. Of
// week 50 nobody answers, 4 of 10, which says nothing. Of week 52 all answer 25 %: the median of (75 + 25) ÷ 2 =
// 50 four times and 25 once is 50 %, and it is closed; all together that is (4 × 75 + 5 × 25) ÷ 900 = 47.2 %.
func TestATeamAboveItsCapHasOneIssueUntilItRecovers(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	watch := func() map[string]int64 {
		t.Helper()
		return ok(h.WatchOnce(t.Context()))(t)
	}
	h.asked(1, map[string]int{"ada": 75, "bob": 75, "cara": 75, "dan": 75})
	if counts := watch(); counts["teams"] != 2 || counts["above"] != 0 || len(h.open(issues.KindToilCap)) != 0 {
		t.Errorf("of a week that can still be answered about something is opened: %v", counts)
	}
	h.closing(lastWeek)
	if counts := watch(); counts["above"] != 1 || counts["opened"] != 1 {
		t.Errorf("four of five: %v", counts)
	}
	open := h.open(issues.KindToilCap)
	if len(open) != 1 || open[0].Subject != h.team || open[0].Service != h.service || open[0].Repository != "https://github.com/acme/checkout" || !strings.Contains(open[0].Title, "above its cap of 50 %") || !strings.Contains(open[0].Body, "the middle one of them **75 %** of their time. That is the median") {
		t.Fatalf("%+v", open)
	}
	if counts := watch(); counts["opened"] != 0 || counts["above"] != 1 || len(h.open(issues.KindToilCap)) != 1 {
		t.Errorf("again: %v", counts)
	}
	ask := func(week share.Week) {
		t.Helper()
		h.clock.Advance(9 * time.Hour)
		if counts := ok(h.AskOnce(t.Context()))(t); counts["teams"] != 2 {
			t.Fatalf("about %s: %v", week, counts)
		}
	}
	ask(lastWeek.Plus(2))
	h.closing(lastWeek.Plus(2))
	if counts := watch(); counts["closed"] != 0 || counts["above"] != 0 || len(h.open(issues.KindToilCap)) != 1 {
		t.Errorf("four of ten: %v", counts)
	}
	ask(lastWeek.Plus(4))
	for _, name := range members {
		h.answer(name, lastWeek.Plus(4), 25)
	}
	h.closing(lastWeek.Plus(4))
	if counts := watch(); counts["closed"] != 1 || len(h.open(issues.KindToilCap)) != 0 {
		t.Errorf("nine of fifteen at 50 and 25 %%: %v", counts)
	}
	all := ok(h.store.Issues().Issues(t.Context(), issues.Filter{Kind: issues.KindToilCap}, page.Request{}))(t).Items
	if len(all) != 1 || len(all[0].Comments) != 1 || !strings.Contains(all[0].Comments[0].Body, "at most the cap of 50 % now: the median of 5 people is 50 %") || !strings.Contains(all[0].Comments[0].Body, "all of them together it is 47.2 %") {
		t.Fatalf("%+v", all)
	}
	// Above again within ten days, of a lower cap: the same issue goes on.
	ok(h.Decide(h.as["ada"], h.team, 1, toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: 40, Asks: true}))(t)
	if counts := watch(); counts["opened"] != 1 {
		t.Errorf("above again: %v", counts)
	}
	if open := h.open(issues.KindToilCap); len(open) != 1 || open[0].ID != all[0].ID || len(open[0].Comments) != 2 {
		t.Errorf("%+v", open)
	}
}

// Whatever the cap, it tells nothing of three persons, nor of one.
func TestACapDoesNotReadOutWhatFewAnswered(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.asked(1, map[string]int{"ada": 25, "bob": 25, "cara": 25})
	ok(h.Answer(h.as["olga"], h.searches, lastWeek, toil.AnswerInput{Percent: 100, Category: toil.Migrations}))(t)
	h.closing(lastWeek)
	for version, limit := range []int{1, 24, 25, 50} {
		ok(h.Decide(h.as["ada"], h.team, int64(version+1), toil.SettingsInput{WeekMinutes: 2400, WeekDays: 5, Overhead: 20, Cap: limit, Asks: true}))(t)
		if r := ok(h.Measure(h.as["olga"], h.team, ""))(t).Rolling; r.Above != nil {
			t.Errorf("of a cap of %d %% it is told: %t", limit, *r.Above)
		}
		if r := ok(h.Measure(h.as["ada"], h.team, ""))(t).Rolling; *r.Above != (limit < 25) {
			t.Errorf("the team is told of a cap of %d %%: %t", limit, *r.Above)
		}
		if counts := ok(h.WatchOnce(t.Context()))(t); counts["above"] != 0 || counts["nowhere"] != 0 {
			t.Errorf("of a cap of %d %%: %v", limit, counts)
		}
	}
}

func TestATeamWithoutAServiceHasNowhereForAnIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	ok(h.AskOnce(t.Context()))(t)
	for _, name := range []string{"olga", "ada", "bob", "cara"} {
		if name != "olga" {
			done(t, h.store.Registry().AddMember(t.Context(), member(h, h.searches, name)))
		}
		ok(h.Answer(h.as[name], h.searches, lastWeek, toil.AnswerInput{Percent: 100, Category: toil.Migrations}))(t)
	}
	h.closing(lastWeek)
	if counts := ok(h.WatchOnce(t.Context()))(t); counts["nowhere"] != 1 || counts["failed"] != 0 || counts["opened"] != 0 {
		t.Errorf("%v", counts)
	}
}

func TestServicesHaveFactsOfTheToilOfTheirTeams(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	other := h.register("ledger")
	index := ok(h.rooms.CreateService(h.as["olga"], registry.ServiceInput{Slug: "index", Team: "search", Profile: registry.Profile{Name: "Index", Kind: registry.HTTP, Tier: 3, Lifecycle: registry.Production}}))(t).ID
	services := func() []registry.Service {
		t.Helper()
		found := ok(h.store.Registry().ServicesByID(t.Context(), []id.ID{h.service, other, index}))(t)
		return []registry.Service{found[h.service], found[other], found[index]}
	}()
	book := fact.NewBook[registry.Service](h.Service)
	facts := func(names ...string) map[id.ID]fact.Set {
		t.Helper()
		return ok(book.FactsOf(t.Context(), services, names...))(t)
	}
	if got := facts(); len(got[h.service]) != 2 || got[h.service]["toilTold"] != true || got[h.service]["toilReported"] != false || len(got[index]) != 1 || got[index]["toilTold"] != false {
		t.Errorf("of nobody who said anything %v is known", got)
	}
	h.asked(1, map[string]int{"ada": 75, "bob": 75, "cara": 25})
	h.clock.Advance(36 * time.Hour) // Tuesday; the last day of week 48 was Sunday
	for _, of := range []id.ID{h.service, other} {
		if got := facts()[of]; got["toilReportedAge"] != 2.0 || got["toilReported"] != true || got["toilShare"] != nil || got["toilWithinCap"] != nil || got["toilCandidateIssue"] != nil {
			t.Errorf("of three persons %v is known", got)
		}
	}
	h.answer("dan", lastWeek, 0)
	// Of cost and capacity most is logged, 75 minutes, but migrations of checkout are the largest piece.
	h.logs("ada", "2026-11-30", 60, toil.Migrations)
	h.logs("ada", "2026-11-29", 30, toil.CostAndCapacity)
	ok(h.Log(h.as["ada"], h.team, toil.EntryInput{Day: "2026-11-29", Minutes: 45, Category: toil.CostAndCapacity, Service: other}))(t)
	ok(h.Log(h.as["ada"], h.team, toil.EntryInput{Day: "2026-11-29", Minutes: 90, Category: toil.CostAndCapacity}))(t)
	c := h.estimate(toil.Migrations, h.service, 1)
	for _, of := range []toil.Candidate{h.estimate(toil.CostAndCapacity, h.service, 1), h.estimate(toil.Migrations, other, 1)} {
		ok(h.Want(h.as["ada"], h.team, of.ID, 1))(t)
	}
	h.closing(lastWeek) // 14 December
	// The median of 0, 25, 75 and 75 is 50.
	if got := facts()[h.service]; got["toilReportedAge"] != 14.0 || got["toilShare"] != 0.5 || got["toilWithinCap"] != true || got["toilCandidateIssue"] != false {
		t.Errorf("of four persons %v is known", got)
	}
	// Of one person, who is a team by herself, nothing is told.
	ok(h.Answer(h.as["olga"], h.searches, lastWeek.Plus(1), toil.AnswerInput{Percent: 100, Category: toil.Migrations}))(t)
	ok(h.Want(h.as["ada"], h.team, c.ID, 1))(t)
	if got := facts("toilCandidateIssue")[other]; len(got) != 1 || got["toilCandidateIssue"] != true {
		t.Errorf("with an issue %v is known", got)
	}
	done(t, h.store.InTx(t.Context(), func(ctx context.Context) error { return h.Tracked(ctx, c.ID, toil.Dropped, "GitHub") }))
	if got := facts("toilCandidateIssue")[other]; got["toilCandidateIssue"] != false {
		t.Errorf("of what is not planned %v is known", got)
	}
	if got := facts("somethingElse"); len(got) != 0 {
		t.Errorf("of what is not told %v is known", got)
	}
	if got := facts()[index]; len(got) != 1 || got["toilTold"] != false {
		t.Errorf("of another team %v is known", got)
	}
}
