package bench

import (
	"context"
	"fmt"
	"log/slog"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/services/issues"
	"github.com/evenkeel/evenkeel/services/issues/delivery"
)

const (
	goalPass    = time.Second
	goalAddress = 5 * time.Millisecond
	// rounds is how often each side does the same.
	rounds = 9
)

// BenchmarkTracked is what 100,000 issues in 1,000 repositories of ten lanes cost: a
// pass of the courier while nothing is to be done, the hourly listing, what it asks of
// the store, and what people do. Each is told beside a bare query over database/sql on
// the same database, in turns.
func BenchmarkTracked(b *testing.B) {
	locations(b, func(b *testing.B, at location) {
		t := tracked(b, at)
		t.passes(b)
		t.listings(b)
		t.trouble(b)
		t.lists(b)
		t.counts(b)
		t.calls(b)
		t.addresses(b, "1,000")
		t.registerMore(b)
		t.addresses(b, "10,000")
		b.ReportMetric(0, "ns/op")
	})
}

// kinds are all that there are.
var kinds = []issues.Kind{issues.KindBudgetViolation}

// silent is a tracker of which nothing may be asked.
type silent struct {
	delivery.Tracker // nil
	b                *testing.B
}

func (s silent) Lane(context.Context, delivery.Place) (string, error) {
	s.b.Error("GitHub was asked, and nothing was to be done")
	return "", nil
}

// unchanged is a tracker on which nothing changed since. The owner's installation is
// the lane.
type unchanged struct {
	delivery.Tracker // nil
	lists            *atomic.Int64
}

func (unchanged) Lane(_ context.Context, place delivery.Place) (string, error) {
	return place.Owner(), nil
}

func (u unchanged) Find(context.Context, delivery.Place, time.Time, int) ([]delivery.Remote, int, error) {
	u.lists.Add(1)
	return nil, 0, nil
}

// courier is one that knows nothing of others, and whose clock is ahead by so much.
func (t *tracking) courier(tracker delivery.Tracker, ahead time.Duration) *delivery.Courier {
	settings := delivery.Defaults()
	settings.Mode = delivery.Enforce
	return delivery.NewCourier(delivery.Parts{
		Store: t.store.Delivery(), Issues: t.store.Issues(), Places: t.store.Registry(), Tracker: tracker, Runner: t.store,
		Settings: settings, Clock: func() time.Time { return clock.System().Add(ahead) }, Holder: "bench", Logger: slog.New(slog.DiscardHandler),
	})
}

// passes has the courier look for something to be done, and find nothing.
func (t *tracking) passes(b *testing.B) {
	c := t.courier(silent{b: b}, 0)
	t.beside(b, "pass over 100,000 tracked issues, nothing due, 0 requests", goalPass, func(ctx context.Context) error {
		done, err := c.RunOnce(ctx)
		if len(done) > 0 {
			b.Errorf("something was done: %v", done)
		}
		return err
	}, "SELECT COUNT(*) FROM deliveries WHERE due_at <= $1", t.now)
}

// listings lists a thousand places, as happens once an hour.
func (t *tracking) listings(b *testing.B) {
	lists := new(atomic.Int64)
	times := make([]float64, 0, rounds)
	for hour := range rounds {
		c := t.courier(unchanged{lists: lists}, time.Duration(hour)*61*time.Minute)
		began := time.Now()
		done, err := c.Reconcile(b.Context())
		check(b, err)
		if n := lists.Swap(0); n != trackedServices || done["requests"] != trackedServices || done["called"] != 0 {
			b.Fatalf("%d lists, want one of each of %d places: %v", n, trackedServices, done)
		}
		times = append(times, time.Since(began).Seconds())
	}
	results.add(figure{
		name: "hourly listing of 1,000 places, without the network, " + t.database.name(), this: milliseconds(median(times)),
		note: spread(times) + "; 1,000 requests, one for each place",
	})
}

// lists are pages of a hundred issues. The peer reads the first by hand.
func (t *tracking) lists(b *testing.B) {
	yes, no := true, false
	first := t.page(b, delivery.Filter{}, page.Request{Limit: 100})
	deep := page.Request{Limit: page.MaxLimit}
	for range trackedIssues / 2 / page.MaxLimit {
		deep.After = t.page(b, delivery.Filter{}, deep).Next
	}
	deep.Limit = 100
	for _, c := range []struct {
		name string
		f    delivery.Filter
		r    page.Request
		n    int // how many there are on the page
	}{
		{"the first page", delivery.Filter{}, page.Request{}, 100},
		{"the page after 50,000", delivery.Filter{}, deep, 100},
		{"of a service", delivery.Filter{Filter: issues.Filter{Service: t.services[7].ID}}, page.Request{}, 100},
		{"of a team's 5,000", delivery.Filter{Filter: issues.Filter{Team: t.team}}, page.Request{}, 100},
		{"of an SLO", delivery.Filter{Filter: issues.Filter{Subject: "subject77"}}, page.Request{}, 10},
		{"of a violation", delivery.Filter{Filter: issues.Filter{Episodes: []id.ID{first.Items[0].Issue.Episode}}}, page.Request{}, 1},
		{"of a kind", delivery.Filter{Filter: issues.Filter{Kind: kinds[0]}}, page.Request{}, 100},
		{"wanted open", delivery.Filter{Filter: issues.Filter{Open: &yes}}, page.Request{}, 100},
		{"wanted closed", delivery.Filter{Filter: issues.Filter{Open: &no}}, page.Request{}, 100},
		{"sent", delivery.Filter{State: delivery.Sent}, page.Request{}, 100},
		{"dead, of which there are 200", delivery.Filter{State: delivery.Dead}, page.Request{}, 100},
		{"unknown, of which there are none", delivery.Filter{State: delivery.Unknown}, page.Request{}, 0},
		{"with a problem", delivery.Filter{Troubled: &yes}, page.Request{}, 100},
		{"without a problem", delivery.Filter{Troubled: &no}, page.Request{}, 100},
		{"sent, of a team's 5,000", delivery.Filter{Filter: issues.Filter{Team: t.team}, State: delivery.Sent}, page.Request{}, 100},
	} {
		c.r.Limit = 100
		if n := len(t.page(b, c.f, c.r).Items); n != c.n {
			b.Fatalf("%s: %d issues, want %d", c.name, n, c.n)
		}
		t.beside(b, "issues: "+c.name, 0, func(ctx context.Context) error {
			_, err := t.store.Delivery().List(ctx, c.f, c.r)
			return err
		}, "SELECT i.*, d.* FROM issues i JOIN deliveries d ON d.issue_id = i.id ORDER BY i.id DESC LIMIT 101")
	}
}

func (t *tracking) page(b *testing.B, f delivery.Filter, r page.Request) page.Page[delivery.Known] {
	b.Helper()
	p, err := t.store.Delivery().List(b.Context(), f, r)
	check(b, err)
	return p
}

// counts are beside a count of all that is tracked, which goes through an index.
func (t *tracking) counts(b *testing.B) {
	d := t.store.Delivery()
	const all = "SELECT COUNT(*) FROM deliveries"
	t.beside(b, "issues by their state", 0, func(ctx context.Context) error {
		_, err := d.Tally(ctx, "", t.now)
		return err
	}, all)
	t.beside(b, "issues of a team by their state", 0, func(ctx context.Context) error {
		_, err := d.Tally(ctx, t.team, t.now)
		return err
	}, all)
	t.beside(b, "where issues are: 1,000 places", 0, func(ctx context.Context) error {
		found, err := d.Places(ctx, kinds)
		if len(found) != trackedServices {
			b.Errorf("%d places, want %d", len(found), trackedServices)
		}
		return err
	}, all)
}

// calls are what the courier and webhooks ask, with 10,000 due.
func (t *tracking) calls(b *testing.B) {
	d := t.store.Delivery()
	const one = "SELECT * FROM deliveries WHERE repository = $1 AND number = $2"
	const place, number = "owner-7/service-00007", 50
	t.beside(b, "where 10,000 are due", 0, func(ctx context.Context) error {
		_, err := d.DuePlaces(ctx, kinds, t.now)
		return err
	}, "SELECT COUNT(*) FROM deliveries WHERE due_at <= $1", t.now)
	t.beside(b, "what was opened in a day", 0, func(ctx context.Context) error {
		_, all, err := d.Opened(ctx, t.team, t.now.AddDate(0, 0, -1))
		if all == 0 {
			b.Error("nothing was opened")
		}
		return err
	}, "SELECT COUNT(*) FROM deliveries WHERE opened_at > $1", t.now.AddDate(0, 0, -1))
	t.beside(b, "an issue is to be looked at, beside reading it", 0, func(ctx context.Context) error {
		n, err := d.CallAt(ctx, place, number, t.now)
		if n != 1 {
			b.Errorf("%d are at %s#%d", n, place, number)
		}
		return err
	}, one, place, number)
}

// addresses finds the way of an issue among so many services.
func (t *tracking) addresses(b *testing.B, among string) {
	i := t.page(b, delivery.Filter{}, page.Request{Limit: 1}).Items[0].Issue
	rules := issues.RouteRules{Host: issues.HostOfGitHub}
	t.beside(b, "an issue is addressed among "+among+" services", goalAddress, func(ctx context.Context) error {
		routed, err := rules.Routed(ctx, t.store.Registry(), i)
		if route := rules.Route(routed, func(issues.Repository) (issues.RepositoryFacts, bool) { return issues.RepositoryFacts{}, false }); route.By != issues.ByService {
			b.Errorf("it goes to %+v, want the service's own repository", route)
		}
		return err
	}, "SELECT COUNT(*) FROM services WHERE retired_at IS NULL")
}

// registerMore makes them ten times as many.
func (t *tracking) registerMore(b *testing.B) {
	check(b, t.store.InTx(b.Context(), func(ctx context.Context) error {
		for i := trackedServices; i < 10*trackedServices; i++ {
			if err := t.register(ctx, i, t.services[i%trackedTeams].Team); err != nil {
				return err
			}
		}
		return nil
	}))
}

// beside lets the program and a bare query take turns, A B B A …, and reports the
// median of each and of the ratios of neighbours.
func (t *tracking) beside(b *testing.B, name string, goal time.Duration, this func(context.Context) error, query string, args ...any) {
	b.Helper()
	peer, err := t.bare.PrepareContext(b.Context(), query)
	check(b, err)
	defer func() { check(b, peer.Close()) }()
	took := func(do func() error) float64 {
		began := time.Now()
		check(b, do())
		return time.Since(began).Seconds()
	}
	a := func() float64 { return took(func() error { return this(b.Context()) }) }
	p := func() float64 { return took(func() error { return drain(b.Context(), peer, args...) }) }
	a()
	p()
	var ours, theirs, ratios []float64
	for i := range rounds {
		runtime.GC() // neither cleans up after the other
		var x, y float64
		if i%2 == 0 {
			x = a()
			y = p()
		} else {
			y = p()
			x = a()
		}
		ours, theirs, ratios = append(ours, x), append(theirs, y), append(ratios, x/y)
	}
	f := figure{
		name: name + ", " + t.database.name(), this: milliseconds(median(ours)), peer: milliseconds(median(theirs)), said: fmt.Sprintf("%.2f", median(ratios)),
		note: spread(ours),
	}
	if goal > 0 {
		f.goal, f.met = "≤ "+inUnits(goal.Seconds()), median(ours) <= goal.Seconds()
	}
	results.add(f)
}
