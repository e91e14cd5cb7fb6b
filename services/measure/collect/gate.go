package collect

import (
	"context"
	"errors"
	"sync"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/source"
)

// Gates bound how many calls are under way to each data source, over all that this
// replica asks of it, but for the probe that tells whether it is there: that one is
// for when nothing else gets through, and passes no gate. What is no collection, which
// is backfills and what people look for, gets a quarter of them, and none while
// collection waits. Each replica keeps to its own bound: where another collects, all
// together are so much above the limit.
type Gates struct {
	mu sync.Mutex
	of map[id.ID]*gate
}

// NewGates returns gates that are all open.
func NewGates() *Gates { return &Gates{of: map[id.ID]*gate{}} }

type gate struct {
	present, past int // calls under way, of collection and of all else
	waiting       int // of collection
	changed       chan struct{}
}

// share is how many of a source's calls may be of what is no collection.
func share(limit int) int { return max(1, limit/4) }

// Aside waits for a place for a call that is no collection's, and returns how to leave
// it. Errors: Unavailable "source_busy" when the context's time was over before there
// was one; the context's when nobody waits any more.
func (g *Gates) Aside(ctx context.Context, src source.Source) (leave func(), err error) {
	leave, err = g.enter(ctx, src.ID, max(1, src.Concurrency), true)
	if errors.Is(err, context.DeadlineExceeded) {
		busy := fault.New(fault.Unavailable, "source_busy", "the data source %q is busy: measurements that are read from it go first; ask again later", src.Slug)
		busy.Err = err
		return nil, busy
	}
	return leave, err
}

// enter waits for a place, and returns how to leave it.
func (g *Gates) enter(ctx context.Context, source id.ID, limit int, past bool) (leave func(), err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	at := g.of[source]
	if at == nil {
		at = &gate{changed: make(chan struct{})}
		g.of[source] = at
	}
	if !past {
		at.waiting++
		defer func() {
			// Whoever made way is told, whether this call got in or was given up: of
			// several places that became free at once some are still there.
			if at.waiting--; at.waiting == 0 {
				at.wake()
			}
		}()
	}
	for at.present+at.past >= limit || past && (at.past >= share(limit) || at.waiting > 0) {
		changed := at.changed
		g.mu.Unlock()
		select {
		case <-changed:
		case <-ctx.Done():
		}
		g.mu.Lock()
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	count := &at.present
	if past {
		count = &at.past
	}
	*count++
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		*count--
		at.wake()
	}, nil
}

// wake has all who wait look again.
func (at *gate) wake() {
	close(at.changed)
	at.changed = make(chan struct{})
}
