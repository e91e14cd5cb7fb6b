package access

import (
	"context"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

const (
	// touchEvery is how exact a token's time of last use is.
	touchEvery = time.Minute
	// maxTouched bounds the memory of what was lately noted; beyond it uses go unnoted.
	maxTouched = 4096
	// touchQueue bounds what waits to be written.
	touchQueue   = 256
	touchTimeout = 10 * time.Second
)

// lastUses writes tokens' times of last use behind the requests' backs: one
// goroutine, a bounded queue, and at most one write a minute for each token. A
// full queue drops the note; the token's next use makes it again.
type lastUses struct {
	touch  func(ctx context.Context, token id.ID, at time.Time) error
	logger *slog.Logger
	queue  chan use
	done   chan struct{}
	ctx    context.Context
	cancel context.CancelFunc

	mu     sync.Mutex
	noted  map[id.ID]time.Time
	closed bool
}

type use struct {
	token id.ID
	at    time.Time
}

func newLastUses(touch func(context.Context, id.ID, time.Time) error, logger *slog.Logger) *lastUses {
	u := &lastUses{touch: touch, logger: logger, queue: make(chan use, touchQueue), done: make(chan struct{}), noted: make(map[id.ID]time.Time)}
	u.ctx, u.cancel = context.WithCancel(context.Background())
	go u.write()
	return u
}

// note queues a use unless one of the same minute was noted.
func (u *lastUses) note(t Credential, now time.Time) {
	if t.LastUsedAt != nil && now.Sub(*t.LastUsedAt) < touchEvery {
		return
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.closed {
		return
	}
	if at, ok := u.noted[t.Token]; ok && now.Sub(at) < touchEvery {
		return
	}
	if len(u.noted) >= maxTouched {
		for token, at := range u.noted {
			if now.Sub(at) >= touchEvery {
				delete(u.noted, token)
			}
		}
		if len(u.noted) >= maxTouched {
			return
		}
	}
	at := now.Truncate(touchEvery)
	select {
	case u.queue <- use{t.Token, at}:
		u.noted[t.Token] = at
	default:
	}
}

func (u *lastUses) write() {
	defer close(u.done)
	for next := range u.queue {
		ctx, cancel := context.WithTimeout(u.ctx, touchTimeout)
		if err := u.touch(ctx, next.token, next.at); err != nil {
			u.logger.Warn("a token's last use was not written", "token", next.token, "error", err)
		}
		cancel()
	}
}

// close writes what is queued, until the context ends.
func (u *lastUses) close(ctx context.Context) error {
	u.mu.Lock()
	if !u.closed {
		u.closed = true
		close(u.queue)
	}
	u.mu.Unlock()
	select {
	case <-u.done:
		u.cancel()
		return nil
	case <-ctx.Done():
		u.cancel()
		return fmt.Errorf("write the tokens' last uses: %w", ctx.Err())
	}
}
