package preview_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/preview"
)

// nowhere is where no data source is: nobody asks it here.
const nowhere = "http://127.0.0.1:1"

// pushed is a share of requests that somebody sends.
func pushed(objective string) slo.Declaration {
	return slo.Declaration{Slug: "sent", Objective: objective, Category: slo.Availability, ReviewBy: at(noon.AddDate(1, 0, 0))}
}

func TestWhatIsPushedIsPreviewedByWhatWasMeasured(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere, time.Minute)
	p := h.preview(t, "", pushed("99%"))
	if p.Basis != preview.ByNothing || p.Reason == nil || p.Reason.Code != preview.NotMeasured {
		t.Errorf("a new one goes by %s, %+v", p.Basis, p.Reason)
	}
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, pushed("99%"))
	if err != nil {
		t.Fatal(err)
	}
	// Every hour of the last 60 days has a minute with a hundred events, of which in the first
	// 30 days one is bad and in the last none.
	var slots []measure.Slot
	for hour := range 60 * 24 {
		at := noon.Add(-time.Duration(hour+1) * time.Hour)
		good := int64(100)
		if hour >= 30*24 {
			good = 99
		}
		slots = append(slots, measure.Slot{Start: at, Good: good * measure.Event, Total: 100 * measure.Event})
	}
	must(h.measure.Push(t.Context(), []measure.Batch{{Indicator: v.Indicator.ID, Resolution: v.Indicator.Resolution, Slots: slots}}))(t)
	entries, _ := h.kept(t)
	p = h.preview(t, "sent", pushed("99.5%"))
	if p.Basis != preview.ByMeasured || p.Reason != nil || p.Draft.Standing == nil {
		t.Fatalf("it goes by %s, %+v", p.Basis, p.Reason)
	}
	// Three windows of four weeks end before noon, of 672 hours each: the last has no bad event, the
	// one before has two days without and 26 with one of a hundred an hour, 624 of 67,200, and the
	// first has four days of that, 96 of 9,600, and nothing before.
	var got []preview.Outcome
	for _, w := range p.Seen.Windows {
		got = append(got, w.Outcome)
	}
	if !slices.Equal(got, []preview.Outcome{preview.Missed, preview.Missed, preview.Met}) {
		t.Errorf("the windows are %v", got)
	}
	near(t, "what the first left", p.Seen.Windows[0].Remaining, 1-96./48)
	near(t, "what the second left", p.Seen.Windows[1].Remaining, 1-624./336)
	near(t, "what the last left", p.Seen.Window.Remaining, 1)
	if n := len(p.Seen.Points); n > preview.MaxPoints || n < 200 {
		t.Errorf("there are %d points", n)
	}
	// At 99.5 % two windows are missed. At 99 % they may have 672 and 96 bad ones, and have 624 and
	// 96; of the 1,440 of all, 720 are half.
	if p.Seen.Suggested.String() != "99%" {
		t.Errorf("%s is suggested", p.Seen.Suggested)
	}
	if now := must(h.slos.View(h.ada, v.SLO.ID))(t); now.SLO.Revision != 1 || now.Revision.Objective.String() != "99%" {
		t.Errorf("the SLO was revised: %+v", now.Revision)
	}
	if after, _ := h.kept(t); after != entries {
		t.Errorf("the audit log has %d entries, and had %d", after, entries)
	}

	other := pushed("99%")
	other.Resolution = measure.FiveMinutes
	if p := h.preview(t, "sent", other); p.Basis != preview.ByNothing {
		t.Errorf("what would be counted otherwise goes by %s", p.Basis)
	}
	again := h.preview(t, "", pushed("99%"))
	if !slices.Contains(codes(again), slo.WarnSlugTaken) {
		t.Errorf("a second one of the same slug is warned of by %v", codes(again))
	}
	renamed := pushed("99%")
	renamed.Slug = "received"
	if p := h.preview(t, "sent", renamed); slices.Contains(codes(p), slo.WarnSlugTaken) || p.Seen == nil {
		t.Errorf("a free slug is warned of by %v", codes(p))
	}
}

func TestAMeasuredSLOIsPreviewedWithItsThinTraffic(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere, time.Minute)
	v, _, err := h.slos.Declare(h.ada, h.checkout.ID, pushed("99%"))
	if err != nil {
		t.Fatal(err)
	}
	must(h.measure.Push(t.Context(), []measure.Batch{{Indicator: v.Indicator.ID, Resolution: v.Indicator.Resolution, Slots: []measure.Slot{
		{Start: noon.Add(-time.Hour), Good: 5 * measure.Event, Total: 5 * measure.Event},
	}}}))(t)
	// A week later it is known how little there is: five events, of which 99.9 % allows 0.005.
	h.clock.Advance(7 * 24 * time.Hour)
	d := pushed("99.9%")
	d.MinEvents = 6
	p := h.preview(t, "sent", d)
	if got := codes(p); !slices.Contains(got, slo.WarnThinTraffic) || !slices.Contains(got, preview.WarnFewEvents) || p.Seen.State != budget.NoData || p.Seen.Window.Outcome != preview.Unknown {
		t.Errorf("it warns of %v, the state is %s, the window %+v", got, p.Seen.State, p.Seen.Window)
	}
}

func TestOnlyWhoMayDeclareAnSLOPreviewsIt(t *testing.T) {
	t.Parallel()
	h := open(t, nowhere, time.Minute)
	_, err := h.Of(h.bob, preview.Asked{Service: h.checkout, Declaration: availability("99.9%")})
	if !fault.Is(err, fault.Forbidden) {
		t.Errorf("another team's: %v", err)
	}
	wrong := availability("100%", func(d *slo.Declaration) {
		d.Slug, d.WindowDays, d.Origin.Ratio = "No Slug", 91, &origin.Ratio{Good: "sum(", Total: "sum(increase(a[$window]))"}
	})
	_, err = h.Of(h.ada, preview.Asked{Service: h.checkout, Declaration: wrong})
	f := fault.As(err)
	if f == nil || f.Kind != fault.Invalid {
		t.Fatalf("what cannot be declared: %v", err)
	}
	var at []string
	for _, v := range f.Violations {
		at = append(at, v.Pointer)
	}
	for _, pointer := range []string{"/slug", "/objective", "/windowDays", "/indicator/source/ratio/good"} {
		if !slices.Contains(at, pointer) {
			t.Errorf("%s is not among %v", pointer, at)
		}
	}
	if h.requests.Load() != 0 {
		t.Errorf("%d requests were made", h.requests.Load())
	}
}
