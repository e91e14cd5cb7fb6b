package collect_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/measure/collect"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// counted counts how often data sources are read.
type counted struct {
	collect.Register
	reads atomic.Int64
}

func (c *counted) Source(ctx context.Context, of id.ID) (source.Source, error) {
	c.reads.Add(1)
	return c.Register.Source(ctx, of)
}

func (c *counted) SourcesByID(ctx context.Context, of []id.ID) (map[id.ID]source.Source, error) {
	c.reads.Add(1)
	return c.Register.SourcesByID(ctx, of)
}

// Ten SLOs of five data sources, of which each keeps its slots for a while: what is
// not older than that is not stale. They are evaluated in one transaction.
func TestTheDelaysOfAllDataSourcesAreReadAtOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var views []slo.View
	for i := range 5 {
		p := newProgram(t, fmt.Sprintf("prom-%d", i))
		from := h.source(p, func(s *source.Source) { s.Delay = time.Duration(i) * 10 * time.Minute })
		for k := range 2 {
			slug := fmt.Sprintf("slo-%d-%d", i, k)
			p.holdAll(slug, minute(-100), minute(0), nil)
			views = append(views, h.declare("payments", slug, from))
		}
	}
	h.collect()
	sources := &counted{Register: h.store.Sources()}
	h.slos.CollectWith(collect.NewService(h.store.Collect(), sources, h.measure, h.store, access.NewAuthorizer(h.store.Access()), h.audit, h.clock.Now))
	for _, v := range views {
		if v = h.evaluate(v); v.Status.Stale {
			t.Errorf("%s is stale: %+v", v.SLO.Slug, v.Status)
		}
	}
	if n := sources.reads.Load(); n != 1 {
		t.Errorf("data sources were read %d times", n)
	}
}
