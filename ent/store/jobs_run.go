package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/ent/db"
	"github.com/evenkeel/evenkeel/ent/db/jobrun"
	"github.com/evenkeel/evenkeel/ent/db/predicate"
	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/jobs"
)

// BeginRun inserts; false when the job has a run at that scheduled time.
func (j Jobs) BeginRun(ctx context.Context, r jobs.Run) (bool, error) {
	result, err := json.Marshal(orNone(r.Result))
	if err != nil {
		return false, fail("spell a result", err)
	}
	n, err := j.s.exec(ctx, `INSERT INTO job_runs (id, job, scheduled_at, started_at, finished_at, trigger, started_by, replica, epoch, state, result, error)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (job, scheduled_at) DO NOTHING`,
		string(r.ID), r.Job, clock.Round(r.ScheduledAt), clock.Round(r.StartedAt), nullOrTime(r.FinishedAt), string(r.Trigger), r.StartedBy,
		r.Replica, r.Epoch, string(r.State), json.RawMessage(result), r.Error)
	return n > 0, fail("begin a run", err)
}

// Requested returns the runs that are Requested, the oldest first. They have no
// end, by which the index finds them among all that have one.
func (j Jobs) Requested(ctx context.Context) ([]jobs.Run, error) {
	rows, err := j.s.ent.JobRun.Query().Where(jobrun.FinishedAtIsNil(), jobrun.State(string(jobs.Requested))).
		Order(db.Asc(jobrun.FieldScheduledAt, jobrun.FieldID)).All(ctx)
	if err != nil {
		return nil, fail("read the runs that are asked for", err)
	}
	out := make([]jobs.Run, len(rows))
	for i, r := range rows {
		out[i] = fromDBRun(r)
	}
	return out, nil
}

// BeginRequested begins the oldest requested run of the job.
func (j Jobs) BeginRequested(ctx context.Context, begun jobs.Run) (jobs.Run, bool, error) {
	var run jobs.Run
	found := false
	err := j.s.InTx(ctx, func(ctx context.Context) error {
		found = false
		waiting, err := j.Requested(ctx)
		if err != nil {
			return err
		}
		for _, r := range waiting {
			if r.Job != begun.Job {
				continue
			}
			n, err := j.s.ent.JobRun.Update().Where(jobrun.ID(string(r.ID)), jobrun.State(string(jobs.Requested))).
				SetStartedAt(begun.StartedAt).SetReplica(begun.Replica).SetEpoch(begun.Epoch).SetState(string(begun.State)).Save(ctx)
			r.StartedAt, r.Replica, r.Epoch, r.State = begun.StartedAt, begun.Replica, begun.Epoch, begun.State
			run, found = r, n > 0
			return fail("begin a run that was asked for", err)
		}
		return nil
	})
	return run, found, err
}

// FinishRun writes how the run ended; Conflict "run_ended" when it was abandoned
// or finished before.
func (j Jobs) FinishRun(ctx context.Context, r jobs.Run) error {
	n, err := j.s.ent.JobRun.Update().Where(jobrun.ID(string(r.ID)), jobrun.State(string(jobs.Running))).
		SetNillableFinishedAt(r.FinishedAt).SetState(string(r.State)).SetResult(orNone(r.Result)).SetError(r.Error).
		Save(ctx)
	if err != nil || n > 0 {
		return fail("finish a run", err)
	}
	if _, err := j.Run(ctx, r.ID); err != nil {
		return err
	}
	return fault.New(fault.Conflict, "run_ended", "the run has ended already")
}

// AbandonRuns marks running runs of the job abandoned, of that epoch and earlier ones.
func (j Jobs) AbandonRuns(ctx context.Context, job string, epoch int64, at time.Time) (int, error) {
	n, err := j.s.ent.JobRun.Update().
		Where(jobrun.Job(job), jobrun.EpochLTE(epoch), jobrun.State(string(jobs.Running))).
		SetState(string(jobs.Abandoned)).SetFinishedAt(at).Save(ctx)
	return n, fail("abandon runs", err)
}

// Run returns the run.
func (j Jobs) Run(ctx context.Context, of id.ID) (jobs.Run, error) {
	r, err := j.s.ent.JobRun.Get(ctx, string(of))
	if err != nil {
		return jobs.Run{}, notFound("run", string(of), err)
	}
	return fromDBRun(r), nil
}

// Runs lists the newest first.
func (j Jobs) Runs(ctx context.Context, f jobs.RunFilter, r page.Request) (page.Page[jobs.Run], error) {
	cursor, err := r.Key(f, 2)
	if err != nil {
		return page.Page[jobs.Run]{}, err
	}
	key, err := timeKey(cursor)
	if err != nil {
		return page.Page[jobs.Run]{}, err
	}
	// By one state at a time the index gives them in their order. For several at once,
	// every run of a job that hardly ever fails would be looked at for those that did.
	lists := []predicate.JobRun{jobrun.Job(f.Job)}
	if len(f.States) > 0 {
		lists = lists[:0]
	}
	for _, state := range slices.Compact(slices.Sorted(slices.Values(f.States))) {
		lists = append(lists, jobrun.And(jobrun.Job(f.Job), jobrun.State(string(state))))
	}
	var rows []*db.JobRun
	for _, list := range lists {
		found, err := j.s.ent.JobRun.Query().Where(list, before(key, jobrun.FieldStartedAt, jobrun.FieldID)).
			Order(newestFirst(jobrun.FieldStartedAt)).Limit(r.Size() + 1).All(ctx)
		if err != nil {
			return page.Page[jobs.Run]{}, fail("list runs", err)
		}
		rows = append(rows, found...)
	}
	slices.SortFunc(rows, func(a, b *db.JobRun) int {
		return cmp.Or(b.StartedAt.Compare(a.StartedAt), cmp.Compare(b.ID, a.ID))
	})
	rows = rows[:min(len(rows), r.Size()+1)]
	return page.Map(page.Cut(r, f, rows, func(v *db.JobRun) []string { return []string{cursorTime(v.StartedAt), v.ID} }), fromDBRun), nil
}

// newestOfEach is the identifiers of the newest run of each job. The jobs are found
// one after the other, each by the index: DISTINCT would read every run.
const newestOfEach = `WITH RECURSIVE j (job) AS (
SELECT MIN(job) FROM job_runs
UNION ALL SELECT (SELECT MIN(r.job) FROM job_runs r WHERE r.job > j.job) FROM j WHERE j.job IS NOT NULL)
SELECT (SELECT r.id FROM job_runs r WHERE r.job = j.job ORDER BY r.started_at DESC, r.id DESC LIMIT 1) FROM j WHERE j.job IS NOT NULL`

// LastRuns returns the newest run of each job.
func (j Jobs) LastRuns(ctx context.Context) (map[string]jobs.Run, error) {
	var newest []string
	err := j.s.queryAll(ctx, newestOfEach, nil, func(rows *sql.Rows) error {
		var of string
		err := rows.Scan(&of)
		newest = append(newest, of)
		return err
	})
	if err != nil {
		return nil, fail("look for the last runs", err)
	}
	rows, err := j.s.ent.JobRun.Query().Where(jobrun.IDIn(newest...)).All(ctx)
	if err != nil {
		return nil, fail("read the last runs", err)
	}
	out := make(map[string]jobs.Run, len(rows))
	for _, r := range rows {
		out[r.Job] = fromDBRun(r)
	}
	return out, nil
}

// The conditions on which runs are removed, each with an index of its own. (The
// words of the second are those of the index, which is partial.)
const (
	prunable        = "finished_at < $1 AND id NOT IN (" + newestOfEach + ")"
	prunableRoutine = "state = 'succeeded' AND trigger = 'schedule' AND " + prunable
)

// PruneRuns removes up to limit runs that finished before the time, but the newest
// of each job.
func (j Jobs) PruneRuns(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := j.s.prune(ctx, "job_runs", prunable, before, limit)
	return n, fail("prune runs", err)
}

// PruneRoutineRuns does so with those alone that succeeded on their schedule.
func (j Jobs) PruneRoutineRuns(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := j.s.prune(ctx, "job_runs", prunableRoutine, before, limit)
	return n, fail("prune routine runs", err)
}

func orNone(r jobs.Result) map[string]int64 {
	if r == nil {
		return map[string]int64{}
	}
	return r
}

func fromDBRun(r *db.JobRun) jobs.Run {
	return jobs.Run{
		ID:          id.ID(r.ID),
		Job:         r.Job,
		ScheduledAt: utc(r.ScheduledAt),
		StartedAt:   utc(r.StartedAt),
		FinishedAt:  utcOrNil(r.FinishedAt),
		Trigger:     jobs.Trigger(r.Trigger),
		StartedBy:   r.StartedBy,
		Replica:     r.Replica,
		Epoch:       r.Epoch,
		State:       jobs.RunState(r.State),
		Result:      r.Result,
		Error:       r.Error,
	}
}
