package collect

import (
	"context"
	"sync"

	"github.com/evenkeel/evenkeel/internal/id"
)

// Gates bound how many calls are under way to each data source, over all that this
// replica asks of it. What is no collection, which is backfills and what people look
// for, gets a quarter of them, and none while collection waits. Each replica keeps to
// its own bound: where another collects, all together are so much above the limit.
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
// it. The limit is the data source's. The error is the context's.
func (g *Gates) Aside(ctx context.Context, source id.ID, limit int) (leave func(), err error) {
	return g.enter(ctx, source, max(1, limit), true)
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
		defer func() { at.waiting-- }()
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
		close(at.changed)
		at.changed = make(chan struct{})
	}, nil
}
