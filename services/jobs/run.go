package jobs

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Why a run's context was cancelled.
var (
	errLeaseLost = tx.LeaseLost("another replica took the job over while it ran")
	errStopped   = fault.New(fault.Unavailable, "stopped", "the replica was stopped while the job ran")
)

// errNotDue says that the run belongs to another: it ran already.
var errNotDue = errors.New("the job has a run at that time")

// tick runs the job for its scheduled time, unless that was or is done by
// another run or replica.
func (s *Service) tick(w *work, scheduled time.Time) {
	log := s.Logger.With("job", w.Name, "scheduled_at", scheduled)
	if !s.occupy(s.ctx, w, 0) {
		log.Debug("job is skipped", "reason", "it still runs")
		return
	}
	defer s.vacate(w)
	run, err := s.begin(s.ctx, w, Run{ScheduledAt: clock.Round(scheduled), Trigger: Scheduled, StartedBy: "schedule"})
	switch {
	case fault.Is(err, fault.Conflict) || errors.Is(err, errNotDue):
		log.Debug("job is skipped", "reason", err)
	case err != nil && s.ctx.Err() == nil:
		log.Error("job could not begin", "error", err)
	case err == nil:
		s.execute(w, run)
	}
}

// RunNow runs the job at once, whatever its schedule, and returns the run: when it
// ended, or after ten seconds still running. A run that is under way is let finish
// first. Administrators only; it is audited.
// Faults: NotFound; Forbidden; Conflict "job_running" when that takes too long,
// "lease_held" while another replica has the job; Unavailable when stopping.
func (s *Service) RunNow(ctx context.Context, job string) (Run, error) {
	o := access.Object{Kind: access.KindJob, Label: job}
	if err := s.Authorizer.Authorize(ctx, access.Run, o); err != nil {
		return Run{}, err
	}
	w := s.find(job)
	if w == nil {
		return Run{}, fault.Missing("job", job)
	}
	if !s.occupy(ctx, w, s.Patience) {
		if s.isStopping() {
			return Run{}, fault.New(fault.Unavailable, "stopping", "this replica is being stopped; try again in a moment")
		}
		e := fault.New(fault.Conflict, "job_running", "the job %q runs already; its runs tell when it ended", job)
		e.RetryAfter = waitForManual
		return Run{}, e
	}
	run, err := s.begin(ctx, w, Run{ScheduledAt: clock.Round(s.Clock()), Trigger: Manual, StartedBy: access.CallerFrom(ctx).Name})
	if err != nil {
		s.vacate(w)
		return Run{}, s.explain(err, w)
	}
	ended := make(chan Run, 1)
	go func() { // the run outlives the request
		defer s.vacate(w)
		ended <- s.execute(w, run)
	}()
	wait := time.NewTimer(waitForManual)
	defer wait.Stop()
	select {
	case run = <-ended:
	case <-wait.C:
	case <-ctx.Done():
	}
	return run, nil
}

// explain says to whoever asked for a run why there is none.
func (s *Service) explain(err error, w *work) error {
	switch e := fault.As(err); {
	case errors.Is(err, errNotDue):
		return fault.New(fault.Conflict, "job_running", "the job %q was run at this very moment", w.Name)
	case e != nil && e.Code == "lease_held":
		held := fault.New(fault.Conflict, "lease_held", "another replica has the job %q and runs it on its schedule; ask that one, or try again later", w.Name)
		held.RetryAfter, held.Err = s.LeaseTTL, err
		return held
	}
	return fmt.Errorf("run %s: %w", w.Name, err)
}

// occupy reserves the job here, and reports false when it still runs after the
// patience or when no more runs are to begin.
func (s *Service) occupy(ctx context.Context, w *work, patience time.Duration) bool {
	select {
	case w.busy <- struct{}{}:
	default:
		wait := time.NewTimer(patience)
		defer wait.Stop()
		select {
		case w.busy <- struct{}{}:
		case <-wait.C:
			return false
		case <-ctx.Done():
			return false
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.stopping {
		<-w.busy
		return false
	}
	s.running.Add(1)
	return true
}

func (s *Service) vacate(w *work) {
	<-w.busy
	s.running.Done()
}

func (s *Service) isStopping() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stopping
}

// begin takes the lease and records the run. It is Conflict when another replica
// has the lease, errNotDue when there is such a run.
func (s *Service) begin(ctx context.Context, w *work, run Run) (Run, error) {
	lease, err := s.Store.TakeLease(ctx, w.Name, s.holder, s.LeaseTTL)
	if err != nil {
		return Run{}, fmt.Errorf("take the lease: %w", err)
	}
	w.hold(lease)
	now := clock.Round(s.Clock())
	run.ID, run.Job, run.StartedAt, run.Replica, run.Epoch, run.State = id.New(now), w.Name, now, s.Replica, lease.Epoch, Running
	ctx = tx.WithFence(ctx, tx.Fence{Lease: w.Name, Epoch: lease.Epoch})
	err = s.Runner.InTx(ctx, func(ctx context.Context) error {
		if _, err := s.Store.AbandonRuns(ctx, w.Name, lease.Epoch, now); err != nil {
			return fmt.Errorf("abandon earlier runs: %w", err)
		}
		begun, err := s.Store.BeginRun(ctx, run)
		switch {
		case err != nil:
			return fmt.Errorf("record the run: %w", err)
		case !begun:
			return errNotDue
		case run.Trigger == Manual:
			return s.Recorder.RecordDiff(ctx, access.Run, access.Object{Kind: access.KindJob, ID: run.ID, Label: w.Name}, "", nil, nil)
		}
		return nil
	})
	return run, err
}

// execute does the job under its lease, and records how it ended.
func (s *Service) execute(w *work, run Run) Run {
	ctx, cancel := context.WithCancelCause(s.ctx)
	beating := make(chan struct{})
	go func() {
		defer close(beating)
		s.keepLease(ctx, w, run.Epoch, cancel)
	}()
	work := access.WithCaller(tx.WithFence(ctx, tx.Fence{Lease: w.Name, Epoch: run.Epoch}), access.System(w.Name))
	result, err := s.do(work, w)
	if err != nil && ctx.Err() != nil {
		err = errors.Join(context.Cause(ctx), err)
	}
	cancel(nil)
	<-beating

	now := clock.Round(s.Clock())
	run.FinishedAt, run.State, run.Result = &now, Succeeded, result
	if err != nil {
		run.State, run.Error = Failed, sentence(err)
	}
	s.finish(run, err)
	return run
}

// panicked is what a job panicked with.
type panicked struct {
	value any
	stack []byte
}

func (p *panicked) Error() string { return fmt.Sprintf("panic: %v", p.value) }

func (s *Service) do(ctx context.Context, w *work) (result Result, err error) {
	defer func() {
		if value := recover(); value != nil {
			err = &panicked{value: value, stack: debug.Stack()}
		}
	}()
	return w.RunOnce(ctx)
}

// finish records and tells; it does so too when everything was cancelled.
func (s *Service) finish(run Run, err error) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), lastWrites)
	defer cancel()
	log := s.Logger.With("job", run.Job, "run", run.ID, "trigger", run.Trigger, "result", run.Result,
		"duration", run.FinishedAt.Sub(run.StartedAt))
	var p *panicked
	switch {
	case errors.As(err, &p):
		log.Error("job panicked", "error", err, "stack", string(p.stack))
	case err != nil:
		log.Error("job failed", "error", err)
	default:
		log.Info("job succeeded")
	}
	if err := s.Store.FinishRun(ctx, run); err != nil {
		log.Error("the end of a run could not be recorded", "error", err)
	}
	s.Observe(run)
}

// sentence is what people are told of an error: the details are in the log.
func sentence(err error) string {
	var p *panicked
	if errors.As(err, &p) {
		return "The job broke down; the log of the replica holds the details."
	}
	if e := fault.As(err); e != nil {
		return e.Message
	}
	return "The job failed for an internal reason; the log of the replica holds the details."
}

// keepLease renews the lease at every third of its time, until ctx ends, and
// cancels the run when another has it or it could not be renewed in time.
func (s *Service) keepLease(ctx context.Context, w *work, epoch int64, cancel context.CancelCauseFunc) {
	beat := time.NewTicker(s.LeaseTTL / 3)
	defer beat.Stop()
	renewed := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		at := time.Now()
		within, done := context.WithTimeout(ctx, s.LeaseTTL)
		lease, err := s.Store.TakeLease(within, w.Name, s.holder, s.LeaseTTL)
		done()
		switch {
		case err == nil && lease.Epoch == epoch:
			renewed = at
			continue
		case err == nil: // it had expired, and was taken anew
			w.hold(lease)
		case fault.Is(err, fault.Conflict):
		case ctx.Err() != nil:
			return
		case time.Since(renewed) < s.LeaseTTL:
			continue // the database may answer the next time
		}
		cancel(errLeaseLost)
		return
	}
}

func (w *work) hold(l Lease) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lease = l
}

func (w *work) held() Lease {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lease
}
