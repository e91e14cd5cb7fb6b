package jobs

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Job is something to be done on a schedule. RunOnce is independent of the
// schedule; transactions that it opens with its context are fenced by the job's
// lease.
type Job struct {
	Name        string // RFC 1123 label
	Description string
	Schedule    string // five fields of cron in UTC, or "@every 30s"
	RunOnce     func(ctx context.Context) (Result, error)
}

// Result is what a run did, by name, such as {"evaluated": 500}.
type Result map[string]int64

// Trigger is why a run began.
type Trigger string

// The triggers.
const (
	Scheduled Trigger = "schedule"
	Manual    Trigger = "manual"
)

// RunState is how far a run got.
type RunState string

// The states of a run. Requested is one that somebody asked for and no replica
// began yet; Abandoned is one whose replica went away.
const (
	Requested RunState = "requested"
	Running   RunState = "running"
	Succeeded RunState = "succeeded"
	Failed    RunState = "failed"
	Abandoned RunState = "abandoned"
)

// Run is one run of a job, unique on (job, scheduled time). Its times are those
// that all replicas share, see Service.Now.
type Run struct {
	ID          id.ID
	Job         string
	ScheduledAt time.Time // of a manual one, when it was asked for
	StartedAt   time.Time // ScheduledAt while it is Requested
	FinishedAt  *time.Time
	Trigger     Trigger
	StartedBy   string // the caller's name; "schedule" otherwise
	Replica     string // that began it, empty while it is Requested
	Epoch       int64  // of the lease under which it began, 0 while it is Requested
	State       RunState
	Result      Result
	Error       string // a sentence for people, without secrets
}

// RunFilter narrows a list of runs.
type RunFilter struct {
	Job    string
	States []RunState // any where empty
}

// Lease is the right of one replica to do a job.
type Lease struct {
	Name   string
	Holder string
	// Epoch grows by one whenever the lease is taken anew; it stays when renewed by its holder.
	Epoch     int64
	ExpiresAt time.Time
}
