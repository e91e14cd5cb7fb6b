package collect_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/audit"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
)

// open returns the backfills of the SLO that are not finished.
func (h *house) open(v slo.View) []collect.Backfill {
	h.t.Helper()
	return h.standing(v).Open
}

func (h *house) backfills(f collect.Filter) []collect.Listed {
	h.t.Helper()
	return ok(h.Backfills(h.ada, f, page.Request{}))(h.t).Items
}

// A window of 28 days and a day more, of minutes: 29 · 1440 slots, without the
// minutes that collection begins with (11:56 to 12:00).
func TestANewSLOHasItsWindowFilledIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p), func(d *slo.Declaration) { d.WindowDays = 28 })
	p.holdAll("availability", minute(-30*1440), minute(10), func(at time.Time) bool { return at.Hour() == 3 })
	b := h.open(v)
	if len(b) != 1 || b[0].Cause != collect.ByWindow || !b[0].From.Equal(minute(-29*1440)) || !b[0].To.Equal(minute(-4)) || b[0].CreatedBy != "ada" {
		t.Fatalf("backfills %+v", b)
	}
	h.collect()
	counts := map[string]int64{}
	for counts["finished"] == 0 {
		for name, n := range h.fill() {
			counts[name] += n
		}
	}
	if counts["slots"] != 29*1440-4 || counts["chunks"] != 15 {
		t.Errorf("counts %v", counts)
	}
	h.expect(v, p, minute(-29*1440), minute(-1))
	done := h.backfills(collect.Filter{SLO: v.SLO.ID})[0]
	progress := done.Progress(time.Minute, h.clock.Now())
	if done.State != collect.Succeeded || progress.Percent != 100 || progress.Found != 29*1440-4 || progress.Missing != 0 || done.FinishedAt.IsZero() {
		t.Errorf("backfill %+v, progress %+v", done, progress)
	}
	// Of 28 days to noon: 28 nights with an hour of one bad event in ten, less the
	// minute that is not collected yet, and the window's three.
	got := h.evaluate(v).Status.Sums.Window
	if got.Total != (28*1440-1)*10_000 || got.Total-got.Good != 28*60*1000 {
		t.Errorf("the window has %d good of %d", got.Good, got.Total)
	}
}

func TestARevisedOriginIsFilledInAnewAndTheFormerOneIsCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	v := h.declare("payments", "availability", from)
	d := v.Declared()
	d.Objective = "98%"
	v = ok2(h.slos.Revise(h.ada, v.SLO.ID, v.SLO.Version, d))(t)
	if len(h.open(v)) != 1 {
		t.Errorf("other terms have other backfills: %+v", h.open(v))
	}
	d.Origin.Adapter = &origin.Adapter{Indicator: "better"}
	v = ok2(h.slos.Revise(h.ada, v.SLO.ID, v.SLO.Version, d))(t)
	p.holdAll("better", minute(-3000), minute(10), nil)
	counts := h.fill()
	if counts["cancelled"] != 1 || counts["finished"] != 1 {
		t.Errorf("counts %v", counts)
	}
	h.compare(h.stored(v, minute(-3000), minute(-4)), p.held("better", minute(-3000), minute(-4)))
	if c := h.backfills(collect.Filter{State: collect.Cancelled}); len(c) != 1 || !strings.Contains(c[0].Failure, "not measured any more") {
		t.Errorf("cancelled %+v", c)
	}
}

func ok2[V, W any](v V, _ W, err error) func(t testing.TB) V {
	return func(t testing.TB) V {
		t.Helper()
		return ok(v, err)(t)
	}
}

func TestARetiredSLOHasItsBackfillsCancelled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	v := h.declare("payments", "availability", h.source(newProgram(t, "prom")))
	if _, err := h.slos.Retire(h.system("test"), v.SLO.ID, v.SLO.Version, ""); err != nil {
		t.Fatal(err)
	}
	if counts := h.fill(); counts["cancelled"] != 1 || counts["chunks"] != 0 {
		t.Errorf("counts %v", counts)
	}
	_, err := h.Create(h.ada, v.SLO.ID, minute(-100), minute(-50))
	refused(t, err, fault.Conflict, "slo_retired")
	b := h.backfills(collect.Filter{})[0]
	_, err = h.Resume(h.ada, b.ID)
	refused(t, err, fault.Conflict, "slo_retired")
}

// A run that ends in the middle, at any of its transactions, goes on where it
// stood, and what was read is not counted twice.
func TestABackfillGoesOnAfterACrash(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p), func(d *slo.Declaration) { d.WindowDays = 20 })
	p.holdAll("availability", minute(-30*1440), minute(10), func(at time.Time) bool { return at.Minute() == 9 })
	crash := errors.New("crashed")
	whole := h.parts.Measurements
	for range 100 {
		commits := 0
		h.parts.Measurements = pusher(func(ctx context.Context, batches []measure.Batch) (measure.Receipt, error) {
			receipt, err := whole.Replace(ctx, batches)
			if commits++; commits > 2 && err == nil {
				err = crash // after the slots were written, before the transaction ends
			}
			return receipt, err
		})
		before := h.open(v)
		if len(before) == 0 {
			break
		}
		_, err := collect.NewFiller(h.parts).RunOnce(h.system("backfill"))
		if after := h.open(v); len(after) > 0 {
			if !errors.Is(err, crash) {
				t.Fatalf("got %v", err)
			}
			if n := after[0].Progress(time.Minute, start).Done - before[0].Progress(time.Minute, start).Done; n < 2*1440 || n > 2*2880 {
				t.Fatalf("two chunks are %d slots", n)
			}
		}
	}
	b := h.backfills(collect.Filter{})[0]
	if b.State != collect.Succeeded || b.Found != 29*1440-4 {
		t.Errorf("backfill %+v", b)
	}
	h.expect(v, p, minute(-29*1440), minute(-4))
}

type pusher func(ctx context.Context, batches []measure.Batch) (measure.Receipt, error)

func (p pusher) Replace(ctx context.Context, batches []measure.Batch) (measure.Receipt, error) {
	return p(ctx, batches)
}

// The pauses are 30 s, 1 min, 2 min, … and at most an hour.
func TestABackfillIsTriedAgainEachTimeLaterAndFailsInTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-3000), minute(10), nil)
	p.fault("", "down")
	for attempt := 1; attempt <= collect.MaxAttempts; attempt++ {
		if counts := h.fill(); counts["failed"] != 1 {
			t.Fatalf("attempt %d: %v", attempt, counts)
		}
		if counts := h.fill(); counts["failed"] != 0 {
			t.Fatalf("it was tried again at once: %v", counts)
		}
		if open := h.open(v); attempt < collect.MaxAttempts {
			pause := min(time.Hour, 30*time.Second<<(attempt-1))
			if got := open[0].NextAt.Sub(h.clock.Now()); got != pause || open[0].Attempts != attempt || open[0].Failing != collect.Unavailable {
				t.Fatalf("after attempt %d it waits for %s: %+v", attempt, got, open[0])
			}
			h.clock.Advance(pause)
		}
	}
	b := h.backfills(collect.Filter{State: collect.Failed})[0]
	if !strings.Contains(b.Failure, "cannot be reached") || b.FinishedAt.IsZero() {
		t.Errorf("backfill %+v", b)
	}
	p.fault("", "")
	if _, err := h.Resume(h.ada, b.ID); err != nil {
		t.Fatal(err)
	}
	if counts := h.fill(); counts["finished"] != 1 {
		t.Errorf("resumed: %v", counts)
	}
	h.expect(v, p, minute(-2880), minute(-4))
}

func TestWhatADataSourceRefusesFailsAtOnceAndAPartialAnswerIsTriedAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	refusedOne, partial := h.declare("payments", "refused", from), h.declare("payments", "partial", from)
	p.holdAll("partial", minute(-3000), minute(10), nil)
	p.fault("refused", "422")
	p.partial[minute(-100)] = true
	h.fill()
	if b := h.backfills(collect.Filter{SLO: refusedOne.SLO.ID})[0]; b.State != collect.Failed || b.Attempts != 1 || !strings.Contains(b.Failure, "no such metric") {
		t.Errorf("refused: %+v", b)
	}
	if b := h.open(partial)[0]; b.Failing != collect.Incomplete || h.done(b) != 0 || len(h.stored(partial, minute(-3000), minute(0))) != 0 {
		t.Errorf("partial: %+v", b)
	}
	p.partial = map[time.Time]bool{}
	h.clock.Advance(time.Minute)
	h.fill()
	h.expect(partial, p, minute(-2880), minute(-4))
}

// done is how many minutes were read.
func (h *house) done(b collect.Backfill) int64 { return b.Progress(time.Minute, start).Done }

func TestABackfillIsAskedForCancelledAndResumedByItsOwners(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	v := h.declare("payments", "availability", from)
	p.holdAll("availability", minute(-10*1440), minute(10), nil)
	_, err := h.Create(h.ada, v.SLO.ID, minute(-100), minute(-50))
	refused(t, err, fault.Conflict, "backfill_open")
	h.fill()

	bob := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "bob", Name: "bob", Scopes: []access.Scope{access.ScopeWrite}})
	_, err = h.Create(bob, v.SLO.ID, minute(-100), minute(-50))
	refused(t, err, fault.Forbidden, "forbidden")
	for _, c := range []struct{ from, to time.Time }{
		{minute(-92 * 1440), minute(-50)}, {minute(-50), minute(-100)}, {minute(-50), minute(100)}, {minute(-2), minute(-1)},
	} {
		_, err := h.Create(h.ada, v.SLO.ID, c.from, c.to)
		refused(t, err, fault.Invalid, "invalid_input")
	}
	_, err = h.Create(h.ada, "none", minute(-100), minute(-50))
	refused(t, err, fault.NotFound, "slo_not_found")

	// Bounds are rounded outward to slots; the newest are collection's.
	b := ok(h.Create(h.ada, v.SLO.ID, minute(-9*1440).Add(10*time.Second), minute(0).Add(5*time.Second)))(t)
	if !b.From.Equal(minute(-9*1440)) || !b.To.Equal(minute(-4)) || b.State != collect.Queued || b.Cause != collect.ByRequest {
		t.Errorf("backfill %+v", b)
	}
	_, err = h.Cancel(bob, b.ID)
	refused(t, err, fault.Forbidden, "forbidden")
	if got := ok(h.Cancel(h.ada, b.ID))(t); got.State != collect.Cancelled || got.FinishedAt.IsZero() || got.Version != 2 {
		t.Errorf("cancelled %+v", got)
	}
	if counts := h.fill(); counts["chunks"] != 0 {
		t.Errorf("a cancelled one goes on: %v", counts)
	}
	_, err = h.Cancel(h.ada, b.ID)
	refused(t, err, fault.Conflict, "backfill_finished")
	if got := ok(h.Resume(h.ada, b.ID))(t); got.State != collect.Queued || !got.FinishedAt.IsZero() {
		t.Errorf("resumed %+v", got)
	}
	_, err = h.Resume(h.ada, b.ID)
	refused(t, err, fault.Conflict, "backfill_not_stopped")
	for h.fill()["finished"] == 0 {
	}
	h.expect(v, p, minute(-9*1440), minute(-4))
	var actions []string
	root := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "root", Administrator: true, Scopes: access.Scopes})
	for _, e := range ok(h.audit.List(root, audit.Filter{ObjectID: b.ID}, page.Request{}))(t).Items {
		actions = append(actions, e.Action+" by "+e.ActorName+" on "+e.ObjectLabel)
	}
	const label = " by ada on payments/availability"
	if fmt.Sprint(actions) != fmt.Sprint([]string{"backfill.update" + label, "backfill.update" + label, "backfill.create" + label}) {
		t.Errorf("audit %q", actions)
	}
}

// Somebody cancels while a chunk is being read: nothing of it is stored.
func TestABackfillThatIsCancelledMeanwhileStoresNothingMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-3000), minute(10), nil)
	b := h.open(v)[0]
	// With it, hours of which nothing is known would be hours that were not there: it
	// is not the team's to cancel whose budget is judged.
	_, err := h.Cancel(h.ada, b.ID)
	refused(t, err, fault.Forbidden, "backfill_automatic")
	root := access.WithCaller(t.Context(), access.Caller{Kind: access.ByPerson, Person: "root", Name: "root", Administrator: true, Scopes: access.Scopes})
	p.before = func(string) {
		if _, err := h.Cancel(root, b.ID); err != nil {
			t.Error(err)
		}
	}
	h.fill()
	if got := h.stored(v, minute(-3000), minute(10)); len(got) != 0 || len(p.requests()) != 1 {
		t.Errorf("%d slots are stored", len(got))
	}
}

func TestARetiredDataSourceFailsItsBackfills(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	v := h.declare("payments", "availability", from)
	from.RetiredAt = &start
	if err := h.store.Sources().UpdateSource(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	if counts := h.collect(); counts["sources_left_out"] != 1 {
		t.Errorf("counts %v", counts)
	}
	h.fill()
	if b := h.backfills(collect.Filter{SLO: v.SLO.ID})[0]; b.State != collect.Failed || len(p.requests()) != 0 {
		t.Errorf("backfill %+v", b)
	}
}

// 11:57 had no data when it was collected, and has when it is read again an hour later.
func TestASlotThatABackfillFoundIsNotSaidToBeMissing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-2000), minute(-3), nil)
	p.holdAll("availability", minute(-2), minute(100), nil)
	h.minutes(60)
	if s := h.standing(v); !s.Collection.Last.Start.Equal(minute(-3)) || s.Collection.Last.Reason != origin.NoSample {
		t.Fatalf("collection %+v", s.Collection)
	}
	for h.fill()["chunks"] > 0 {
	}
	p.hold("availability", minute(-3), 10, 10)
	ok(h.Create(h.ada, v.SLO.ID, minute(-10), minute(10)))(t)
	for h.fill()["chunks"] > 0 {
	}
	if s := h.standing(v); !s.Collection.Last.Start.IsZero() || s.Collection.Missing[origin.NoSample] != 1 {
		t.Errorf("collection %+v", s.Collection)
	}
}
