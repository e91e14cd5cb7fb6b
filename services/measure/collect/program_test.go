package collect_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/source"
)

// program is a data source: it holds slots of indicators, and answers over HTTP
// with a protocol of these tests. What it does wrong is switched on.
type program struct {
	*httptest.Server
	slug string

	mu      sync.Mutex
	slots   map[string]map[time.Time]point
	faults  map[string]string // by indicator; "" is all
	asked   []string          // the indicators of each request, in their order
	ranges  []time.Duration   // of each request
	under   int               // requests under way
	most    int               // of them at once
	partial map[time.Time]bool
	before  func(indicator string) // called in each request, may be nil
}

// point is a slot as it is answered: as events, or as what is no number.
type point struct {
	Start       time.Time `json:"start"`
	Group       string    `json:"group"`
	Good, Total float64
	NaN         bool
	Partial     bool
}

func newProgram(t testing.TB, slug string) *program {
	t.Helper()
	p := &program{slug: slug, slots: map[string]map[time.Time]point{}, faults: map[string]string{}, partial: map[time.Time]bool{}}
	p.Server = httptest.NewServer(http.HandlerFunc(p.answer))
	t.Cleanup(p.Close)
	return p
}

// hold has the indicator's slot that begins at start be of so many events.
func (p *program) hold(indicator string, start time.Time, good, total float64) {
	p.put(indicator, point{Start: start, Good: good, Total: total})
}

func (p *program) put(indicator string, v point) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.slots[indicator] == nil {
		p.slots[indicator] = map[time.Time]point{}
	}
	p.slots[indicator][v.Start] = v
}

// holdAll has every minute of [from, to) be of 10 events, one of them bad where
// bad says so.
func (p *program) holdAll(indicator string, from, to time.Time, bad func(at time.Time) bool) {
	for at := from; at.Before(to); at = at.Add(time.Minute) {
		good := 10.
		if bad != nil && bad(at) {
			good = 9
		}
		p.hold(indicator, at, good, 10)
	}
}

// fault has the program answer wrongly about the indicator, "" of all: "down",
// "slow", "422", "empty", or "" for rightly.
func (p *program) fault(indicator, what string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults[indicator] = what
}

func (p *program) answer(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	names := q["indicator"]
	from, _ := time.Parse(time.RFC3339, q.Get("from"))
	to, _ := time.Parse(time.RFC3339, q.Get("to"))
	p.mu.Lock()
	p.asked = append(p.asked, strings.Join(names, ","))
	p.ranges = append(p.ranges, to.Sub(from))
	p.under++
	p.most = max(p.most, p.under)
	what := p.faults[""]
	if own := p.faults[names[0]]; own != "" {
		what = own
	}
	out := map[string][]point{}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		for at, v := range p.slots[name] {
			if !at.Before(from) && at.Before(to) {
				v.Partial = p.partial[at]
				out[name] = append(out[name], v)
			}
		}
	}
	before := p.before
	p.mu.Unlock()
	defer func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.under--
	}()
	if before != nil {
		before(names[0])
	}
	switch what {
	case "down":
		panic(http.ErrAbortHandler) // the connection is closed without an answer
	case "slow":
		<-r.Context().Done()
		return
	case "422":
		http.Error(w, "there is no such metric", http.StatusUnprocessableEntity)
		return
	case "empty":
		out = nil
	}
	_ = json.NewEncoder(w).Encode(out)
}

// requests returns which indicators were asked for, and forgets them.
func (p *program) requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	asked := p.asked
	p.asked = nil
	return asked
}

// held is what should be stored of [from, to): thousandths by their slots.
func (p *program) held(indicator string, from, to time.Time) map[time.Time]measure.Slot {
	p.mu.Lock()
	defer p.mu.Unlock()
	out := map[time.Time]measure.Slot{}
	for at, v := range p.slots[indicator] {
		if !v.NaN && !at.Before(from) && at.Before(to) {
			out[at] = measure.Slot{Start: at, Good: int64(math.Round(v.Good * 1000)), Total: int64(math.Round(v.Total * 1000))}
		}
	}
	return out
}

// reader asks programs.
type reader struct{}

// Together returns a key for those that say so.
func (reader) Together(o origin.Origin) string { return o.Adapter.Parameters["together"] }

// Read asks for all by one request.
func (r reader) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	answers := make([]origin.Answer, len(asks))
	got, err := r.get(ctx, src, asks)
	for i, ask := range asks {
		a := &answers[i]
		if a.Err = err; err != nil {
			continue
		}
		points := got[ask.Origin.Adapter.Indicator]
		slices.SortFunc(points, func(a, b point) int { return a.Start.Compare(b.Start) })
		for _, v := range points {
			switch {
			case v.Partial:
				a.Missing = append(a.Missing, origin.Missing{Start: v.Start, Reason: origin.Partial, Detail: "one store did not answer"})
			case v.NaN:
				a.Missing = append(a.Missing, origin.Missing{Start: v.Start, Reason: origin.NotNumber, Detail: "NaN"})
			default:
				s := measure.Slot{Start: v.Start, Good: int64(math.Round(v.Good * 1000)), Total: int64(math.Round(v.Total * 1000))}
				a.Slots = append(a.Slots, origin.GroupSlot{Group: v.Group, Slot: s})
			}
		}
	}
	return answers
}

// hasty waits for a moment only.
type hasty struct{ reader }

func (h hasty) Read(ctx context.Context, src source.Source, asks []origin.Ask) []origin.Answer {
	src.Timeout = 50 * time.Millisecond
	return h.reader.Read(ctx, src, asks)
}

func (reader) get(ctx context.Context, src source.Source, asks []origin.Ask) (map[string][]point, error) {
	ctx, cancel := context.WithTimeout(ctx, src.Timeout)
	defer cancel()
	q := url.Values{}
	from, to := asks[0].From, asks[0].To
	for _, a := range asks {
		q.Add("indicator", a.Origin.Adapter.Indicator)
		if a.From.Before(from) {
			from = a.From
		}
		if a.To.After(to) {
			to = a.To
		}
	}
	q.Set("from", from.Format(time.RFC3339))
	q.Set("to", to.Format(time.RFC3339))
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, src.Address+"?"+q.Encode(), nil)
	if err != nil {
		return nil, err
	}
	// A connection of its own for each: a test that ends leaves none behind.
	req.Close = true
	res, err := http.DefaultClient.Do(req)
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		return nil, fault.New(fault.Unavailable, "source_timeout", "the data source did not answer in %s", src.Timeout)
	case err != nil:
		e := fault.New(fault.Unavailable, "source_unavailable", "the data source cannot be reached")
		e.Err = err
		return nil, e
	}
	defer res.Body.Close()
	if res.StatusCode == http.StatusUnprocessableEntity {
		return nil, fault.New(fault.Invalid, "query_refused", "the data source refused the query: there is no such metric")
	}
	out := map[string][]point{}
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		return nil, fmt.Errorf("read an answer: %w", err)
	}
	return out, nil
}

// adapter is the origin of an indicator; with a key it is read together with others.
func adapter(indicator, key string) *origin.Adapter {
	return &origin.Adapter{Indicator: indicator, Parameters: map[string]string{"together": key}}
}
