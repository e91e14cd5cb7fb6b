package alert_test

import (
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

func onBoth(t *testing.T, do func(h *house)) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { do(newHouse(t, s)) })
}

// An hour of good minutes, and then minutes of which all events are bad: the hour, of 6,000
// events, exceeds 13.44 % with the ninth (900 bad; 800 of 6,000 are 13.3 %). Twenty are bad;
// five minutes later the short window is clean, and after five more the alert ends.
func TestAnOutageIsAlertedOfOnceFromItsNinthMinuteOn(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare()
		h.report(v, of(60, 0)...)
		h.evaluate()
		h.minutes(v, of(8, 100)...)
		if got, early := h.lasting(v)["1h/5m"]; early {
			h.t.Fatalf("after eight minutes %+v", got)
		}
		h.minutes(v, 100)
		a := h.lasting(v)["1h/5m"]
		if a.Severity != budget.Page || a.Service != h.checkout.ID || !a.StartedAt.Equal(h.clock.Now()) || a.Revision != v.Revision.ID {
			h.t.Fatalf("after nine minutes it is %+v", a)
		}
		e := a.Evidence
		if e.Long != (window.Sum{Good: 5_100_000, Total: 6_000_000}) || e.Short != (window.Sum{Good: 0, Total: 500_000}) ||
			e.Revision != v.Revision.ID || e.Indicator != v.Indicator.ID || e.Objective.String() != "99%" || e.Period != 28*24*time.Hour ||
			!e.WindowEnd.Equal(h.clock.Now().Truncate(time.Minute)) || e.MinBadEvents != slo.DefaultMinBadEvents {
			h.t.Errorf("its evidence is %+v", e)
		}
		// 15 % of a budget of 1 %, and 100 %; the factor of the table at 28 days.
		long, short, peak, _ := a.Burns()
		factor, _ := a.Factor()
		if long.Decimal(2) != "15.00" || short.Decimal(2) != "100.00" || peak.Decimal(2) != "15.00" || factor.Decimal(2) != "13.44" {
			h.t.Errorf("the burns are %s, %s, %s at %s", long.Decimal(4), short.Decimal(4), peak.Decimal(4), factor.Decimal(4))
		}
		h.minutes(v, of(11, 100)...)
		h.minutes(v, of(9, 0)...)
		a = h.lasting(v)["1h/5m"]
		if a.QuietSince == nil || !a.QuietSince.Equal(h.clock.Now().Truncate(time.Minute).Add(-4*time.Minute)) {
			h.t.Fatalf("clean for five minutes it is %+v", a)
		}
		h.minutes(v, 0)
		a = h.one(v, "1h/5m")
		if a.EndedAt == nil || !a.EndedAt.Equal(h.clock.Now()) || a.Ending != alert.Recovered {
			h.t.Errorf("then it is %+v", a)
		}
		if _, _, peak, _ := a.Burns(); peak.Decimal(2) != "33.33" { // 2,000 of 6,000
			h.t.Errorf("its peak is %s", peak.Decimal(4))
		}
		if got := ok(h.Alert(h.bob, a.ID))(h.t); got.ID != a.ID || got.Ending != alert.Recovered {
			h.t.Errorf("by its identifier it is %+v", got)
		}
	})
}

// Two replicas that believe they hold the lease evaluate at once.
func TestTwoReplicasStartOneAlertAndEndItOnce(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare()
		h.report(v, of(60, 0)...)
		_, other := h.start(h.store)
		together := func() {
			h.t.Helper()
			var wait sync.WaitGroup
			for _, r := range []replica{h.replica, other} {
				wait.Go(func() {
					if _, err := r.evaluator.RunOnce(h.system()); err != nil {
						h.t.Errorf("evaluate: %v", err)
					}
				})
			}
			wait.Wait()
		}
		for range 20 {
			h.clock.Advance(time.Minute)
			h.report(v, 100)
			together()
		}
		first := h.lasting(v)
		if len(first) == 0 {
			h.t.Fatal("none lasts")
		}
		for range 80 {
			h.clock.Advance(time.Minute)
			h.report(v, 0)
			together()
		}
		if a := h.one(v, "1h/5m"); a.Ending != alert.Recovered || a.ID != first["1h/5m"].ID {
			h.t.Errorf("it is %+v", a)
		}
	})
}

func TestACrashNeitherDoublesNorForgetsAnAlert(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare()
		h.report(v, of(60, 0)...)
		h.clock.Advance(9 * time.Minute)
		h.report(v, of(9, 100)...)

		runner := &breaking{Runner: h.store}
		_, dying := h.start(runner)
		runner.broken.Store(true)
		if _, err := dying.evaluator.RunOnce(h.system()); !errors.Is(err, errPower) {
			h.t.Fatalf("it did not crash: %v", err)
		}
		if got := h.all(v); len(got) != 0 {
			h.t.Fatalf("what was not committed is %+v", got)
		}
		for range 3 { // and processes after it that know nothing
			_, h.replica = h.start(h.store)
			h.evaluate()
		}
		a := h.one(v, "1h/5m")
		runner.broken.Store(true)
		h.clock.Advance(10 * time.Minute)
		h.report(v, of(10, 0)...)
		if _, err := dying.evaluator.RunOnce(h.system()); !errors.Is(err, errPower) {
			h.t.Fatalf("it did not crash: %v", err)
		}
		if got := h.one(v, "1h/5m"); got.QuietSince != nil {
			h.t.Errorf("what was not committed is %+v", got)
		}
		_, h.replica = h.start(h.store)
		h.evaluate()
		h.minutes(v, of(5, 0)...)
		if got := h.one(v, "1h/5m"); got.ID != a.ID || got.Ending != alert.Recovered {
			h.t.Errorf("then it is %+v", got)
		}
	})
}

func TestWhatIsRetiredHasNoOpenAlert(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	outage := func(v slo.View) alert.Alert {
		h.t.Helper()
		h.report(v, of(60, 100)...)
		h.evaluate()
		return h.lasting(v)["1h/5m"]
	}
	ended := func(want int64) {
		h.t.Helper()
		if n, err := h.EndRetired(h.system()); err != nil || n != want {
			h.t.Errorf("%d ended (%v), want %d", n, err, want)
		}
	}
	v := h.declare()
	a := outage(v)
	ended(0)
	lasted := len(h.lasting(v))
	v = ok(h.slos.Retire(h.ada, v.SLO.ID, v.SLO.Version, "gone"))(t)
	ended(int64(lasted))
	ended(0)
	if got := h.one(v, "1h/5m"); got.ID != a.ID || got.Ending != alert.Retired || !got.EndedAt.Equal(h.clock.Now()) {
		t.Errorf("of a retired SLO it is %+v", got)
	}
	if n, err := h.Prune(h.system()); err != nil || n != 0 {
		t.Errorf("%d that just ended were removed (%v)", n, err)
	}
	// Restored, it still burns: that is a new episode.
	v = ok(h.slos.Restore(h.ada, v.SLO.ID, v.SLO.Version, "back"))(t)
	h.minutes(v, 100)
	again := h.lasting(v)["1h/5m"]
	if again.ID == "" || again.ID == a.ID {
		t.Errorf("of a restored SLO it is %+v", again)
	}
	lasted = len(h.lasting(v))
	ok(h.registry.Retire(h.ada, "checkout", h.checkout.Version, "gone"))(t)
	ended(int64(lasted))
	if got := ok(h.Alert(h.ada, again.ID))(t); got.Ending != alert.Retired {
		t.Errorf("of a retired service it is %+v", got)
	}
}

func TestARevisionWhileAnAlertLastsIsJudgedAtTheNextEvaluation(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	v := h.declare()
	h.report(v, of(60, 20)...) // burns at 20: above 13.44 and 5.6
	h.evaluate()
	if got := h.lasting(v); len(got) != 4 {
		t.Fatalf("%d last", len(got))
	}
	v = h.revise(v, func(d *slo.Declaration) { d.AlertsOff = []string{"6h/30m", "ticket"} })
	if got := h.lasting(v); len(got) != 4 {
		t.Errorf("before it was evaluated %d last", len(got))
	}
	h.minutes(v, 20)
	if got := h.lasting(v); len(got) != 1 || got["1h/5m"].Revision != v.Revision.ID {
		t.Errorf("of a tier that is off %+v", got)
	}
	for _, kind := range []alert.Kind{"6h/30m", "1d/2h", "3d/6h"} {
		if got := h.one(v, kind); got.Ending != alert.SwitchedOff {
			t.Errorf("%s ended as %q", kind, got.Ending)
		}
	}
	v = h.revise(v, func(d *slo.Declaration) { d.Objective = "98%" }) // at 10, below 13.44
	h.minutes(v, 20)
	if got := h.one(v, "1h/5m"); got.Ending != alert.Revised || got.Evidence.Objective.String() != "99%" {
		t.Errorf("with a lower objective %+v", got)
	}
	v = h.revise(v, func(d *slo.Declaration) { d.Objective, d.AlertsOff = "99%", nil })
	h.minutes(v, 20)
	if got := h.lasting(v); len(got) != 4 {
		t.Errorf("switched on again %+v", got)
	}
	v = h.revise(v, func(d *slo.Declaration) { d.Counting = slo.BadTotal }) // another indicator, whose series are empty
	h.silence(1)
	if got := h.lasting(v); len(got) != 0 {
		t.Errorf("with a new indicator %+v", got)
	}
	for _, a := range h.all(v)[:4] {
		if a.Ending != alert.Revised {
			t.Errorf("%s ended as %q", a.Kind, a.Ending)
		}
	}
}

// At 99 % over 28 days silence is alerted of after 2 % · 40,320 min · 1 % = 8 min 4 s.
func TestMeasurementsThatStayAwayArePagedAboutUntilTheyCome(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare()
		h.silence(30)
		if got := h.all(v); len(got) != 0 {
			h.t.Fatalf("of what never came %+v", got)
		}
		h.minutes(v, 0)
		h.silence(8)
		if got := h.all(v); len(got) != 0 {
			h.t.Fatalf("after eight minutes %+v", got)
		}
		h.silence(1)
		a := h.lasting(v)[alert.Absent]
		if a.Severity != budget.Page || !a.Evidence.Latest.Equal(h.clock.Now().Truncate(time.Minute).Add(-9*time.Minute)) || a.Evidence.After != 8*time.Minute+4*time.Second {
			h.t.Fatalf("after nine minutes %+v", a)
		}
		h.silence(20)
		_, h.replica = h.start(h.store)
		h.silence(1)
		h.minutes(v, 0)
		if got := h.one(v, alert.Absent); got.ID != a.ID || got.Ending != alert.Recovered || !got.EndedAt.Equal(h.clock.Now()) {
			h.t.Errorf("with the first slot it is %+v", got)
		}
	})
}

// After three hours in which Evenkeel was down, the reporters' next slots come a minute
// later, and those of one never.
func TestTheAbsenceOfEvenkeelIsNotThatOfMeasurements(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	v, dead := h.declare(), h.declare(func(d *slo.Declaration) { d.Slug = "dead" })
	h.report(dead, 0)
	h.minutes(v, 0)
	h.clock.Advance(3 * time.Hour)
	_, h.replica = h.start(h.store)
	h.evaluate()
	h.silence(1)
	h.minutes(v, 0)
	if got := h.all(v); len(got) != 0 {
		t.Errorf("of what came it is %+v", got)
	}
	h.minutes(v, 0)
	if got := h.lasting(dead)[alert.Absent]; !got.StartedAt.Equal(start.Add(3*time.Hour + 3*time.Minute)) {
		t.Errorf("of what stayed away it is %+v", got)
	}
}

// The past of an SLO that is read from a data source is read from its newest slot to its
// oldest: what a pair looks at has to be known, and no more.
func TestAnAlertWaitsForThePastThatItsPairLooksAtAndNoMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	src := storetest.Source(t, h.store, "prometheus")
	v := h.declare(func(d *slo.Declaration) {
		d.Origin = origin.Origin{DataSource: src.ID, Ratio: &origin.Ratio{Good: "sum(increase(good[$window]))", Total: "sum(increase(all[$window]))"}}
	})
	h.report(v, of(60, 100)...)
	h.evaluate()
	if status := ok(h.slos.View(h.ada, v.SLO.ID))(t).Status; !status.Filling || len(h.all(v)) != 0 {
		t.Fatalf("of what is being read (%v) there are %+v", status.Filling, h.all(v))
	}
	backfills := ok(h.store.Collect().OpenBackfills(t.Context(), v.Indicator.ID))(t)
	if len(backfills) != 1 {
		t.Fatalf("the past is read by %+v", backfills)
	}
	for _, step := range []struct {
		read time.Duration
		last int
	}{{58 * time.Minute, 0}, {2 * time.Hour, 1}, {7 * time.Hour, 2}, {25 * time.Hour, 3}, {73 * time.Hour, 4}} {
		b := backfills[0]
		b.Cursor, b.State = h.clock.Now().Add(-step.read).Truncate(time.Minute), collect.Running
		if kept, err := h.store.Collect().PutBackfill(t.Context(), b); err != nil || !kept {
			t.Fatalf("read on: %v %v", kept, err)
		}
		h.minutes(v, 100)
		if got := h.lasting(v); len(got) != step.last {
			t.Errorf("with %s read %d last: %+v", step.read, len(got), got)
		}
	}
}

func TestTheFirstAcknowledgementStands(t *testing.T) {
	onBoth(t, func(h *house) {
		v := h.declare()
		h.report(v, of(60, 100)...)
		h.evaluate()
		a := h.lasting(v)["1h/5m"]
		if a.Acknowledgement != nil {
			h.t.Fatalf("it begins acknowledged: %+v", a)
		}
		_, err := h.Acknowledge(h.bob, a.ID, "I am of no team")
		refused(h.t, err, fault.Forbidden, "forbidden")
		_, err = h.Acknowledge(h.bot, a.ID, "nobody looked")
		refused(h.t, err, fault.Forbidden, "forbidden")
		_, err = h.Acknowledge(h.t.Context(), a.ID, "")
		refused(h.t, err, fault.Unauthenticated, "unauthenticated")
		_, err = h.Acknowledge(h.ada, id.New(start), "")
		refused(h.t, err, fault.NotFound, "alert_not_found")
		_, err = h.Acknowledge(h.ada, a.ID, "a\x00b")
		if e := refused(h.t, err, fault.Invalid, "invalid_input"); e.Violations[0].Pointer != "/note" {
			h.t.Errorf("the fault is at %q", e.Violations[0].Pointer)
		}

		h.clock.Advance(10 * time.Second)
		first := ok(h.Acknowledge(h.ada, a.ID, " The database is full. \n"))(h.t)
		want := alert.Acknowledgement{At: h.clock.Now(), By: "ada", Note: "The database is full."}
		if first.Acknowledgement == nil || *first.Acknowledgement != want {
			h.t.Fatalf("acknowledged it is %+v", first.Acknowledgement)
		}
		h.clock.Advance(10 * time.Second)
		for _, again := range []alert.Alert{ok(h.Acknowledge(h.ada, a.ID, "Once more."))(h.t), ok(h.Acknowledge(h.root, a.ID, ""))(h.t)} {
			if again.Acknowledgement == nil || *again.Acknowledgement != want {
				h.t.Errorf("acknowledged again it is %+v", again.Acknowledgement)
			}
		}
		entries := h.actions(a.ID)
		if len(entries) != 1 || entries[0].Action != "alert.update" || entries[0].ActorName != "ada" || entries[0].Reason != "The database is full." {
			h.t.Errorf("the log has %+v", entries)
		}
		h.minutes(v, 100)
		if got := h.lasting(v)["1h/5m"]; got.Acknowledgement == nil || *got.Acknowledgement != want {
			h.t.Errorf("evaluated, it is %+v", got)
		}
		h.minutes(v, of(80, 0)...)
		if got := h.one(v, "1h/5m"); got.EndedAt == nil || got.Acknowledgement == nil {
			h.t.Errorf("ended, it is %+v", got)
		}
	})
}

func TestAlertsAreFilteredAndCounted(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	v := h.declare(func(d *slo.Declaration) { d.AlertsOff = []string{"6h/30m"} })
	h.report(v, of(60, 100)...)
	h.evaluate()
	list := func(f alert.Filter) int {
		t.Helper()
		return len(ok(h.Alerts(h.bob, f, page.Request{}))(t).Items)
	}
	if all, page, kind := list(alert.Filter{}), list(alert.Filter{Severity: budget.Page}), list(alert.Filter{Kind: "3d/6h"}); all != 3 || page != 1 || kind != 1 {
		t.Errorf("there are %d, pages %d, of three days %d", all, page, kind)
	}
	if tally := ok(h.Tally(h.bob, h.checkout.Team))(t); tally.Total != 3 || tally.Severities[budget.Ticket] != 2 {
		t.Errorf("the tally is %+v", tally)
	}
	_, err := h.Alerts(h.bob, alert.Filter{Severity: "loud", Kind: "2h/1m"}, page.Request{})
	if e := refused(t, err, fault.Invalid, "invalid_input"); len(e.Violations) != 2 || e.Violations[0].Pointer != "query.severity" || e.Violations[1].Pointer != "query.kind" {
		t.Errorf("the faults are %+v", e.Violations)
	}
	for _, err := range []error{
		errOf(h.Alerts(t.Context(), alert.Filter{}, page.Request{})), errOf(h.Alert(t.Context(), id.New(start))), errOf(h.Tally(t.Context(), "")),
	} {
		refused(t, err, fault.Unauthenticated, "unauthenticated")
	}
}

func TestAnEndedAlertIsKeptForFourHundredDays(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite(t))
	v := h.declare()
	h.report(v, of(60, 100)...)
	h.evaluate()
	a, lasted := h.lasting(v)["1h/5m"], len(h.lasting(v))
	ok(h.slos.Retire(h.ada, v.SLO.ID, v.SLO.Version, "gone"))(t)
	ok(h.EndRetired(h.system()))(t)
	h.clock.Advance(400 * 24 * time.Hour)
	if n := ok(h.Prune(h.system()))(t); n != 0 {
		t.Errorf("%d were removed on their last day", n)
	}
	h.clock.Advance(time.Second)
	if n := ok(h.Prune(h.system()))(t); n != lasted {
		t.Errorf("%d were removed, want %d", n, lasted)
	}
	if _, err := h.Alert(h.ada, a.ID); err == nil {
		t.Error("one is still there")
	}
}

func errOf[T any](_ T, err error) error { return err }
