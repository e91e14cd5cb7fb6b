package measure

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
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
	// Windows are the lengths of the windows wanted, whole multiples of 300 s.
	Windows []time.Duration
}

// Evaluation is what a subject's windows hold.
type Evaluation struct {
	Subject  id.ID
	Revision id.ID
	// End is where all windows end, exclusive: the start of the slot that runs now.
	End time.Time
	// Sums has one entry for each of the subject's windows, over all reporters.
	Sums []window.Sum
	// Latest is the end of the newest slot known of any reporter, zero when there
	// is none in the longest window or after it.
	Latest time.Time
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
