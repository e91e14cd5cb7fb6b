package jobs

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

const (
	watchEvery = time.Second            // for runs that were asked for, on any replica
	lookEvery  = 200 * time.Millisecond // for what became of one that somebody waits for
)

// RunNow has the job run, whatever its schedule, and returns the run as it is when
// it ended, or after ten seconds. Any replica can be asked: the request is recorded,
// and a replica begins it that has the job's lease, or can take it, as soon as no
// other run of the job is under way. Who asks while a request waits shares that
// run, which began after either asked. Administrators only; every request is audited.
// Faults: NotFound; Forbidden; Unavailable when stopping.
func (s *Service) RunNow(ctx context.Context, job string) (Run, error) {
	o := access.Object{Kind: access.KindJob, Label: job}
	if err := s.Authorizer.Authorize(ctx, access.Run, o); err != nil {
		return Run{}, err
	}
	w := s.find(job)
	if w == nil {
		return Run{}, fault.Missing("job", job)
	}
	if s.isStopping() {
		return Run{}, fault.New(fault.Unavailable, "stopping", "this replica is being stopped; try again in a moment")
	}
	run, err := s.request(ctx, w)
	if err != nil {
		return Run{}, fmt.Errorf("ask for a run of %s: %w", job, err)
	}
	if run, err = s.await(ctx, w, run); err != nil {
		return Run{}, fmt.Errorf("wait for a run of %s: %w", job, err)
	}
	return run, nil
}

// request records that the caller wants a run, and returns it.
func (s *Service) request(ctx context.Context, w *work) (Run, error) {
	now := s.Now()
	var run Run
	err := s.Runner.InTx(ctx, func(ctx context.Context) error {
		waiting, err := s.Store.Requested(ctx)
		if err != nil {
			return err
		}
		run = Run{
			ID: id.New(now), Job: w.Name, ScheduledAt: now, StartedAt: now, State: Requested,
			Trigger: Manual, StartedBy: access.CallerFrom(ctx).Name,
		}
		shared := false
		for _, r := range waiting {
			if r.Job == w.Name {
				run, shared = r, true
				break
			}
		}
		for inserted := shared; !inserted; {
			if inserted, err = s.Store.BeginRun(ctx, run); err != nil {
				return err
			}
			if !inserted { // another run has that very microsecond
				run.ScheduledAt = run.ScheduledAt.Add(time.Microsecond)
				run.StartedAt = run.ScheduledAt
			}
		}
		return s.Recorder.RecordDiff(ctx, access.Run, access.Object{Kind: access.KindJob, ID: run.ID, Label: w.Name}, "", nil, nil)
	})
	return run, err
}

// await returns the run once it ended, and as it is after the patience, or when
// the caller hung up. It tries to begin it here: where nothing else runs and the
// lease is free or this replica's, nobody has to wait for the next look at what
// was asked for.
func (s *Service) await(ctx context.Context, w *work, run Run) (Run, error) {
	worked := make(chan struct{}, 1)
	try := func() { // the run outlives the request
		if s.answer(w) {
			select {
			case worked <- struct{}{}:
			default:
			}
		}
	}
	wait := time.NewTimer(s.Patience)
	defer wait.Stop()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for waiting := true; waiting && run.FinishedAt == nil; {
		if run.State == Requested {
			go try()
		}
		select {
		case <-worked:
		case <-look.C:
		case <-wait.C:
			waiting = false
		case <-ctx.Done():
			waiting = false
		case <-s.ctx.Done():
			waiting = false
		}
		var err error
		if run, err = s.Store.Run(context.WithoutCancel(ctx), run.ID); err != nil {
			return Run{}, err
		}
	}
	return run, nil
}

// answer runs the job here if somebody asked for it and it may be run here, and
// reports whether it did.
func (s *Service) answer(w *work) bool { return s.attempt(w, s.Store.BeginRequested) }

// watch works off what is asked for, of whatever replica, until the service stops.
func (s *Service) watch() {
	beat := time.NewTicker(watchEvery)
	defer beat.Stop()
	failed := false // told of once
	for {
		select {
		case <-s.quit:
			return
		case <-beat.C:
		}
		err := s.look(s.ctx)
		if err != nil && !failed && s.ctx.Err() == nil {
			s.Logger.Warn("runs that are asked for have to wait", "error", err)
		}
		failed = err != nil
	}
}

// look has each job run of which a run was asked for, and compares the clocks.
func (s *Service) look(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, s.LeaseTTL)
	defer cancel()
	if err := s.compareClocks(ctx); err != nil {
		return err
	}
	waiting, err := s.Store.Requested(ctx)
	if err != nil {
		return fmt.Errorf("read which runs are asked for: %w", err)
	}
	for _, run := range waiting {
		if w := s.find(run.Job); w != nil {
			s.loops.Go(func() { s.answer(w) })
		}
	}
	return nil
}
