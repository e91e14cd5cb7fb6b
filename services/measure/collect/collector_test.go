package collect_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// At half past noon's first minute, with a delay of a minute, slots that begin
// before 11:59 can be read; 11:56, 11:57 and 11:58 are where collection begins.
func TestWhatEndedLatelyIsCollectedOnceItIsDue(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-10), minute(20), nil)
	if counts := h.collect(); counts["slots"] != 3 || counts["targets"] != 1 {
		t.Errorf("counts %v", counts)
	}
	h.expect(v, p, minute(-4), minute(-1))
	p.requests()
	if counts := h.collect(); counts["targets"] != 0 || len(p.requests()) != 0 {
		t.Errorf("nothing is new, and it is asked: %v", counts)
	}
	// 11:59 ends at noon, and is due a minute later; the three before it are read again.
	h.clock.Advance(time.Minute)
	if counts := h.collect(); counts["slots"] != 4 {
		t.Errorf("counts %v", counts)
	}
	h.expect(v, p, minute(-4), minute(0))
	s := h.standing(v)
	if !s.Until.Equal(minute(0)) || s.Lag != 0 || !s.Collection.SucceededAt.Equal(h.clock.Now()) || s.Collection.Failing != "" {
		t.Errorf("standing %+v", s)
	}
	if health := ok(h.store.Sources().View(t.Context(), s.Source.ID))(t).Health; health.SucceededAt == nil || !health.SucceededAt.Equal(h.clock.Now()) {
		t.Errorf("health %+v", health)
	}
}

func TestWhatComesLateIsReadAgainAndWhatWentAwayIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-10), minute(-2), nil)
	h.collect() // 11:58 is missing
	if s := h.standing(v); !s.Collection.Last.Start.Equal(minute(-2)) || s.Collection.Last.Reason != origin.NoSample || len(s.Collection.Missing) != 0 {
		t.Errorf("collection %+v", s.Collection)
	}
	p.hold("availability", minute(-2), 7, 8)
	p.mu.Lock()
	delete(p.slots["availability"], minute(-3)) // had ten events
	p.mu.Unlock()
	h.minutes(1)
	got := h.stored(v, minute(-10), minute(10))
	if got[minute(-2)].Total != 8000 || got[minute(-3)].Total != 10_000 {
		t.Errorf("stored %v", got)
	}
	// 11:59 never comes, nor do those after it. It counts once it is final: when
	// 12:02 was read, which leaves three to be read again.
	h.minutes(2)
	if s := h.standing(v); s.Collection.Missing[origin.NoSample] != 1 {
		t.Errorf("after 12:01 was read: %v", s.Collection.Missing) // 11:57, which was kept, is gone there
	}
	h.minutes(1)
	if s := h.standing(v); s.Collection.Missing[origin.NoSample] != 2 || h.meter.counts["prom no_sample"] != 2 {
		t.Errorf("after 12:02 was read: %v, %v", s.Collection.Missing, h.meter.counts)
	}
}

func TestAThousandRandomSlotsAreStoredAsTheyWereHeld(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	random := rand.New(rand.NewPCG(1, 2))
	var views []slo.View
	for i := range 6 {
		slug := fmt.Sprintf("slo-%d", i)
		views = append(views, h.declare(fmt.Sprintf("team-%d", i%3), slug, from, func(d *slo.Declaration) {
			if i%2 == 0 {
				together(d)
			}
		}))
		for at := minute(-3000); at.Before(minute(40)); at = at.Add(time.Minute) {
			if total := random.IntN(2000); random.IntN(20) > 0 {
				p.hold(slug, at, float64(random.IntN(total+1))/16, float64(total)/16)
			}
		}
	}
	h.minutes(30)
	for h.fill()["chunks"] > 0 {
		h.minutes(1)
	}
	slots := 0
	for _, v := range views {
		end := h.standing(v).Until
		held := p.held(v.SLO.Slug, minute(-3000), end)
		slots += len(held)
		h.compare(h.stored(v, minute(-5000), minute(60)), held)
	}
	t.Logf("%d slots are equal", slots)
	if slots < 6*2000 {
		t.Errorf("only %d slots were compared", slots)
	}
}

func TestEachFaultOfADataSourceIsSeenAndNoneIsBudget(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		what string
		kind collect.Failing
		text string
		down bool
	}{
		{"down", collect.Unavailable, "cannot be reached", true},
		{"slow", collect.Unavailable, "did not answer", true},
		{"422", collect.Refused, "no such metric", false},
		{"partial", collect.Incomplete, "one store did not answer", false},
		{"empty", "", "", false},
		{"nan", "", "", false},
		{"above", "", "", false},
	} {
		t.Run(c.what, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			p := newProgram(t, "prom")
			from := h.source(p)
			v := h.declare("payments", "availability", from)
			p.holdAll("availability", minute(-10), minute(-1), nil)
			h.collect()
			before := h.stored(v, minute(-10), minute(10))
			switch c.what {
			case "nan":
				p.put("availability", point{Start: minute(-1), NaN: true})
			case "above":
				p.hold("availability", minute(-1), 11, 10)
			case "partial":
				p.hold("availability", minute(-1), 10, 10)
				p.partial[minute(-1)] = true
			default:
				p.hold("availability", minute(-1), 10, 10)
				p.fault("", c.what)
			}
			if c.what == "slow" {
				h.parts.Readers[source.Adapter] = hasty{}
			}
			h.minutes(1)
			h.compare(h.stored(v, minute(-10), minute(10)), before)
			s := h.standing(v)
			if s.Collection.Failing != c.kind || !strings.Contains(s.Collection.Failure, c.text) || s.Collection.FailingSince.IsZero() != (c.kind == "") {
				t.Errorf("collection %+v", s.Collection)
			}
			if c.kind != "" && (s.Lag != time.Minute || h.meter.counts["prom "+string(c.kind)] != 1 || h.meter.lags["prom"] != time.Minute) {
				t.Errorf("lag %s, metrics %v %v", s.Lag, h.meter.counts, h.meter.lags)
			}
			health := ok(h.store.Sources().View(t.Context(), from.ID))(t).Health
			if (health.FailingSince == nil) == c.down || c.down != strings.Contains(health.Failure, c.text) && c.text != "" && c.down {
				t.Errorf("health %+v", health)
			}
			reasons := map[string]origin.Reason{"empty": origin.NoSample, "nan": origin.NotNumber, "above": origin.GoodAbove}
			if want := reasons[c.what]; s.Collection.Last.Reason != want {
				t.Errorf("the newest missing slot is %+v, want %q", s.Collection.Last, want)
			}

			// What was refused is not asked again before another slot is due.
			asked := h.meter.counts["prom read"]
			h.collect()
			if again := h.meter.counts["prom read"] - asked; again > 0 != c.down {
				t.Errorf("it was asked %d times more", again)
			}
			// Once all is well again, nothing is left of it.
			p.fault("", "")
			h.parts.Readers[source.Adapter] = reader{}
			p.partial = map[time.Time]bool{}
			p.holdAll("availability", minute(-1), minute(3), nil)
			h.minutes(3)
			h.expect(v, p, minute(-4), minute(3))
			if s := h.standing(v); s.Collection.Failing != "" || !s.Collection.FailingSince.IsZero() || s.Lag != 0 {
				t.Errorf("afterwards %+v", s.Collection)
			}
		})
	}
}

func TestADataSourceThatFlapsLosesNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-10), minute(40), func(at time.Time) bool { return at.Minute()%7 == 0 })
	faults := []string{"", "down", "422", "", "down", "down", ""}
	for i := range 35 {
		p.fault("", faults[i%len(faults)])
		h.minutes(1)
	}
	p.fault("", "")
	h.minutes(2) // what was refused is not asked before the next slot
	h.expect(v, p, minute(-4), minute(36))
}

// While a source is silent for longer than collection goes back, what it left out
// is handed to a backfill: the present comes first.
func TestAfterAnOutageThePresentComesFirstAndThePastIsFilledIn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-3000), minute(400), nil)
	h.collect()
	for h.fill()["finished"] == 0 {
	}
	p.fault("", "down")
	for range 30 {
		h.clock.Advance(10 * time.Minute) // five hours
		h.collect()
	}
	p.fault("", "")
	if counts := h.collect(); counts["slots"] != 60 || counts["holes"] != 1 {
		t.Errorf("after the outage: %v", counts)
	}
	s := h.standing(v)
	if len(s.Open) != 1 || s.Open[0].Cause != collect.ByOutage || !s.Open[0].To.Equal(minute(239)) || !s.Open[0].From.Equal(minute(-4)) || s.Lag != 0 {
		t.Errorf("standing %+v", s)
	}
	if counts := h.fill(); counts["finished"] != 1 || counts["slots"] != 243 {
		t.Errorf("filled in: %v", counts)
	}
	h.expect(v, p, minute(-2*24*60), minute(299))
}

// A store of the source's is away for three hours: its answers are partial, and no
// slot of them is stored. Once it is back, the last hour is read, and one backfill
// has the rest.
func TestPartialAnswersForHoursLoseNothing(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-3000), minute(400), nil)
	h.collect()
	h.fill()
	for at := minute(0); at.Before(minute(400)); at = at.Add(time.Minute) {
		p.partial[at] = true
	}
	for range 36 {
		h.clock.Advance(5 * time.Minute)
		if counts := h.collect(); counts["holes"] != 0 {
			t.Fatalf("a hole is left while nothing is whole: %v", counts)
		}
	}
	h.expect(v, p, minute(-2880), minute(0))
	if s := h.standing(v); !s.Until.Equal(minute(0)) || s.Collection.Failing != collect.Incomplete || s.Lag != 179*time.Minute {
		t.Errorf("standing %+v", s)
	}
	p.mu.Lock()
	clear(p.partial)
	p.mu.Unlock()
	h.minutes(1)
	if s := h.standing(v); s.Collection.Failing != "" || len(s.Open) != 1 || !s.Open[0].From.Equal(minute(-3)) {
		t.Errorf("standing %+v", s)
	}
	h.fill()
	h.expect(v, p, minute(-2880), minute(180))
}

func TestASecondReplicaIsFencedOff(t *testing.T) {
	t.Parallel()
	storetest.Each(t, func(t *testing.T, s *store.Store) { fencedOff(t, newHouseOn(t, s)) })
}

func fencedOff(t *testing.T, h *house) {
	t.Helper()
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p))
	p.holdAll("availability", minute(-3000), minute(10), nil)
	lease := func(holder string) tx.Fence {
		l := ok(h.store.Jobs().TakeLease(t.Context(), "collect-measurements", holder, time.Hour))(t)
		return tx.Fence{Lease: l.Name, Epoch: l.Epoch}
	}
	first := lease("first")
	if err := h.store.Jobs().ReleaseLease(t.Context(), first.Lease, first.Epoch); err != nil {
		t.Fatal(err)
	}
	second := lease("second")
	if _, err := collect.NewCollector(h.parts).RunOnce(tx.WithFence(h.system("collect-measurements"), first)); !tx.IsLeaseLost(err) {
		t.Errorf("the first replica got %v", err)
	}
	if _, err := collect.NewFiller(h.parts).RunOnce(tx.WithFence(h.system("backfill"), first)); !tx.IsLeaseLost(err) {
		t.Errorf("the first replica filled in and got %v", err)
	}
	if got := h.stored(v, minute(-3000), minute(10)); len(got) != 0 || h.open(v)[0].Cursor != h.open(v)[0].To {
		t.Errorf("the first replica wrote %v", got)
	}
	if _, err := collect.NewCollector(h.parts).RunOnce(tx.WithFence(h.system("collect-measurements"), second)); err != nil {
		t.Error(err)
	}
	h.expect(v, p, minute(-4), minute(-1))
	if _, err := collect.NewFiller(h.parts).RunOnce(tx.WithFence(h.system("backfill"), second)); err != nil {
		t.Error(err)
	}
	h.expect(v, p, minute(-2880), minute(-1))
}

func TestAllThatIsReadTogetherIsAskedForOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	var views []slo.View
	for i := range 40 {
		slug := fmt.Sprintf("slo-%d", i)
		p.holdAll(slug, minute(-10), minute(10), nil)
		views = append(views, h.declare(fmt.Sprintf("team-%d", i%4), slug, from, together))
	}
	h.collect()
	if asked := p.requests(); len(asked) != 1 || strings.Count(asked[0], ",") != 39 {
		t.Errorf("asked for %q", asked)
	}
	for _, v := range views {
		h.expect(v, p, minute(-4), minute(-1))
	}
}

// One indicator whose slots cannot be stored, here because it has another
// resolution than its series, does not keep those of others from being stored.
func TestWhatCannotBeStoredSpoilsNothingElse(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p)
	good, bad := h.declare("payments", "good", from, together), h.declare("payments", "bad", from, together)
	other := h.declare("payments", "other", from, together)
	for _, slug := range []string{"good", "bad", "other"} {
		p.holdAll(slug, minute(-10), minute(10), nil)
	}
	for i := range 64 { // as many reporters as an indicator may have
		h.push(bad, fmt.Sprintf("reporter-%d", i))
	}
	h.collect()
	h.expect(good, p, minute(-4), minute(-1))
	h.expect(other, p, minute(-4), minute(-1))
	if s := h.standing(bad); s.Collection.Failing != collect.NotTaken || !strings.Contains(s.Collection.Failure, "one reporter too many") {
		t.Errorf("collection %+v", s.Collection)
	}
}

func TestGroupsAreSeriesOfTheirOwn(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	v := h.declare("payments", "availability", h.source(p), func(d *slo.Declaration) { d.Origin.GroupBy, d.Origin.MaxGroups = "region", 5 })
	h.parts.Readers = collect.Readers{source.Adapter: grouped{}}
	h.collect()
	series := ok(h.store.Measure().Series(t.Context(), []id.ID{v.Indicator.ID}))(t)
	var groups []string
	for _, s := range series {
		groups = append(groups, s.Group+" of "+s.Reporter)
	}
	if !slices.Equal(groups, []string{"asia of data-source", "eu of data-source", "…none of data-source"}) {
		t.Errorf("series %q", groups)
	}
}

// Worked by hand: with a delay of an hour the first slot to be read at 12:00:30 is
// that of 11:00. Two minutes later, without a delay, 62 have ended since.
func TestNothingIsLeftOutWhenTheDelayBecomesShorter(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := newProgram(t, "prom")
	from := h.source(p, func(s *source.Source) { s.Delay = time.Hour })
	v := h.declare("payments", "availability", from)
	p.holdAll("availability", minute(-70), minute(10), nil)
	h.collect()
	begun := h.standing(v).Until
	if !begun.Before(minute(-58)) {
		t.Fatalf("collected until %s", begun)
	}
	from.Delay = 0
	if err := h.store.Sources().UpdateSource(t.Context(), from); err != nil {
		t.Fatal(err)
	}
	h.minutes(2)
	for h.fill()["chunks"] > 0 { // what is longer ago than collection goes back
	}
	stored := h.stored(v, begun, minute(2))
	if want := int(minute(2).Sub(begun) / time.Minute); len(stored) != want {
		t.Errorf("%d slots from %s on are stored, want %d", len(stored), begun, want)
	}
}
