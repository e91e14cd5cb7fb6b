package bench

import (
	"encoding/json"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/evenkeel/evenkeel/api"
	"github.com/evenkeel/evenkeel/services/measure"
)

// The goals of the requests, as ratios to the yardstick.
const (
	goalOne  = 0.85
	goalList = 0.80
)

// BenchmarkRequests compares what a client asks for through the whole program
// with the yardstick, on both databases, without and with the access log.
func BenchmarkRequests(b *testing.B) {
	b.Run("SQLite", func(b *testing.B) { requests(b, onSQLite(b)) })
	b.Run("PostgreSQL", func(b *testing.B) { requests(b, onPostgres(b, 4)) })
}

func requests(b *testing.B, h *house) {
	this := clients(b, serve(b, h.Handler()), h.token)
	peer := clients(b, serve(b, newYardstick(b, h)), h.token)
	for _, w := range []struct {
		name string
		goal float64
		work func(*house) work
	}{
		{"get", goalOne, gets}, {"list of 100", goalList, lists}, {"conditional update", goalOne, updates}, {"ingest", goalOne, ingests},
	} {
		for _, logged := range []bool{false, true} {
			name, pairs := w.name, 25
			if logged {
				name, pairs = name+" with access log", 13
			}
			b.Run(name, func(b *testing.B) {
				h.log.on.Store(logged)
				duel(b, name+", "+h.database.name(), pairs, w.goal, this, peer, w.work(h))
			})
		}
	}
	h.log.on.Store(false)
}

// servicePath is one of the services that are the worker's alone, so that nobody
// waits for another's row and ETags follow each other.
func servicePath(worker, i int) string {
	return "/v1/services/" + serviceSlug(worker+i%(services/workers)*workers)
}

// gets reads one service after the other.
func gets(*house) work {
	var turns [workers]int
	return func(worker int, c *client) error {
		turns[worker]++
		_, err := c.must("GET", servicePath(worker, turns[worker]), "", nil)
		return err
	}
}

// lists reads the first hundred services.
func lists(*house) work {
	return func(_ int, c *client) error {
		_, err := c.must("GET", "/v1/services?limit=100", "", nil)
		return err
	}
}

// updates changes the description of one service after the other, each on the
// condition that it is still what it was when last seen.
func updates(*house) work {
	var turns [workers]int
	var tags [workers]map[string]string
	return func(worker int, c *client) error {
		turns[worker]++
		path := servicePath(worker, turns[worker])
		if tags[worker] == nil {
			tags[worker] = map[string]string{}
		}
		if tags[worker][path] == "" {
			a, err := c.must("GET", path, "", nil)
			if err != nil {
				return err
			}
			tags[worker][path] = a.etag
		}
		var err error
		c.sent, err = serviceBody(path, fmt.Sprintf("Takes orders; described for the time %d.", turns[worker]))
		if err != nil {
			return err
		}
		a, err := c.must("PUT", path, tags[worker][path], c.sent)
		tags[worker][path] = a.etag
		return err
	}
}

// serviceBody is what a client sends that changes the description.
func serviceBody(path, description string) ([]byte, error) {
	slug := strings.TrimPrefix(path, "/v1/services/")
	var i int
	if _, err := fmt.Sscanf(slug, "service-%d", &i); err != nil {
		return nil, err
	}
	p := profile(i)
	return json.Marshal(api.ServiceProfile{
		Slug: slug, Name: p.Name, Description: description, System: systemSlug(i % teams), Kind: string(p.Kind), Tier: p.Tier,
		Lifecycle: string(p.Lifecycle), Repository: p.Repository, OnCall: p.OnCall, Runbook: p.Runbook, Dashboard: p.Dashboard,
		Docs: p.Docs, Contact: p.Contact, Labels: p.Labels, Annotations: p.Annotations,
	})
}

// ingests pushes the slot that runs, and the one before it again, of one SLO after
// the other: every push changes a segment.
func ingests(h *house) work {
	var turns [workers]int
	var count atomic.Int64
	each := len(h.names) / workers
	return func(worker int, c *client) error {
		turns[worker]++
		n := h.names[worker*each+turns[worker]%each]
		c.sent = slotsBody(c.sent[:0], h, count.Add(1)%100_000)
		_, err := c.must("POST", "/v1/services/"+n.Service+"/slos/"+n.SLO+"/measurements", "", c.sent)
		return err
	}
}

// slotsBody is two slots of an hour: that which runs has so many good events.
func slotsBody(to []byte, h *house, good int64) []byte {
	now := h.clock.Now().Truncate(measure.FiveMinutes)
	before := now.Add(-measure.FiveMinutes)
	if before.Truncate(measure.HourSpan) != now.Truncate(measure.HourSpan) {
		before = now
		good = 99_900
	}
	const layout = "2006-01-02T15:04:05Z"
	to = fmt.Appendf(to, `{"slots":[{"start":%q,"good":99900,"total":100000}`, before.Format(layout))
	if before != now {
		to = fmt.Appendf(to, `,{"start":%q,"good":%d,"total":100000}`, now.Format(layout), good)
	}
	return append(to, "]}"...)
}
