package measure

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/lens"
	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Subject is what the evaluator keeps sums for: an SLO, known only by what
// matters here.
type Subject struct {
	ID        id.ID
	Revision  id.ID // a new one has the subject evaluated anew
	Indicator id.ID
	// Resolution is that of its series.
	Resolution time.Duration
	// Windows are those that are wanted; rolling ones are whole multiples of 300 s, and of
	// the length of slices.
	Windows []window.Window
	// Grouped has the sums of each group of its events told, too.
	Grouped bool
	// Lens is how its measurements are looked at.
	Lens lens.Lens
	// Parts are indicators whose slices are judged together; Indicator, Resolution and Lens
	// are then empty, and it is not grouped.
	Parts []Part
	// Composed is set of what is a part of others: it is evaluated after them, for nobody is
	// alerted of it.
	Composed bool
	// Unread is why what is corrected of it is not known: it cannot be evaluated.
	Unread error
}

// Part is an indicator whose slices are judged together with those of others.
type Part struct {
	Indicator  id.ID
	Resolution time.Duration
	lens.Together
}

// step is the resolution in which its windows move.
func (s Subject) step() time.Duration {
	if s.together() {
		return s.Parts[0].Lens.Slices.Length
	}
	return s.Lens.Step(s.Resolution)
}

// together reports whether slices of several indicators are judged as one.
func (s Subject) together() bool { return len(s.Parts) > 0 }

// judges reports whether slices are judged, by the events of all reporters.
func (s Subject) judges() bool { return s.together() || s.Lens.Judges() }

// indicators are all that it is measured by.
func (s Subject) indicators() []id.ID {
	if !s.together() {
		return []id.ID{s.Indicator}
	}
	of := make([]id.ID, len(s.Parts))
	for i, p := range s.Parts {
		of[i] = p.Indicator
	}
	return of
}

// resolutionOf is that of the indicator's series.
func (s Subject) resolutionOf(indicator id.ID) time.Duration {
	for _, p := range s.Parts {
		if p.Indicator == indicator {
			return p.Resolution
		}
	}
	return s.Resolution
}

// corrected reports whether anything is corrected.
func (s Subject) corrected() bool {
	if len(s.Lens.Overlay) > 0 {
		return true
	}
	for _, p := range s.Parts {
		if len(p.Lens.Overlay) > 0 {
			return true
		}
	}
	return false
}

// settledBefore is before when nothing of the slices changes any more, if nothing else is
// measured: by then each indicator is missing where it has no events.
func (s Subject) settledBefore(end time.Time) time.Time {
	before := end
	for _, p := range s.Parts {
		if due := p.Lens.Due(end); due.Before(before) {
			before = due
		}
	}
	return before
}

func togetherOf(parts []Part) []lens.Together {
	of := make([]lens.Together, len(parts))
	for i, p := range parts {
		of[i] = p.Together
	}
	return of
}

// Evaluation is what a subject's windows hold.
type Evaluation struct {
	Subject  id.ID
	Revision id.ID
	// End is where all windows end, exclusive: the start of the slot that runs now.
	End time.Time
	// Sums has one entry for each of the subject's windows, over all reporters, in the
	// unit of the subject's slices.
	Sums []window.Sum
	// Begins is when each of the windows begins.
	Begins []time.Time
	// Raw is Sums without the corrections; nil where there are none.
	Raw []window.Sum
	// Latest is the end of the newest slot known of any reporter, zero when there
	// is none in the longest window or after it.
	Latest time.Time
	// Groups are the groups of a grouped subject by name, without those of which no
	// slot is known in the longest window or after it. Sums is the sum over them.
	Groups []GroupSums
}

// GroupSums is what the windows of a subject hold of one group of its events.
type GroupSums struct {
	Group  string
	Sums   []window.Sum
	Latest time.Time // as of Evaluation, of this group
}

// Subjects tells what is to be evaluated.
type Subjects interface {
	// Subjects returns all that are active, ordered by ID.
	Subjects(ctx context.Context) ([]Subject, error)
}

// Conclusions takes what the evaluator found.
type Conclusions interface {
	// Conclude stores what follows from the evaluations; it runs in the
	// transaction that removes the changes they were made from.
	Conclude(ctx context.Context, now time.Time, evaluations []Evaluation) error
}
