package measure

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// All series of a line are read of a time of which one changed: of a hundred that changed
// together each would otherwise be read a hundred times.
func TestATimeThatManySeriesMeasuredIsReadOnce(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC)
	l := &line{timeline: new(window.Timeline)}
	for _, series := range []id.ID{"A", "B", "C"} {
		l.change(SegmentKey{series, noon, HourSpan})
		l.change(SegmentKey{series, noon.Add(HourSpan), HourSpan})
		l.change(SegmentKey{series, noon.Truncate(DaySpan), DaySpan})
	}
	if len(l.changed) != 3 {
		t.Errorf("read is %v, want two hours and a day", l.changed)
	}
}

func TestShapesThatNoSubjectHasAnyMoreAreForgotten(t *testing.T) {
	t.Parallel()
	of := func(subject id.ID, windows ...time.Duration) Subject {
		return Subject{ID: subject, Indicator: subject, Resolution: FiveMinutes, Windows: window.Rolling(windows...)}
	}
	m := newMemory()
	for _, step := range []struct {
		subjects []Subject
		want     int
	}{
		{[]Subject{of("A", time.Hour), of("B", time.Hour), of("C", 2*time.Hour)}, 2},
		{[]Subject{of("A", time.Hour), of("B", time.Hour), of("C", 3*time.Hour)}, 2}, // another window
		{[]Subject{of("A", time.Hour), of("B", time.Hour)}, 1},
		{[]Subject{of("A", time.Hour), of("B", time.Minute)}, 2}, // no shape fits
		{[]Subject{of("B", time.Hour)}, 1},
		{nil, 0},
	} {
		m.keep(step.subjects)
		if len(m.shapes) != step.want {
			t.Errorf("with %d subjects there are %d shapes, want %d", len(step.subjects), len(m.shapes), step.want)
		}
	}
}
