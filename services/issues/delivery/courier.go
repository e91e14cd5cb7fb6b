package delivery

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Issues are what is wanted; an issues.Store is one.
type Issues interface {
	Issue(ctx context.Context, issue id.ID) (issues.Issue, error)
}

// People are those to whom issues are assigned.
type People interface {
	// Logins returns the logins on the tracker of those who have one and did not leave.
	Logins(ctx context.Context, people []id.ID) (map[id.ID]string, error)
}

// Gatherer writes what tells of many issues at once; an issues.Service is one.
type Gatherer interface {
	Gather(ctx context.Context, g issues.Gathering, now time.Time) (group issues.Issue, joined []id.ID, err error)
}

// Follower is told what people made of issues of a kind.
type Follower interface {
	// IssueSettled says that people closed an issue with that outcome, or, where there is none, that
	// they opened it again. It is within the transaction in which that is noted.
	IssueSettled(ctx context.Context, i issues.Issue, o Outcome, url string) error
}

// Parts is what a Courier is made of.
type Parts struct {
	Store    Store
	Issues   Issues
	Places   issues.Places
	People   People
	Gatherer Gatherer
	// Followers are told of the issues of their kinds; those of others concern nobody.
	Followers map[issues.Kind]Follower
	Tracker   Tracker
	Runner    tx.Runner
	Settings  Settings
	Clock     clock.Clock
	// Wait returns at the time by the clock, or with the context's error.
	Wait func(ctx context.Context, until time.Time) error
	// Holder names this process, for people.
	Holder string
	Logger *slog.Logger
}

// Courier compares what is wanted with what is known, and has the tracker follow.
type Courier struct {
	Parts
	mu    sync.Mutex
	facts map[Place]knownFacts // by their Folded names
	tired map[Place]rest       // those that did not answer, likewise

	// listAt and lookBackAt are of Reconcile alone: when some places are next.
	listAt, lookBackAt time.Time
}

type knownFacts struct {
	Facts
	at      time.Time
	changes int64 // how often the place had changed
}

type rest struct {
	times int
	until time.Time
}

// NewCourier returns a courier. RunOnce is called again when the last call ended.
func NewCourier(p Parts) *Courier {
	return &Courier{Parts: p, facts: map[Place]knownFacts{}, tired: map[Place]rest{}}
}

// round is one run: what was done, by name, and under which lease.
type round struct {
	*Courier
	owner Owner
	kinds []issues.Kind
	gates gates
	caps  sync.Mutex // held from counting what was opened until one more is written down
	mu    sync.Mutex
	done  map[string]int64
}

func (c *Courier) newRound() *round {
	return &round{Courier: c, done: map[string]int64{}, gates: gates{byName: map[string]*gate{}, byOwner: map[string]*gate{}}}
}

func (r *round) count(name string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.done[name]++
}

// RunOnce delivers what is due, for as long as the budget lasts, and returns what
// was done. What goes wrong with single issues, places and lanes is written down with
// them and is no error; others go on.
func (c *Courier) RunOnce(ctx context.Context) (map[string]int64, error) {
	r := c.newRound()
	var err error
	if r.kinds, err = c.sent(ctx); err != nil || len(r.kinds) == 0 {
		return r.done, err
	}
	r.owner.Holder = c.Holder
	if fence, ok := tx.FenceFrom(ctx); ok {
		r.owner.Epoch = fence.Epoch
	}
	if err := r.addressAll(ctx); err != nil {
		return r.done, err
	}
	places, err := c.Store.DuePlaces(ctx, r.kinds, c.Clock())
	if err != nil || len(places) == 0 {
		return r.done, err
	}
	lanes, err := r.lanes(ctx, places)
	if err != nil {
		return r.done, err
	}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, c.Settings.Lanes))
	for _, name := range slices.Sorted(maps.Keys(lanes)) {
		group.Go(func() error { return r.workLane(within, name, lanes[name]) })
	}
	return r.done, r.end(ctx, group.Wait())
}

// end writes down what went through the lanes in a run that ended so.
func (r *round) end(ctx context.Context, err error) error {
	if e := ctx.Err(); e != nil {
		return errors.Join(err, e)
	}
	return errors.Join(err, r.putLanes(ctx))
}

// sent are the kinds of which something is sent, as it is stopped now.
func (c *Courier) sent(ctx context.Context) ([]issues.Kind, error) {
	kinds := c.Settings.delivered()
	if len(kinds) == 0 {
		return nil, nil
	}
	sw, err := c.Store.Switch(ctx)
	if err != nil {
		return nil, fmt.Errorf("look what is stopped: %w", err)
	}
	return slices.DeleteFunc(kinds, func(kind issues.Kind) bool { return len(sw.on(kind)) > 0 }), nil
}

// batch is how many rows are read at once.
const batch = 100

// addressAll finds a place for each that has none.
func (r *round) addressAll(ctx context.Context) error {
	for {
		due, err := r.Store.Due(ctx, r.kinds, "", r.Clock(), batch)
		if err != nil {
			return err
		}
		for _, d := range due {
			i, err := r.Issues.Issue(ctx, d.Issue)
			if err != nil {
				return fmt.Errorf("read an issue to be delivered: %w", err)
			}
			if err := r.address(ctx, &d, i); err != nil {
				return err
			}
			if err := r.put(ctx, &d); err != nil && !fault.Is(err, fault.Precondition) {
				return err
			}
		}
		if len(due) < batch {
			return nil
		}
	}
}

// lanes are the places by their lanes, of which each owner has one. What cannot be told
// of an owner is written down with what is due there.
func (r *round) lanes(ctx context.Context, places []Place) (map[string][]Place, error) {
	owners := map[string][]Place{}
	for _, place := range places {
		if place != "" && !r.rests(place) {
			owners[place.Owner()] = append(owners[place.Owner()], place)
		}
	}
	var mu sync.Mutex
	lanes := map[string][]Place{}
	group, within := errgroup.WithContext(ctx)
	group.SetLimit(max(1, r.Settings.Lanes))
	for _, places := range owners {
		group.Go(func() error {
			limited, cancel := context.WithTimeout(within, r.Settings.Timeout)
			defer cancel()
			lane, err := r.Tracker.Lane(limited, places[0])
			if err != nil {
				if AsError(err) == nil {
					return err
				}
				return r.strand(within, places, err)
			}
			g, err := r.gate(within, lane)
			if err != nil {
				return err
			}
			r.gates.of(places[0].Owner(), g)
			mu.Lock()
			defer mu.Unlock()
			lanes[lane] = append(lanes[lane], places...)
			return nil
		})
	}
	return lanes, group.Wait()
}

// strand writes down why nothing goes to the places of an owner.
func (r *round) strand(ctx context.Context, places []Place, why error) error {
	p := &passage{round: r}
	for _, place := range places {
		due, err := r.Store.Due(ctx, r.kinds, place, r.Clock(), batch)
		if err != nil {
			return err
		}
		for _, d := range due {
			if err := p.settle(ctx, &d, why, d.Number); err != nil && !errors.Is(err, errClosed) {
				return err
			}
		}
	}
	return nil
}

// workLane lets what is due at the places through the lane, one place after the
// other taking a turn, the one that waits longest first.
func (r *round) workLane(ctx context.Context, name string, places []Place) error {
	g, err := r.gate(ctx, name)
	if err != nil {
		return err
	}
	now := r.Clock()
	if now.Before(g.notBefore()) {
		r.count("lanes_waiting")
		return nil
	}
	p := &passage{round: r, own: g, until: now.Add(r.Settings.Budget)}
	if err := p.takeTurns(ctx, places, now); !errors.Is(err, errClosed) {
		return err
	}
	return nil
}

// queue is what waits in a place, however it is spelled.
type queue struct {
	place    Place
	due      []Delivery
	gathered bool // what may be told of in one was looked at
}

// queues are those of the places, the one first whose first waits longest; but after all
// others those of places that did not answer when they were last asked.
func (p *passage) queues(ctx context.Context, places []Place, began time.Time) ([]*queue, error) {
	var out []*queue
	byPlace := map[Place]*queue{}
	for _, place := range places {
		due, err := p.Store.Due(ctx, p.kinds, place, began, batch)
		if err != nil {
			return nil, err
		}
		q, ok := byPlace[place.Folded()]
		if len(due) == 0 {
			continue
		}
		if !ok {
			q = &queue{place: place}
			byPlace[place.Folded()], out = q, append(out, q)
		}
		q.due = append(q.due, due...)
	}
	waits := func(a, b Delivery) int { return a.DueAt.Compare(*b.DueAt) }
	for _, q := range out {
		slices.SortStableFunc(q.due, waits)
	}
	slices.SortStableFunc(out, func(a, b *queue) int {
		return cmp.Or(p.restsUntil(a.place).Compare(p.restsUntil(b.place)), waits(a.due[0], b.due[0]), cmp.Compare(a.place, b.place))
	})
	return out, nil
}

func (p *passage) takeTurns(ctx context.Context, places []Place, began time.Time) error {
	queues, err := p.queues(ctx, places, began)
	if err != nil {
		return err
	}
	for left := true; left; {
		left = false
		for _, q := range queues {
			if len(q.due) == 0 || p.rests(q.place) {
				continue
			}
			left = true
			if err := p.takeTurn(ctx, q); err != nil {
				return err
			}
			if !p.Clock().Before(p.until) {
				return errClosed
			}
		}
	}
	return nil
}

// takeTurn does what is first in a queue; in the first turn of a place what may be told of
// in one is put together before.
func (p *passage) takeTurn(ctx context.Context, q *queue) error {
	if !q.gathered {
		due, err := p.gather(ctx, q.place, q.due)
		if err != nil {
			return err
		}
		if q.due, q.gathered = due, true; len(due) == 0 || p.rests(q.place) {
			return nil
		}
	}
	d := q.due[0]
	q.due = q.due[1:]
	before := d.Number
	p.kind = d.Kind
	return p.settle(ctx, &d, p.step(ctx, &d), before)
}

// rests reports whether a place that did not answer is left alone for now.
func (c *Courier) rests(place Place) bool {
	return c.Clock().Before(c.restsUntil(place))
}

func (c *Courier) restsUntil(place Place) time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.tired[place.Folded()].until
}

// answered notes whether a place did. While it rests it is one failure, however many
// issues it keeps back.
func (c *Courier) answered(place Place, well bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	place = place.Folded()
	now, was := c.Clock(), c.tired[place]
	switch {
	case well:
		delete(c.tired, place)
	case !now.Before(was.until):
		c.tired[place] = rest{was.times + 1, now.Add(backOff(was.times + 1))}
	}
}

// backOff is how long to wait after so many failures in a row.
func backOff(failures int) time.Duration {
	return min(15*time.Second<<min(max(failures-1, 0), 10), 30*time.Minute)
}

// put writes a delivery under the lease, with what else belongs to that, and takes in
// its new version.
func (c *Courier) put(ctx context.Context, d *Delivery, also ...func(ctx context.Context) error) error {
	d.UpdatedAt = clock.Round(c.Clock())
	err := c.Runner.InTx(ctx, func(ctx context.Context) error {
		if err := c.follow(ctx, *d); err != nil {
			return err
		}
		put := *d
		put.Written.Heard = d.Outcome
		err := c.Store.PutDelivery(ctx, put)
		for _, do := range also {
			if err == nil {
				err = do(ctx)
			}
		}
		return err
	})
	if err != nil {
		return err
	}
	d.Version++
	d.Written.Heard = d.Outcome
	return nil
}

// follow tells the follower of the kind what people made of an issue, where it was not told.
func (c *Courier) follow(ctx context.Context, d Delivery) error {
	f, followed := c.Followers[d.Kind]
	if !followed || d.Outcome == d.Written.Heard {
		return nil
	}
	i, err := c.Issues.Issue(ctx, d.Issue)
	if err != nil {
		return fmt.Errorf("read an issue that people settled: %w", err)
	}
	return f.IssueSettled(ctx, i, d.Outcome, d.URL)
}
