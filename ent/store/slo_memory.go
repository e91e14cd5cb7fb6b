package store

import (
	"context"
	"database/sql"
	"sync"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
)

// mostViews is of how many SLOs it is remembered what they promise.
const mostViews = 10_000

// readViews are SLOs as they were committed, without their status: all of that stays as it is while
// the version of the head does (words of an indicator are written with the head), and each decision
// of the gate reads it of a service. Whoever gets them shares them, and changes nothing in them.
type readViews struct {
	mu sync.RWMutex
	of map[id.ID]slo.View
}

// recall fills in all but the statuses of the views, of which identifier and version are there; it
// reports whether everything of them is known.
func (r *readViews) recall(views []slo.View) bool {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for i := range views {
		v := &views[i]
		known, there := r.of[v.SLO.ID]
		if !there || known.SLO.Version != v.SLO.Version {
			return false
		}
		v.SLO, v.Revision, v.Indicator = known.SLO, known.Revision, known.Indicator
	}
	return true
}

func (r *readViews) remember(views []slo.View) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.of == nil || len(r.of)+len(views) > mostViews {
		r.of = make(map[id.ID]slo.View, len(views))
	}
	for _, v := range views {
		v.Status = slo.Status{}
		r.of[v.SLO.ID] = v
	}
}

const viewsOfOne = "SELECT s.id, s.version, " + statusColumns + ` FROM slos s JOIN services v ON v.id = s.service_id JOIN slo_statuses t ON t.slo_id = s.id
WHERE s.service_id = $1 AND s.retired_at IS NULL AND v.retired_at IS NULL`

// viewsOfOne is ViewsOf for one service outside of a transaction, within which it could meet what
// is never committed. It reads the statuses, and what was promised where that is not known.
func (o SLO) viewsOfOne(ctx context.Context, service id.ID) ([]slo.View, error) {
	out := make([]slo.View, 0, 4) // most services have a few
	var x viewScan
	columns := append([]any{&x.v.SLO.ID, &x.v.SLO.Version}, x.status()...)
	err := o.s.lookUp(ctx, viewsOfOne, []any{string(service)}, func(rows *sql.Rows) error {
		x.v.Status = slo.Status{}
		if err := rows.Scan(columns...); err != nil {
			return err
		}
		err := x.finishStatus()
		out = append(out, x.v)
		return err
	})
	if err != nil {
		return nil, fail("read the statuses of SLOs", err)
	}
	if o.s.views.recall(out) {
		return out, nil
	}
	if out, err = o.readViewsOf(ctx, []id.ID{service}); err == nil {
		o.s.views.remember(out)
	}
	return out, err
}
