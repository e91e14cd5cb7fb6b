package composite

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// Two days of 2⁶² each are 2⁶³, which is one more than an integer holds.
func TestAYearOfMoreEventsThanCanBeCountedIsAnErrorAndNoSum(t *testing.T) {
	t.Parallel()
	var check fault.Check
	year := slo.CheckWindow(&check, "", 0, &slo.CalendarInput{Period: calendar.Year})
	if err := check.Err(); err != nil {
		t.Fatal(err)
	}
	first := time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC)
	for days, fits := range map[int]bool{1: true, 2: false} {
		h := History{From: first, To: first.AddDate(0, 0, days-1), Step: day, Window: year}
		for i := range days {
			h.Points = append(h.Points, Point{End: first.AddDate(0, 0, i)})
		}
		got, err := sums(&h, time.Minute, func(from, to time.Time, step time.Duration) ([]measure.Step, error) {
			var steps []measure.Step
			for at := from; at.Before(to); at = at.Add(step) {
				steps = append(steps, measure.Step{Start: at, Sum: window.Sum{Good: 1 << 62, Total: 1 << 62}})
			}
			return steps, nil
		})
		if (err == nil) != fits {
			t.Errorf("%d days come to %+v: %v", days, got, err)
		}
	}
}
