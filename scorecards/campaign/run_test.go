package campaign_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/campaign"
	"github.com/evenkeel/evenkeel/services/issues"
)

// toldOver runs the job every six hours, twice each time, for so many days, and returns what is told on
// which day of the calendar after the first, and to which team; do is called so many days later, at noon.
func (h *house) toldOver(t *testing.T, days int, do map[int]func()) string {
	t.Helper()
	teams := map[id.ID]string{h.payments: "payments", h.search: "search", h.platform: "platform"}
	var got []string
	first := clock.DateOf(h.clock.Now())
	for n := range 4*days + 1 {
		if of, is := do[n/4]; is && n%4 == 0 {
			of()
		}
		ok(h.RunOnce(t.Context()))(t)
		again := len(h.told.events)
		if counts := ok(h.RunOnce(t.Context()))(t); len(h.told.events) != again || counts["told"]+counts["over"]+counts["wanted"]+counts["settled"]+counts["failed"] != 0 {
			t.Errorf("a repeat did %v", counts)
		}
		for _, e := range h.told.events {
			got = append(got, fmt.Sprint(int(clock.DateOf(h.clock.Now()).Time().Sub(first.Time())/day), " ", strings.TrimPrefix(string(e.Type), "campaign."), " ", teams[e.Team]))
			if k, known := event.KindOf(e.Type); !known || k.Urgency == event.Interrupt || e.Service != "" {
				t.Errorf("told is %+v", e)
			}
		}
		h.told.events = nil
		h.clock.Advance(6 * time.Hour)
	}
	return strings.Join(got, ", ")
}

// By hand: it is told on its first day to all teams in it; on day 16, 14 days before its day, to those with
// something left; on day 31, the one after its day, to those that still have. Platform, which runs it and
// has no service in it, hears of the last two.
func TestACampaignIsToldAtItsStartNearItsDayAndAfterIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.created(t, asItIs)
	got := h.toldOver(t, 40, map[int]func(){10: func() { h.document(t, "finder") }, 20: func() { h.document(t, "checkout") }})
	want := "0 started payments, 0 started search, 16 due_soon payments, 16 due_soon platform, 31 due payments, 31 due platform"
	if sorted(got) != sorted(want) {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

func TestWhoRunsACampaignIsToldWhatIsLeftEverywhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, asItIs)
	h.document(t, "checkout")
	ok(h.RunOnce(t.Context()))(t)
	h.told.events = nil
	h.clock.Advance(16 * day)
	ok(h.RunOnce(t.Context()))(t)
	n := slices.IndexFunc(h.told.events, func(e event.Event) bool { return e.Team == h.platform })
	if len(h.told.events) != 3 || n < 0 {
		t.Fatalf("told are %+v", h.told.events)
	}
	e := h.told.events[n]
	if e.Title != "The campaign “Docs” is due on 2026-12-27: 2 of 3 services are not done" || e.Key != "campaign/"+string(c.ID) || !strings.HasSuffix(e.Text, "Not done: finder, ledger.") || fmt.Sprint(e.Figures) != "[{due 2026-12-27} {services 3} {done 1}]" {
		t.Errorf("platform is told %+v", e)
	}
}

// Where all that is left is the own team's, one event says it.
func TestWhoRunsACampaignIsNotToldTwice(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.created(t, func(d *campaign.Draft) { d.Team = "search" })
	h.document(t, "checkout")
	h.document(t, "ledger")
	if got, want := h.toldOver(t, 40, nil), "0 started payments, 0 started search, 16 due_soon search, 31 due search"; sorted(got) != sorted(want) {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

func TestOfACampaignThatAllDidOnlyTheStartIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.created(t, asItIs)
	got := h.toldOver(t, 40, map[int]func(){1: func() {
		for _, of := range []string{"checkout", "ledger", "finder"} {
			h.document(t, of)
		}
	}})
	if want := "0 started payments, 0 started search"; sorted(got) != sorted(want) {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

// A campaign of ten days is shorter than the notice of 14; one that begins later is not told before.
func TestAShortCampaignIsToldAtItsStartAndItsEndAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.created(t, func(d *campaign.Draft) { d.StartsOn, d.DueOn = h.on(2), h.on(12) })
	if got, want := h.toldOver(t, 20, nil), "2 started payments, 2 started search, 13 due payments, 13 due platform, 13 due search"; sorted(got) != sorted(want) {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

func sorted(list string) string {
	parts := strings.Split(list, ", ")
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// By hand: due on day 30, it is moved on day 20 to day 60; 14 days before are day 46, and the day after is
// day 61.
func TestAnotherDayIsToldAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, asItIs)
	got := h.toldOver(t, 66, map[int]func(){20: func() {
		d := h.draft()
		d.StartsOn, d.DueOn = c.StartsOn, "2027-01-26"
		ok(h.Update(h.root, c.ID, ok(h.Get(h.root, c.ID))(t).Version, d))(t)
	}})
	want := "0 started payments, 0 started search, 16 due_soon payments, 16 due_soon platform, 16 due_soon search, 46 due_soon payments, 46 due_soon platform, 46 due_soon search, 61 due payments, 61 due platform, 61 due search"
	if sorted(got) != sorted(want) {
		t.Errorf("told are\n%s, want\n%s", got, want)
	}
}

// A job that did not run for long tells what holds then, and not what is over.
func TestWhatAJobMissedIsNotToldLate(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, asItIs)
	h.clock.Advance(31 * day)
	if got, want := h.toldOver(t, 0, nil), "0 due payments, 0 due platform, 0 due search"; sorted(got) != sorted(want) {
		t.Errorf("the day after its day is told %s, want %s", got, want)
	}
	h.clock.Advance(5 * day)
	counts := ok(h.RunOnce(t.Context()))(t)
	if over := ok(h.Get(h.bob, c.ID))(t); counts["over"] != 1 || over.Ended == nil || over.Ended.By != "" {
		t.Errorf("after its grace the job did %v, and it is %+v", counts, over)
	}
}

// opened are the services of which an issue about the campaign is wanted open.
func (h *house) opened(t *testing.T, c campaign.Campaign) int {
	t.Helper()
	return len(ok(h.issues.CampaignServices(h.root, c.ID))(t))
}

// By hand: issues are wanted from day 16 on, 14 days before its day; done or over, they are not.
func TestIssuesAreWantedNearTheDayAndClosedWithTheGrace(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, func(d *campaign.Draft) { d.Issues = true })
	var got []string
	last := 0
	for d := 0; d <= 34; d++ {
		if d == 20 {
			h.document(t, "finder")
		}
		ok(h.RunOnce(t.Context()))(t)
		if n := h.opened(t, c); n != last {
			got, last = append(got, fmt.Sprint(d, ": ", n)), n
		}
		h.clock.Advance(day)
	}
	if want := "16: 3, 20: 2, 33: 0"; strings.Join(got, ", ") != want {
		t.Errorf("issues are open as %v, want %s", got, want)
	}
}

// whileJudged does something while a campaign's services are judged.
type whileJudged struct {
	campaign.Scorecards
	do func()
}

func (w *whileJudged) Everywhere(ctx context.Context, v scorecards.View) ([]scorecards.Position, map[id.ID]scorecards.Terms, error) {
	if w.do != nil {
		w.do()
		w.do = nil
	}
	return w.Scorecards.Everywhere(ctx, v)
}

// Somebody ends a campaign while the job is at it: no issue is left that nobody would close.
func TestOfACampaignThatIsEndedMeanwhileNoIssueIsWanted(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, func(d *campaign.Draft) { d.Issues = true })
	h.clock.Advance(20 * day)
	h.Scorecards = &whileJudged{h.cards, func() { ok(h.End(h.root, c.ID, c.Version, "Enough."))(t) }}
	for range 2 {
		if counts := ok(h.RunOnce(t.Context()))(t); counts["wanted"] != 0 || counts["told"] != 0 || counts["failed"] != 0 {
			t.Errorf("the job did %v", counts)
		}
	}
	if n := h.opened(t, c); n != 0 || len(h.told.events) != 0 {
		t.Errorf("%d issues are open of a campaign that was ended, and told are %+v", n, h.told.events)
	}
}

// broken fails for one service.
type broken struct {
	campaign.Desk
	of id.ID
}

func (b broken) CampaignAsks(ctx context.Context, a issues.CampaignAsk, now time.Time) error {
	if a.Service == b.of {
		return errors.New("no desk")
	}
	return b.Desk.CampaignAsks(ctx, a, now)
}

func TestACampaignThatFailsHoldsNoOtherUp(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.created(t, func(d *campaign.Draft) { d.Issues, d.DueOn = true, h.on(5) })
	two := h.created(t, asItIs)
	h.Desk = broken{h.issues, h.checkout.ID}
	counts, err := h.RunOnce(t.Context())
	if err == nil || !strings.Contains(err.Error(), "no desk") || counts["failed"] != 1 || counts["running"] != 1 {
		t.Errorf("the job did %v: %v", counts, err)
	}
	if got := ok(h.Get(h.bob, two.ID))(t); got.Told != campaign.Start {
		t.Errorf("the other was told %v", got.Told)
	}
}

// By hand: whether loads are shed is known of no service; each is unclear to its own team alone.
func TestProgressOfATeamCountsWhatIsUnclearOfItsOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	c := h.created(t, func(d *campaign.Draft) { d.AppliesTo = "loadShedding" })
	for team, want := range map[id.ID]int{"": 3, h.payments: 2, h.search: 1, h.platform: 0} {
		if p := ok(h.Progress(h.ada, c.ID, team))(t); p.Unclear != want || p.Total.Services != 0 {
			t.Errorf("of %q %d are unclear and %d asked, want %d and none", team, p.Unclear, p.Total.Services, want)
		}
	}
}

func TestCampaignsAreListed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, two := h.created(t, asItIs), h.created(t, func(d *campaign.Draft) { d.Team = "search" })
	found := ok(h.List(h.ada, campaign.Filter{Team: h.search}, page.Request{}))(t).Items
	if len(found) != 1 || found[0].ID != two.ID || one.ID == two.ID {
		t.Errorf("of search there are %+v", found)
	}
}

// A campaign whose scorecard or checks are gone is not done: it is ended, with the reason, and its issues
// are closed.
func TestACampaignOfWhichNothingCanBeAskedAnyMoreEnds(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		do   func(h *house) error
		want string
	}{
		"its checks are gone": {func(h *house) error {
			d := scorecards.Draft{Slug: h.card.Scorecard.Slug, Name: h.card.Scorecard.Name, Owner: h.card.Scorecard.OwnerSlug, Terms: h.card.Revision.Terms}
			d.Checks = slices.Clone(d.Checks)
			for i := range d.Checks {
				d.Checks[i].ID = fmt.Sprint("renamed-", i)
			}
			_, err := h.cards.Revise(h.root, d.Slug, h.card.Scorecard.Version, d)
			return err
		}, fmt.Sprintf("The scorecard %q has none of its checks any more.", "readiness")},
		"its scorecard is retired": {func(h *house) error {
			_, err := h.cards.Retire(h.root, h.card.Scorecard.Slug, h.card.Scorecard.Version, "another is better")
			return err
		}, fmt.Sprintf("The scorecard %q was retired.", "readiness")},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			made := h.created(t, func(d *campaign.Draft) { d.Issues = true })
			h.clock.Advance(20 * day)
			ok(h.RunOnce(t.Context()))(t)
			if n := h.opened(t, made); n != 3 { // none of the three services is documented
				t.Fatalf("%d issues are open", n)
			}
			h.told.events = nil
			if err := c.do(h); err != nil {
				t.Fatal(err)
			}
			if p := ok(h.Progress(h.bob, made.ID, ""))(t); p.Gone != c.want || p.Total != (campaign.Count{}) || len(p.Trend) == 0 {
				t.Errorf("it is at %+v", p)
			}
			counts := ok(h.RunOnce(t.Context()))(t)
			over := ok(h.Get(h.bob, made.ID))(t)
			if counts["over"] != 1 || counts["settled"] != 3 || over.Ended == nil || over.Ended.Reason != c.want || over.Ended.By != "" || len(h.told.events) != 0 {
				t.Errorf("the job did %v, and it ended %+v", counts, over.Ended)
			}
			if n := h.opened(t, made); n != 0 {
				t.Errorf("%d issues are open still", n)
			}
		})
	}
}
