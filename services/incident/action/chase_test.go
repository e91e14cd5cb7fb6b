package action_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/incident/action"
)

// day is one on which something is told: what, to which team, and what the counts are.
type day struct {
	after int // days after the due day
	told  string
	team  func(h *house) id.ID
}

func payments(h *house) id.ID { return h.team }
func platform(h *house) id.ID { return h.platform }
func company(h *house) id.ID  { return h.company }

// By hand: three days before it is due; the day after; then a week later, and every week or fortnight,
// up the tree of teams, payments, platform, company, where it ends. A P0 goes faster, and interrupts.
func TestWhatIsOverdueIsToldInStepsUpTheTree(t *testing.T) {
	t.Parallel()
	for priority, days := range map[action.Priority][]day{
		action.P1: {
			{-3, "action_item.due_soon", payments}, {1, "action_item.overdue", payments}, {8, "action_item.escalated", platform},
			{15, "action_item.escalated", company}, {29, "action_item.escalated", company}, {43, "action_item.escalated", company}, {57, "action_item.escalated", company},
		},
		action.P0: {
			{-3, "action_item.due_soon", payments}, {1, "action_item.p0_overdue", payments}, {4, "action_item.escalated", platform},
			{8, "action_item.escalated", company}, {15, "action_item.escalated", company}, {22, "action_item.escalated", company}, {29, "action_item.escalated", company},
		},
	} {
		t.Run(string(priority), func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			due := clock.Date("2026-04-10")
			h.plan(h.declare(), func(t *action.Terms) { t.Priority, t.DueOn = priority, due })
			h.told.take()
			var got []string
			for range 90 {
				for range 2 { // a repeat on the same day tells nothing
					ok(h.ChaseOnce(t.Context()))(t)
				}
				after := int(clock.DateOf(h.clock.Now()).Time().Sub(due.Time()) / (24 * time.Hour))
				for _, e := range h.told.take() {
					got = append(got, fmt.Sprint(after, " ", e.Type, " ", e.Team))
					if e.Person != h.people["cara"] || !strings.Contains(e.Title, "Alert when the queue") {
						t.Errorf("told is %+v", e)
					}
				}
				h.clock.Advance(24 * time.Hour)
			}
			var want []string
			for _, d := range days {
				want = append(want, fmt.Sprint(d.after, " ", d.told, " ", d.team(h)))
			}
			if !slices.Equal(got, want) {
				t.Errorf("told are\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
			}
		})
	}
}

func TestAChaseCountsWhatItTellsAndAnotherDayBeginsAnew(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	late := h.plan(of, func(t *action.Terms) { t.DueOn = "2026-03-30" })
	h.plan(of, func(t *action.Terms) { t.DueOn = "2026-04-02" })
	done := h.plan(of, func(t *action.Terms) { t.DueOn = "2026-03-30" })
	ok(h.Complete(h.cara, done.ID, done.Version, action.Proof{Note: "Done."}))(t)
	counts := func(want ...int64) {
		t.Helper()
		got := ok(h.ChaseOnce(t.Context()))(t)
		if is := []int64{got["due_soon"], got["overdue"], got["escalated"], got["failed"]}; !slices.Equal(is, want) {
			t.Errorf("counted are %v, want %v", is, want)
		}
	}
	counts(1, 0, 0, 0) // on 27 March, of what is due on the 30th
	h.clock.Advance(4 * 24 * time.Hour)
	counts(1, 1, 0, 0) // on the 31st
	if is := h.issues()[late.ID]; len(is.Comments) != 1 || !strings.Contains(is.Comments[0].Body, "2026-03-30") {
		t.Errorf("its issue says %v", is.Comments)
	}
	now := ok(h.Get(h.ada, late.ID))(t)
	if now.Version != late.Version { // who edits it meanwhile is not told that somebody else did
		t.Errorf("telling has it at version %d", now.Version)
	}
	if now.Chased.Step != 1 || now.Chased.For != "2026-03-30" || !now.Chased.At.Equal(h.clock.Now()) {
		t.Errorf("chased is %+v", now.Chased)
	}
	terms := now.Terms
	terms.DueOn = "2026-04-01"
	ok(h.Amend(h.ada, late.ID, now.Version, terms, "The vendor is late."))(t)
	counts(1, 0, 0, 0) // the new day is soon
	h.clock.Advance(20 * 24 * time.Hour)
	counts(0, 2, 0, 0) // one step at a time, though nobody looked for long
	counts(0, 0, 0, 0)
	h.clock.Advance(6 * 24 * time.Hour)
	counts(0, 0, 0, 0)
	h.clock.Advance(24 * time.Hour)
	counts(0, 0, 2, 0) // and the next as long after as ever: by hand, a week for a P1
}

// What is opened again long after its day is not everybody's affair within hours.
func TestWhatIsOpenedAgainLateIsToldStepByStep(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.plan(h.declare(), func(t *action.Terms) { t.DueOn = "2026-04-10" })
	i = ok(h.Complete(h.cara, i.ID, i.Version, action.Proof{Note: "Done."}))(t)
	h.clock.Advance(100 * 24 * time.Hour)
	ok(h.Reopen(h.cara, i.ID, i.Version, "It is not."))(t)
	for hour, want := range []int64{1, 0, 0, 0} {
		got := ok(h.ChaseOnce(t.Context()))(t)
		if got["overdue"]+got["escalated"] != want || got["escalated"] != 0 {
			t.Errorf("in hour %d it is %v", hour, got)
		}
		h.clock.Advance(time.Hour)
	}
}

func TestPeopleSettleAnItemByItsIssue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	of := h.declare()
	i := h.plan(of, p0)
	track := func(to, want action.State, note string) action.Item {
		t.Helper()
		if err := h.Tracked(t.Context(), i.ID, to, "GitHub", "https://github.com/acme/checkout/issues/2"); err != nil {
			t.Fatal(err)
		}
		is := ok(h.Get(h.ada, i.ID))(t)
		if is.State != want || want != action.Open && (is.Settled.Note != note || note == "" && (is.Settled.By != "GitHub" || !is.Settled.Tracked)) {
			t.Errorf("it is %s by %+v, want %s", is.State, is.Settled, want)
		}
		return is
	}
	track(action.Done, action.Done, "")
	track(action.Open, action.Open, "")
	waived := track(action.Waived, action.Waived, "")
	if waived.Satisfies() {
		t.Error("waived without a word, it satisfies the clause")
	}
	if why := ok(h.Waive(h.ada, i.ID, waived.Version, "The queue goes."))(t); !why.Satisfies() || why.Settled.By != "ada" {
		t.Errorf("with a reason it is %+v", why)
	}
	track(action.Done, action.Waived, "The queue goes.") // what was said here stays
	track(action.Open, action.Open, "")                  // unless they open it again
	if is := track(action.Done, action.Done, ""); !is.Satisfies() {
		t.Errorf("done is %+v", is)
	}
}
