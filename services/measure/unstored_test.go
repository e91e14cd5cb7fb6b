package measure_test

import (
	"slices"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// What is not stored is summed up as it would be if it were: events, and slices with what is
// missing of them, with and without a correction.
func TestWhatIsNotStoredIsSummedUpAsIfItWere(t *testing.T) {
	t.Parallel()
	b := newBundle(t, storetest.SQLite(t), 1)
	// Every third slot of 50 hours, of which every fifth is bad in part; none in the last hour.
	var slots []measure.Slot
	for i := range 600 {
		if start := noon.Add(-50*time.Hour + time.Duration(i)*five); i%3 == 0 && start.Before(noon.Add(-time.Hour)) {
			slots = append(slots, measure.Slot{Start: start, Good: int64(100-i%5*2) * measure.Event, Total: 100 * measure.Event})
		}
	}
	b.push(t, measure.Batch{Indicator: b.indicators[0], Resolution: five, Slots: slots})
	overlay := window.NewOverlay(five, []window.Span{{From: noon.Add(-30 * time.Hour), To: noon.Add(-28 * time.Hour), Effect: window.Exclude}})
	for name, by := range map[string]lens.Lens{
		"events":           {},
		"corrected events": {Overlay: overlay},
		"slices":           {Slices: lens.Slices{Length: 10 * time.Minute, TargetPPB: 950_000_000, Missing: lens.Bad}, Late: 10 * time.Minute},
		"corrected slices": {Slices: lens.Slices{Length: 10 * time.Minute, Missing: lens.Good}, Late: 10 * time.Minute, Overlay: window.NewOverlay(10*time.Minute, []window.Span(overlay))},
	} {
		from, step := noon.Add(-60*time.Hour), 30*time.Minute
		want, err := b.service.Totals(t.Context(), measure.Reading{Indicator: b.indicators[0], Lens: by}, from, noon, step)
		if err != nil {
			t.Fatal(err)
		}
		got, err := measure.Unstored{Resolution: five, Slots: slots}.Totals(by, from, noon, step, noon)
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v\n%v, want\n%v", name, err, got, want)
		}
	}
	_, err := measure.Unstored{Resolution: five}.Totals(lens.Lens{}, noon.Add(-time.Hour), noon, 7*time.Minute, noon)
	if e := fault.As(err); e == nil || e.Violations[0].Pointer != "query.step" {
		t.Errorf("a step that is no whole slots: %v", err)
	}
}
