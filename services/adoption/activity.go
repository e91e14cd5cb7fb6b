package adoption

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
)

// Way is how somebody came in.
type Way string

// The ways in.
const (
	ByDashboard Way = "dashboard" // a session in a browser
	ByPortal    Way = "portal"    // a developer portal, on somebody's behalf
	ByToken     Way = "token"     // a personal token: the command line, and programs of one's own
	ByWorkload  Way = "workload"  // a workload token: pipelines and services of a team
)

// Ways lists every way in.
var Ways = []Way{ByDashboard, ByPortal, ByToken, ByWorkload}

// Activity is that somebody used Evenkeel on a day in UTC: a person, or a team's workloads. What they
// did there is not known.
type Activity struct {
	Day    clock.Date
	Person id.ID // empty for workloads
	Team   id.ID // of workloads
	Way    Way
}

const (
	// activityQueue bounds what waits to be written, maxNoted what is remembered as written of a day.
	activityQueue   = 1024
	maxNoted        = 1 << 16
	activityTimeout = 10 * time.Second
)

// Diary writes who used Evenkeel on which day behind the requests' backs: one goroutine, a bounded
// queue, and one write a day and replica for each activity. A full queue drops the note, and the next use
// makes it again.
type Diary struct {
	write  func(ctx context.Context, a Activity) error
	keep   Keeping
	now    clock.Clock
	logger *slog.Logger
	queue  chan Activity
	done   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	day    clock.Date
	noted  map[Activity]bool // of the day
	closed bool
}

// NewDiary returns a diary over what writes an activity, which may be there already. Close ends its one
// goroutine.
func NewDiary(write func(ctx context.Context, a Activity) error, keep Keeping, now clock.Clock, logger *slog.Logger) *Diary {
	d := &Diary{write: write, keep: keep, now: now, logger: logger, queue: make(chan Activity, activityQueue), done: make(chan struct{}), noted: map[Activity]bool{}}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	go d.work()
	return d
}

// Note has it written that the caller used Evenkeel today, by a session or else by what they are. Of
// Evenkeel itself, of a portal that asks for nobody, and of nobody, nothing is noted.
func (d *Diary) Note(c access.Caller, session bool) {
	a := Activity{Day: clock.DateOf(d.now()), Person: c.Person}
	switch {
	case c.Kind == access.ByTeam:
		a.Person, a.Team, a.Way = "", c.Team, ByWorkload
	case c.Kind != access.ByPerson || d.keep == KeepNothing:
		return
	case session:
		a.Way = ByDashboard
	case c.Token == "":
		a.Way = ByPortal
	default:
		a.Way = ByToken
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if a.Day != d.day || len(d.noted) >= maxNoted {
		d.day = a.Day
		clear(d.noted)
	}
	if d.closed || d.noted[a] {
		return
	}
	select {
	case d.queue <- a:
		d.noted[a] = true
	default:
	}
}

func (d *Diary) work() {
	defer close(d.done)
	for next := range d.queue {
		ctx, cancel := context.WithTimeout(d.ctx, activityTimeout)
		if err := d.write(ctx, next); err != nil {
			d.logger.Warn("an activity was not written", "way", next.Way, "error", err)
			d.forget(next)
		}
		cancel()
	}
}

// forget has an activity that was not written noted again at its next use.
func (d *Diary) forget(a Activity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	delete(d.noted, a)
}

// Close writes what is queued, until the context ends. What is noted later is not written.
func (d *Diary) Close(ctx context.Context) error {
	d.mu.Lock()
	if !d.closed {
		d.closed = true
		close(d.queue)
	}
	d.mu.Unlock()
	defer d.cancel()
	select {
	case <-d.done:
		return nil
	case <-ctx.Done():
		return fmt.Errorf("write who used Evenkeel: %w", ctx.Err())
	}
}
