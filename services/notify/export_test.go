package notify

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
)

// SendLane sends what is due for one target, in the caller's goroutine.
func (c *Courier) SendLane(ctx context.Context, target id.ID) error {
	t := &tally{counts: map[string]int64{}}
	if err := c.route(ctx, t); err != nil {
		return err
	}
	return c.sendLane(ctx, target, c.Clock().Add(time.Minute), t)
}
