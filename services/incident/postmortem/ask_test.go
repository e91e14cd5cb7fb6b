package postmortem_test

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/event"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/incident"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
)

// By the calendar of 2026: 27 March is a Friday.
func TestAReviewIsDueAfterWorkingDays(t *testing.T) {
	t.Parallel()
	at := func(text string) time.Time { return ok(time.Parse("2006-01-02 15:04", text))(t) }
	for _, c := range []struct {
		severity      incident.Severity
		resolved, due string
	}{
		{"sev1", "2026-03-27 12:00", "2026-03-30 12:00"}, // days, not working days
		{"sev2", "2026-03-27 12:00", "2026-04-03 12:00"},
		{"sev2", "2026-03-28 23:59", "2026-04-03 23:59"}, // a Saturday
		{"sev2", "2026-03-29 00:00", "2026-04-03 00:00"}, // a Sunday
		{"sev2", "2026-03-30 09:00", "2026-04-06 09:00"}, // a Monday
		{"sev3", "2026-03-27 12:00", "2026-04-10 12:00"},
		{"sev4", "2026-03-26 12:00", "2026-04-09 12:00"}, // a Thursday
	} {
		resolved := at(c.resolved)
		i := incident.Incident{Status: incident.Closed, Terms: incident.Terms{Severity: c.severity, ResolvedAt: &resolved}}
		if got := postmortem.Usual().Due(i); got == nil || !got.Equal(at(c.due)) {
			t.Errorf("%s of %s is due %v, want %s", c.severity, c.resolved, got, c.due)
		}
	}
	if got := postmortem.Usual().Due(incident.Incident{Status: incident.Mitigated, Terms: incident.Terms{Severity: "sev1"}}); got != nil {
		t.Errorf("while it goes on it is due %v", got)
	}
}

// until has the clock show that time.
func (h *house) until(at time.Time) { h.clock.Advance(at.Sub(h.clock.Now())) }

// only are the counts that are not nought.
func only(counts map[string]int64) map[string]int64 {
	out := maps.Clone(counts)
	maps.DeleteFunc(out, func(_ string, n int64) bool { return n == 0 })
	return out
}

func (h *house) round(t *testing.T, want map[string]int64) {
	t.Helper()
	if got := only(ok(h.RequestOnce(h.as["job"]))(t)); !maps.Equal(got, want) {
		t.Errorf("the round comes to %v, want %v", got, want)
	}
}

func (h *house) reasons(t *testing.T, of id.ID) []string {
	t.Helper()
	var out []string
	v, err := h.Get(h.as["root"], of)
	if err != nil {
		return nil
	}
	for _, r := range v.Requests {
		out = append(out, string(r.Reason))
	}
	return sorted(out)
}

func TestOneIsAskedForByTheRulesOnceItIsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	set := func(s incident.Severity, loss, onCall bool, status incident.Status) id.ID {
		return h.declare(t, func(in *incident.Input) {
			in.Severity, in.DataLoss, in.OnCallIntervened, in.Status = s, loss, onCall, status
			if !status.Over() {
				in.ResolvedAt = nil
			}
		}).ID
	}
	want := map[id.ID][]string{
		set("sev1", false, false, incident.Resolved):    {"severity"},
		set("sev2", true, true, incident.Closed):        {"data_loss", "on_call_intervention", "severity"},
		set("sev3", false, true, incident.Resolved):     {"on_call_intervention"},
		set("sev3", false, false, incident.Resolved):    nil,
		set("sev4", true, true, incident.Closed):        {"data_loss"},
		set("sev1", true, true, incident.Mitigated):     nil,
		set("sev1", true, true, incident.Investigating): nil,
	}
	h.round(t, map[string]int64{"incidents": 5, "asked": 6})
	for of, reasons := range want {
		if got := h.reasons(t, of); !slices.Equal(got, reasons) {
			t.Errorf("asked is for %q, want %q", got, reasons)
		}
	}
	h.round(t, map[string]int64{"incidents": 5})
	if got := len(h.types()); got != 4 {
		t.Errorf("told %d times, want once for each of four incidents", got)
	}
	// What is waived stays so.
	first := slices.Collect(maps.Keys(want))[0]
	for of := range want {
		if len(want[of]) == 1 && want[of][0] == "severity" {
			first = of
		}
	}
	v := ok(h.Get(h.as["root"], first))(t)
	ok(h.Waive(h.as["root"], first, v.Requests[0].ID, "tiny"))(t)
	h.round(t, map[string]int64{"incidents": 5})
	if v := ok(h.Get(h.as["root"], first))(t); v.Status != postmortem.Waived {
		t.Errorf("waived it is %q", v.Status)
	}
	// After ninety days nobody asks.
	set("sev1", false, false, incident.Resolved)
	h.clock.Advance(91 * 24 * time.Hour)
	counts := ok(h.RequestOnce(h.as["job"]))(t)
	if counts["incidents"] != 0 || counts["asked"] != 0 {
		t.Errorf("later it comes to %v", counts)
	}
}

func TestManyAreLookedAtInPages(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	for range 203 {
		h.declare(t, severity("sev3"))
	}
	h.declare(t)
	h.round(t, map[string]int64{"incidents": 204, "asked": 1})
}

// Sev1, resolved on Friday at noon, is due on Monday at noon; three working days later is Thursday.
func TestWhatIsOverdueIsToldOnceForEachTimeItIsDueAndThenAbove(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t)
	h.round(t, map[string]int64{"incidents": 1, "asked": 1})
	monday, thursday := start.AddDate(0, 0, 3), start.AddDate(0, 0, 6)
	h.until(monday)
	h.round(t, map[string]int64{"incidents": 1})
	h.until(monday.Add(time.Second))
	h.round(t, map[string]int64{"incidents": 1, "overdue": 1})
	h.round(t, map[string]int64{"incidents": 1})
	h.until(thursday.Add(-time.Second))
	h.round(t, map[string]int64{"incidents": 1})
	h.until(thursday)
	h.round(t, map[string]int64{"incidents": 1, "escalated": 1})
	h.round(t, map[string]int64{"incidents": 1})
	var teams []id.ID
	for _, e := range h.told {
		if e.Type == event.PostmortemOverdue {
			teams = append(teams, e.Team)
		}
	}
	if !slices.Equal(teams, []id.ID{h.team, h.platform}) {
		t.Errorf("told are %q", teams)
	}
	// A milder severity is due later (ten working days from 27 March: 10 April), and overdue again then.
	i = ok(h.incidents.Get(h.as["ada"], i.ID))(t)
	terms := i.Terms
	terms.Severity = "sev3"
	ok(h.incidents.Amend(h.as["ada"], i.ID, i.Version, terms))(t)
	h.round(t, map[string]int64{"incidents": 1, "due_changed": 1})
	h.until(time.Date(2026, 4, 10, 12, 0, 1, 0, time.UTC))
	h.round(t, map[string]int64{"incidents": 1, "overdue": 1})
	// Reopened it is not due, and resolved again it is anew.
	i = ok(h.incidents.Get(h.as["ada"], i.ID))(t)
	i = ok(h.incidents.Move(h.as["ada"], i.ID, i.Version, incident.Move{Status: incident.Investigating, Reason: "it is back"}))(t)
	h.round(t, map[string]int64{"due_changed": 1})
	if v := ok(h.Get(h.as["ada"], i.ID))(t); v.DueAt != nil {
		t.Errorf("while it goes on it is due %v", v.DueAt)
	}
	ok(h.incidents.Move(h.as["ada"], i.ID, i.Version, incident.Move{Status: incident.Resolved}))(t)
	h.round(t, map[string]int64{"incidents": 1, "due_changed": 1})
	if v := ok(h.Get(h.as["ada"], i.ID))(t); v.DueAt == nil || !v.DueAt.Equal(time.Date(2026, 4, 24, 12, 0, 1, 0, time.UTC)) {
		t.Errorf("resolved again on 10 April it is due %v", v.DueAt)
	}
}

func TestAnApprovedOneIsNotOverdue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.to(t, postmortem.Approved)
	draft := h.to(t, postmortem.Draft)
	h.round(t, map[string]int64{"incidents": 2, "asked": 2})
	h.clock.Advance(4 * 24 * time.Hour)
	h.round(t, map[string]int64{"incidents": 2, "overdue": 1})
	yes := true
	if got := ok(h.List(h.as["eve"], postmortem.Filter{Overdue: &yes}, page.Request{}))(t).Items; len(got) != 1 || got[0].ID != draft.ID {
		t.Errorf("overdue are %+v", got)
	}
}

// Clause 5 of the workbook's policy: more than a fifth of the budget of 28 days, by one incident.
func TestAClauseAsksForThoseThatTookMoreThanAFifth(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slo, violation := id.New(start), id.New(start)
	small, exact, large := h.declare(t, severity("sev4")).ID, h.declare(t, severity("sev4")).ID, h.declare(t, severity("sev4")).ID
	before := h.declare(t, severity("sev4"), func(in *incident.Input) {
		long, end := start.AddDate(0, 0, -40), start.AddDate(0, 0, -39)
		in.ImpactStart, in.DetectedAt, in.ResolvedAt = long, nil, &end
	}).ID
	goesOn := h.declare(t, severity("sev4"), func(in *incident.Input) { in.Status, in.ResolvedAt = incident.Mitigated, nil }).ID
	h.shares = map[id.ID]map[id.ID]float64{small: {slo: 0.19}, exact: {slo: 0.2}, large: {slo: 0.21, id.New(start): 0.9}, before: {slo: 0.9}, goesOn: {slo: 0.9}}
	h.claims = []postmortem.Claim{{Violation: violation, Service: h.checkout, SLO: slo, From: start.AddDate(0, 0, -28), To: start, Text: "Clause 5 asks for it."}}
	h.round(t, map[string]int64{"incidents": 4, "violations": 1, "asked": 1})
	h.round(t, map[string]int64{"incidents": 4, "violations": 1})
	for of, want := range map[id.ID][]string{small: nil, exact: nil, large: {"policy"}, before: nil, goesOn: nil} {
		if got := h.reasons(t, of); !slices.Equal(got, want) {
			t.Errorf("asked is for %q, want %q", got, want)
		}
	}
	v := ok(h.Get(h.as["eve"], large))(t)
	if r := v.Requests[0]; r.Subject != violation || !strings.Contains(r.Text, "Clause 5") {
		t.Errorf("asked is %+v", r)
	}
}

func TestOfAnIncidentThatIsReopenedMeanwhileNothingIsAsked(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	slo, i := id.New(start), h.declare(t, severity("sev4"))
	h.shares = map[id.ID]map[id.ID]float64{i.ID: {slo: 0.9}}
	h.claims = []postmortem.Claim{{Violation: id.New(start), Service: h.checkout, SLO: slo, From: start.AddDate(0, 0, -28), To: start, Text: "Clause 5 asks for it."}}
	h.meanwhile = func() {
		ok(h.incidents.Move(h.as["ada"], i.ID, i.Version, incident.Move{Status: incident.Investigating, Reason: "it is back"}))(t)
	}
	h.round(t, map[string]int64{"incidents": 1, "violations": 1})
	if got := h.reasons(t, i.ID); got != nil {
		t.Errorf("asked is for %q", got)
	}
}

func TestOfRestrictedIncidentsNobodyIsTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	i := h.declare(t, func(in *incident.Input) { in.Restricted = true })
	h.round(t, map[string]int64{"incidents": 1, "asked": 1, "withheld": 1})
	h.clock.Advance(4 * 24 * time.Hour)
	h.round(t, map[string]int64{"incidents": 1, "withheld": 1})
	if len(h.told) != 0 {
		t.Errorf("told is %+v", h.told)
	}
	if v := ok(h.Get(h.as["ada"], i.ID))(t); v.Status != postmortem.Requested || !v.Overdue(h.clock.Now()) {
		t.Errorf("for its readers it is %+v", v.Postmortem)
	}
}

// Two replicas at once ask, tell and remind once each, on both databases.
func TestTwoReplicasAskOnce(t *testing.T) {
	t.Parallel()
	onEach(t, func(t *testing.T, h *house) {
		for range 7 {
			h.declare(t)
		}
		both := func(want string, n int64) {
			t.Helper()
			sums := make([]int64, 4)
			var all sync.WaitGroup
			for k := range sums {
				all.Go(func() {
					counts, err := h.RequestOnce(h.as["job"])
					if err != nil {
						t.Error(err)
					}
					sums[k] = counts[want]
				})
			}
			all.Wait()
			sum := int64(0)
			for _, one := range sums {
				sum += one
			}
			if sum != n {
				t.Errorf("%s is %d times, by %v; want %d", want, sum, sums, n)
			}
		}
		both("asked", 7)
		h.clock.Advance(4 * 24 * time.Hour)
		both("overdue", 7)
		h.clock.Advance(7 * 24 * time.Hour)
		both("escalated", 7)
		if got := len(h.types()); got != 21 {
			t.Errorf("told %d times, want 7 × (asked, overdue, above)", got)
		}
	})
}
