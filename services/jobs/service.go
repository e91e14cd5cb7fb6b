package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

const (
	// DefaultLeaseTTL is how long a lease lasts unless it is renewed.
	DefaultLeaseTTL = time.Minute
	// DefaultPatience is how long a run that is asked for waits for its turn.
	DefaultPatience = 5 * time.Second

	waitForManual = 10 * time.Second // for a run that somebody asked for
	lastWrites    = 10 * time.Second // for what is written after a run was cancelled
)

var label = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$`)

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
	// Patience is how long somebody who asks for a run waits for one that is under
	// way; DefaultPatience when zero.
	Patience time.Duration
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
	cron   *cron.Cron
	ctx    context.Context // of runs; cancelled when stopping takes too long
	cancel context.CancelCauseFunc

	mu       sync.Mutex
	stopping bool
	running  sync.WaitGroup
}

// work is a job as it is run here.
type work struct {
	Job
	schedule cron.Schedule
	entry    cron.EntryID
	busy     chan struct{} // holds one while the job runs here

	mu    sync.Mutex
	lease Lease // the last that was taken
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
	s := &Service{Parts: p, holder: p.Replica + "/" + string(id.New(p.Clock()))}
	s.ctx, s.cancel = context.WithCancelCause(context.Background())
	log := cronLog{p.Logger}
	s.cron = cron.New(cron.WithLocation(time.UTC), cron.WithLogger(log),
		// The order matters: a panic has to be recovered inside, or the outer one
		// takes the job for running for ever.
		cron.WithChain(cron.SkipIfStillRunning(log), cron.Recover(log)))
	var check fault.Check
	for _, job := range jobs {
		check.Require(label.MatchString(job.Name), "/jobs", job.Name, "names of jobs are RFC 1123 labels")
		check.Require(s.find(job.Name) == nil, "/jobs/"+job.Name, job.Name, "is there twice")
		if other, ok := p.Schedules[job.Name]; ok {
			job.Schedule = other
		}
		schedule, err := parseSchedule(job.Schedule)
		if err != nil {
			check.Fail("/jobs/"+job.Name+"/schedule", job.Schedule, "%v", err)
			continue
		}
		s.add(job, schedule)
	}
	for name := range p.Schedules {
		known := slices.ContainsFunc(jobs, func(j Job) bool { return j.Name == name })
		check.Require(known, "/jobs/"+name, name, "there is no such job")
	}
	return s, check.Err()
}

func (s *Service) add(job Job, schedule cron.Schedule) {
	w := &work{Job: job, schedule: schedule, busy: make(chan struct{}, 1)}
	w.entry = s.cron.Schedule(schedule, cron.FuncJob(func() {
		// Prev is the time for which the run was due, on every replica the same.
		s.tick(w, s.cron.Entry(w.entry).Prev)
	}))
	s.works = append(s.works, w)
}

// Start begins to follow the schedules. What was missed before is not made up.
func (s *Service) Start() { s.cron.Start() }

// Stop begins no more runs and waits for those that run, until ctx ends; then
// they are cancelled. Leases are given up, so that another replica goes on at
// once. The error tells of runs that did not end, or leases that could not be
// given up.
func (s *Service) Stop(ctx context.Context) error {
	s.mu.Lock()
	s.stopping = true
	s.mu.Unlock()
	s.cron.Stop()
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
	return s.giveUpLeases(ctx)
}

func (s *Service) giveUpLeases(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWrites)
	defer cancel()
	var errs []error
	for _, w := range s.works {
		if lease := w.held(); lease.Epoch != 0 {
			if err := s.Store.ReleaseLease(ctx, w.Name, lease.Epoch); err != nil {
				errs = append(errs, fmt.Errorf("give up the lease of %s: %w", w.Name, err))
			}
		}
	}
	return errors.Join(errs...)
}

// Listing is a job with what is known of it now.
type Listing struct {
	Job   Job
	Next  time.Time // when it comes next
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
	now := s.Clock()
	listings := make([]Listing, len(s.works))
	for i, w := range s.works {
		l := Listing{Job: w.Job, Next: w.schedule.Next(now)}
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

// Runs lists the job's runs, the newest first. NotFound when there is no such job.
func (s *Service) Runs(ctx context.Context, job string, r page.Request) (page.Page[Run], error) {
	if err := s.authorizeRead(ctx); err != nil {
		return page.Page[Run]{}, err
	}
	if s.find(job) == nil {
		return page.Page[Run]{}, fault.Missing("job", job)
	}
	runs, err := s.Store.Runs(ctx, job, r)
	if err != nil {
		return page.Page[Run]{}, fmt.Errorf("list the runs of %s: %w", job, err)
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

// Prune forgets runs that finished longer than keep ago, but for the last of each
// job, and returns how many.
func (s *Service) Prune(ctx context.Context, keep time.Duration) (int, error) {
	before := clock.Round(s.Clock()).Add(-keep)
	pruned, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneRuns(ctx, before, limit)
	})
	if err != nil {
		return pruned, fmt.Errorf("prune runs: %w", err)
	}
	return pruned, nil
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

// cronLog takes cron's log: its routine is not of interest, its errors are.
type cronLog struct{ log *slog.Logger }

// Info implements cron.Logger.
func (l cronLog) Info(string, ...any) {}

// Error implements cron.Logger.
func (l cronLog) Error(err error, msg string, keysAndValues ...any) {
	l.log.Error("the schedule of jobs failed", append([]any{"error", err, "what", msg}, keysAndValues...)...)
}
