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

// errNotDue says that there is nothing to run: another began it.
var errNotDue = errors.New("the job has its run already")

// tick runs the job for its scheduled time, unless that was or is done by
// another run or replica.
func (s *Service) tick(w *work, scheduled time.Time) {
	s.attempt(w, func(ctx context.Context, begun Run) (Run, bool, error) {
		begun.ID, begun.ScheduledAt = id.New(begun.StartedAt), clock.Round(scheduled)
		begun.Trigger, begun.StartedBy = Scheduled, "schedule"
		due, err := s.Store.BeginRun(ctx, begun)
		return begun, due, err
	})
}

// attempt runs the job here if there is something to run, which enter records,
// and reports whether it did. A job runs once at a time.
func (s *Service) attempt(w *work, enter func(ctx context.Context, begun Run) (Run, bool, error)) bool {
	log := s.Logger.With("job", w.Name)
	if !s.occupy(w) {
		log.Debug("job is skipped", "reason", "it still runs, or is to run no more")
		return false
	}
	defer s.vacate(w)
	if s.Disabled {
		defer func() {
			if err := s.giveUpLease(s.ctx, w); err != nil {
				log.Warn("those who follow the schedule have to wait for the lease", "error", err)
			}
		}()
	}
	run, err := s.begin(s.ctx, w, enter)
	switch {
	case fault.Is(err, fault.Conflict) || errors.Is(err, errNotDue):
		log.Debug("job is skipped", "reason", err)
		return false
	case err != nil:
		if s.ctx.Err() == nil {
			log.Error("job could not begin", "error", err)
		}
		return false
	}
	s.execute(w, run)
	return true
}

// occupy reserves the job here, and reports false when it still runs or when no
// more runs are to begin.
func (s *Service) occupy(w *work) bool {
	select {
	case w.busy <- struct{}{}:
	default:
		return false
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

// begin has enter record the run that begins under the lease, which it takes where
// it is not known to be held. It is Conflict when another replica has the lease,
// errNotDue when there is no run.
func (s *Service) begin(ctx context.Context, w *work, enter func(ctx context.Context, begun Run) (Run, bool, error)) (Run, error) {
	// A lease that is young by this process' clock is not renewed, which would be a
	// third of what a run with nothing to do writes. Whether the database agrees is seen
	// when the run begins: the clock stands still while the machine is suspended.
	if lease, taken := w.held(); lease.Epoch != 0 && time.Since(taken) < s.LeaseTTL/3 {
		if run, err := s.beginUnder(ctx, w, lease, enter); !tx.IsLeaseLost(err) {
			return run, err
		}
	}
	lease, err := s.takeLease(ctx, w)
	if err != nil {
		return Run{}, fmt.Errorf("take the lease: %w", err)
	}
	return s.beginUnder(ctx, w, lease, enter)
}

// beginUnder is begin under a lease that was taken. It is LeaseLost, and nothing is
// held any more, when another took it since or it expired, so that another might.
func (s *Service) beginUnder(ctx context.Context, w *work, lease Lease, enter func(ctx context.Context, begun Run) (Run, bool, error)) (Run, error) {
	now := s.Now()
	var run Run
	ctx = tx.WithFence(ctx, tx.Fence{Lease: w.Name, Epoch: lease.Epoch})
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		holds, err := s.Store.HoldsLease(ctx, w.Name, lease.Epoch)
		if err != nil {
			return fmt.Errorf("look whether the lease still holds: %w", err)
		}
		if !holds {
			return tx.LeaseLost("the lease %q has expired", w.Name)
		}
		if _, err := s.Store.AbandonRuns(ctx, w.Name, lease.Epoch, now); err != nil {
			return fmt.Errorf("abandon earlier runs: %w", err)
		}
		begun, due, err := enter(ctx, Run{Job: w.Name, StartedAt: now, Replica: s.Replica, Epoch: lease.Epoch, State: Running})
		if err != nil {
			return fmt.Errorf("record the run: %w", err)
		}
		if !due {
			return errNotDue
		}
		run = begun
		return nil
	})
	if tx.IsLeaseLost(err) {
		w.hold(Lease{}, time.Time{})
	}
	return run, err
}

// takeLease takes the job's lease or renews it, and holds it.
func (s *Service) takeLease(ctx context.Context, w *work) (Lease, error) {
	// A lease that comes later than it lasts is none; and a database that vanished
	// without a word would keep the job until TCP gives up.
	ctx, cancel := context.WithTimeout(ctx, s.LeaseTTL)
	defer cancel()
	asked := time.Now()
	lease, err := s.Store.TakeLease(ctx, w.Name, s.holder, s.LeaseTTL)
	if err == nil {
		w.hold(lease, asked)
	}
	return lease, err
}

// execute does the job under its lease, and records how it ended.
func (s *Service) execute(w *work, run Run) {
	began := time.Now()
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

	ended := clock.Round(run.StartedAt.Add(time.Since(began)))
	run.FinishedAt, run.State, run.Result = &ended, Succeeded, result
	if err != nil {
		run.State, run.Error = Failed, sentence(err)
	}
	s.finish(run, err)
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
	case run.Trigger == Scheduled:
		// As nearly always, every few seconds; /v1/jobs and the metrics tell of them.
		log.Debug("job succeeded")
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
	_, renewed := w.held()
	beat := time.NewTimer(s.LeaseTTL/3 - time.Since(renewed))
	defer beat.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-beat.C:
		}
		beat.Reset(s.LeaseTTL / 3)
		lease, err := s.takeLease(ctx, w)
		switch {
		case err == nil && lease.Epoch == epoch:
			_, renewed = w.held()
			continue
		case err == nil: // it had expired, and was taken anew
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

func (w *work) hold(l Lease, taken time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lease, w.taken = l, taken
}

// held is the lease that was taken last, and when it was asked for.
func (w *work) held() (Lease, time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.lease, w.taken
}
