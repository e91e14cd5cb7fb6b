package jobs

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
)

// Store keeps leases and runs. Times of leases are the database's own on
// PostgreSQL.
type Store interface {
	// TakeLease takes or renews the lease for ttl; Conflict "lease_held" when
	// another holder has it. A holder that still has it keeps its epoch.
	TakeLease(ctx context.Context, name, holder string, ttl time.Duration) (Lease, error)
	// HoldsLease reports whether the lease has that epoch and has not expired.
	HoldsLease(ctx context.Context, name string, epoch int64) (bool, error)
	// ReleaseLease lets it expire now when the epoch is the current one.
	ReleaseLease(ctx context.Context, name string, epoch int64) error
	// Leases returns all that were ever taken, by name; those expired too.
	Leases(ctx context.Context) (map[string]Lease, error)
	// ClockOffset is how far the clock that leases go by is ahead of a process' own:
	// 0 on SQLite, where the one process has the database to itself.
	ClockOffset(ctx context.Context, own clock.Clock) (time.Duration, error)

	// BeginRun inserts; it reports false when the job has a run at that scheduled time.
	BeginRun(ctx context.Context, r Run) (bool, error)
	// Requested returns the runs that are Requested, the oldest first.
	Requested(ctx context.Context) ([]Run, error)
	// BeginRequested begins the oldest Requested run of begun's job: it gets the state,
	// start, replica and epoch of begun. It reports false when there is none.
	BeginRequested(ctx context.Context, begun Run) (Run, bool, error)
	FinishRun(ctx context.Context, r Run) error
	// AbandonRuns marks running runs of the job abandoned, of that epoch and earlier
	// ones: whoever has the lease, and runs nothing, knows that nobody does.
	AbandonRuns(ctx context.Context, job string, epoch int64, at time.Time) (int, error)
	Run(ctx context.Context, run id.ID) (Run, error)
	// Runs lists the newest first.
	Runs(ctx context.Context, f RunFilter, r page.Request) (page.Page[Run], error)
	// LastRuns returns the newest run of each job.
	LastRuns(ctx context.Context) (map[string]Run, error)
	// PruneRuns removes up to limit runs that finished before the time, but the newest
	// of each job.
	PruneRuns(ctx context.Context, before time.Time, limit int) (int, error)
	// PruneRoutineRuns does so with those alone that succeeded on their schedule.
	PruneRoutineRuns(ctx context.Context, before time.Time, limit int) (int, error)
}
