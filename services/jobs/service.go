package jobs

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/label"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

const (
	// DefaultLeaseTTL is how long a lease lasts unless it is renewed.
	DefaultLeaseTTL = time.Minute
	// DefaultPatience is how long somebody waits for the end of a run that they asked for.
	DefaultPatience = 10 * time.Second

	lastWrites = 10 * time.Second // for what is written after a run was cancelled
)

// Parts is what a Service is made of.
type Parts struct {
	Store      Store
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Recorder   access.Recorder
	Clock      clock.Clock
	Logger     *slog.Logger
	// Replica names this process for people.
	Replica string
	// LeaseTTL is DefaultLeaseTTL when zero. After a crash it is how long a job
	// waits; a job that comes more often than that stays with one replica.
	LeaseTTL time.Duration
	// Patience is DefaultPatience when zero.
	Patience time.Duration
	// Disabled leaves schedules to other replicas: this one runs what is asked for,
	// and keeps no lease for longer.
	Disabled bool
	// Schedules has other schedules for jobs, by their names.
	Schedules map[string]string
	// Observe is told of every run that ended, may be nil.
	Observe func(Run)
}

// Service runs jobs on their schedules.
type Service struct {
	Parts
	holder string // of leases: this process, and no other that had its name
	works  []*work
	ahead  atomic.Int64    // how far, in nanoseconds, the shared clock is of this process'
	ctx    context.Context // of runs; cancelled when stopping takes too long
	cancel context.CancelCauseFunc
	quit   chan struct{} // closed when stopping
	loops  sync.WaitGroup

	mu       sync.Mutex
	stopping bool
	running  sync.WaitGroup
}

// work is a job as it is run here.
type work struct {
	Job
	schedule cron.Schedule
	busy     chan struct{} // holds one while the job runs here

	mu    sync.Mutex
	lease Lease     // the last that was taken
	taken time.Time // when it was asked for, by this process' clock
}

// NewService returns a service of the jobs, which run once Start was called. An
// Invalid fault names every job whose name or schedule is wrong, and every
// schedule that is for no job.
func NewService(p Parts, jobs []Job) (*Service, error) {
	if p.LeaseTTL <= 0 {
		p.LeaseTTL = DefaultLeaseTTL
	}
	if p.Patience <= 0 {
		p.Patience = DefaultPatience
	}
	if p.Observe == nil {
		p.Observe = func(Run) {}
	}
	s := &Service{Parts: p, holder: p.Replica + "/" + string(id.New(p.Clock())), quit: make(chan struct{})}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	var check fault.Check
	for _, job := range jobs {
		check.Require(label.Is(job.Name), "/jobs", job.Name, "names of jobs are RFC 1123 labels")
		check.Require(s.find(job.Name) == nil, "/jobs/"+job.Name, job.Name, "is there twice")
		if other, ok := p.Schedules[job.Name]; ok {
			job.Schedule = other
		}
		schedule, err := parseSchedule(job.Schedule)
		if err != nil {
			check.Fail("/jobs/"+job.Name+"/schedule", job.Schedule, "%v", err)
			continue
		}
		s.works = append(s.works, &work{Job: job, schedule: schedule, busy: make(chan struct{}, 1)})
	}
	for name := range p.Schedules {
		known := slices.ContainsFunc(jobs, func(j Job) bool { return j.Name == name })
		check.Require(known, "/jobs/"+name, name, "there is no such job")
	}
	return s, check.Err()
}

// Start begins to work off what is asked for, and to follow the schedules unless
// they are left to others. What was missed before is not made up. The error is of
// the database, whose clock is asked for first.
func (s *Service) Start(ctx context.Context) error {
	if err := s.compareClocks(ctx); err != nil {
		return err
	}
	s.loops.Go(s.watch)
	for _, w := range s.works {
		if !s.Disabled {
			s.loops.Go(func() { s.follow(w) })
		}
	}
	return nil
}

// Now is the time that all replicas share, as this one knows it: its own clock,
// set right by how far that was from the database's a moment ago. Jobs go by it,
// so that it does not matter which replica runs them.
func (s *Service) Now() time.Time {
	return clock.Round(s.Clock().Add(time.Duration(s.ahead.Load())))
}

// compareClocks finds how far this process' clock is from the shared one. What
// took long says little, and is not taken once something is known.
func (s *Service) compareClocks(ctx context.Context) error {
	asked := time.Now()
	offset, err := s.Store.ClockOffset(ctx, s.Clock)
	if err != nil {
		return fmt.Errorf("compare the clock with the database's: %w", err)
	}
	if s.ahead.Load() == 0 || time.Since(asked) < time.Second {
		s.ahead.Store(int64(offset))
	}
	return nil
}

// Stop begins no more runs and waits for those that run, until ctx ends; then
// they are cancelled. Leases are given up, so that another replica goes on at
// once; one that cannot be, on a full disk for example, is logged, and ends by itself.
// The error tells of runs that did not end.
func (s *Service) Stop(ctx context.Context) error {
	s.mu.Lock()
	if !s.stopping {
		s.stopping = true
		close(s.quit)
	}
	s.mu.Unlock()
	ended := make(chan struct{})
	go func() {
		s.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		s.cancel(errStopped)
		select {
		case <-ended:
		case <-time.After(lastWrites):
			return fmt.Errorf("stop jobs: a run does not end though it was cancelled")
		}
	}
	s.cancel(errStopped)
	s.loops.Wait()
	for _, w := range s.works {
		if err := s.giveUpLease(ctx, w); err != nil {
			s.Logger.Warn("others have to wait for the end of the lease", "job", w.Name, "error", err)
		}
	}
	return nil
}

// giveUpLease lets others have the job at once, also where ctx has ended.
func (s *Service) giveUpLease(ctx context.Context, w *work) error {
	lease, _ := w.held()
	if lease.Epoch == 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	if err := s.Store.ReleaseLease(ctx, w.Name, lease.Epoch); err != nil {
		return fmt.Errorf("give up the lease of %s: %w", w.Name, err)
	}
	w.hold(Lease{}, time.Time{})
	return nil
}

// Listing is a job with what is known of it now.
type Listing struct {
	Job   Job
	Next  time.Time // when it comes next here, zero where schedules are left to others
	Last  *Run      // the newest, nil before the first
	Lease *Lease    // nil when no replica has it
}

// List lists the jobs in the order in which they were given.
func (s *Service) List(ctx context.Context) ([]Listing, error) {
	if err := s.authorizeRead(ctx); err != nil {
		return nil, err
	}
	last, err := s.Store.LastRuns(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the last runs of jobs: %w", err)
	}
	leases, err := s.Store.Leases(ctx)
	if err != nil {
		return nil, fmt.Errorf("read the leases of jobs: %w", err)
	}
	now := s.Now()
	listings := make([]Listing, len(s.works))
	for i, w := range s.works {
		l := Listing{Job: w.Job}
		if !s.Disabled {
			l.Next = w.schedule.Next(now)
		}
		if run, ok := last[w.Name]; ok {
			l.Last = &run
		}
		if lease, ok := leases[w.Name]; ok && lease.ExpiresAt.After(now) {
			l.Lease = &lease
		}
		listings[i] = l
	}
	return listings, nil
}

// Runs lists a job's runs, the newest first. NotFound when there is no such job.
func (s *Service) Runs(ctx context.Context, f RunFilter, r page.Request) (page.Page[Run], error) {
	if err := s.authorizeRead(ctx); err != nil {
		return page.Page[Run]{}, err
	}
	if s.find(f.Job) == nil {
		return page.Page[Run]{}, fault.Missing("job", f.Job)
	}
	runs, err := s.Store.Runs(ctx, f, r)
	if err != nil {
		return page.Page[Run]{}, fmt.Errorf("list the runs of %s: %w", f.Job, err)
	}
	return runs, nil
}

// Run returns one run of the job, or NotFound.
func (s *Service) Run(ctx context.Context, job string, run id.ID) (Run, error) {
	if err := s.authorizeRead(ctx); err != nil {
		return Run{}, err
	}
	r, err := s.Store.Run(ctx, run)
	if err != nil {
		return Run{}, fmt.Errorf("read a run of %s: %w", job, err)
	}
	if r.Job != job {
		return Run{}, fault.Missing("run", string(run))
	}
	return r, nil
}

// Prune forgets runs that finished longer than keep ago, and those that succeeded
// on their schedule, of which there are very many that tell nothing, after keepRoutine
// already; but for the last of each job. It returns how many.
func (s *Service) Prune(ctx context.Context, keep, keepRoutine time.Duration) (int, error) {
	now := s.Now()
	routine, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneRoutineRuns(ctx, now.Add(-keepRoutine), limit)
	})
	if err != nil {
		return routine, fmt.Errorf("prune runs that succeeded on their schedule: %w", err)
	}
	rest, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneRuns(ctx, now.Add(-keep), limit)
	})
	if err != nil {
		return routine + rest, fmt.Errorf("prune runs: %w", err)
	}
	return routine + rest, nil
}

func (s *Service) authorizeRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindJob})
}

func (s *Service) find(name string) *work {
	for _, w := range s.works {
		if w.Name == name {
			return w
		}
	}
	return nil
}
