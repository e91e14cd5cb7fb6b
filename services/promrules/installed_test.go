package promrules_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/promrules"
	"github.com/evenkeel/evenkeel/services/source"
)

// short is the length of slots of the test, so that it need not wait for minutes.
const short = 2 * time.Second

// exposed is a program with counters that grow unevenly with every scrape.
func exposed(t *testing.T) string {
	t.Helper()
	var scrapes atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		n := float64(scrapes.Add(1))
		fmt.Fprintf(w, "requests_total{code=\"200\",job=\"a\"} %g\nrequests_total{code=\"500\",job=\"a\"} %g\nqueue_length{n=\"1\"} %g\nqueue_length{n=\"2\"} 3\nfine_ratio %g\n",
			100*n*n, 7.25*n*n/3, float64(int(n)%5), 1/(1+n/1000))
	}))
	t.Cleanup(s.Close)
	return strings.TrimPrefix(s.URL, "http://")
}

// through counts requests by their paths.
type through struct{ queries, looks atomic.Int64 }

func (h *through) RoundTrip(r *http.Request) (*http.Response, error) {
	if strings.HasSuffix(r.URL.Path, "/rules") {
		h.looks.Add(1)
	} else {
		h.queries.Add(1)
	}
	return http.DefaultTransport.RoundTrip(r)
}

// A real Prometheus scrapes a program and evaluates the rules of several SLOs, each group at a
// second of its own. The same slots are the same, read from the rules by one request and by the
// queries of each SLO.
func TestSlotsThatRulesRecordedAreThoseThatQueriesGive(t *testing.T) {
	t.Parallel()
	origins := map[string]origin.Origin{
		"bad":       {Ratio: &origin.Ratio{Bad: `sum(increase(requests_total{code=~"5..",job="a"}[$window]))`, Total: `sum(increase(requests_total{job="a"}[$window]))`}},
		"never":     {Ratio: &origin.Ratio{Bad: `sum(increase(requests_total{code="404"}[$window]))`, Total: `sum(increase(requests_total[$window]))`}},
		"good":      {Ratio: &origin.Ratio{Good: `sum(increase(requests_total{code!~"5.."}[$window]))`, Total: `sum(increase(requests_total[$window]))`}},
		"threshold": {Threshold: &origin.Threshold{Query: `queue_length`, Op: origin.LTE, Value: 2}},
		"share":     {RawRatio: &origin.RawRatio{Query: `avg(fine_ratio)`}},
	}
	var slos []promrules.SLO
	var asks []origin.Ask
	for slug, o := range origins {
		slos = append(slos, checkout(t, func(s *promrules.SLO) { s.Slug, s.Origin, s.Resolution = slug, o, short }))
		asks = append(asks, origin.Ask{Indicator: id.ID(slug), Origin: o, Resolution: short})
	}
	// Of this one the rules of an earlier revision are installed; and of this one none are.
	slos = append(slos, checkout(t, func(s *promrules.SLO) { s.Slug, s.Resolution = "revised", short }))
	revised := origin.Ask{Origin: origin.Origin{Ratio: &origin.Ratio{Bad: `sum(increase(http_requests_total{code=~"5.."}[$window]))`, Total: `sum(increase(http_requests_total{job="a"}[$window]))`}}, Resolution: short}
	base := promtest.Start(t, promtest.Options{Config: fmt.Sprintf("global: {scrape_interval: 500ms, scrape_timeout: 500ms}\nrule_files: [%q, %q]\nscrape_configs: [{job_name: it, honor_labels: true, static_configs: [{targets: [%q]}]}]\n",
		file(t, promrules.Evenkeel, slos[:3]...), file(t, promrules.Sloth, slos[3:]...), exposed(t))})
	seen := new(through)
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return &http.Client{Transport: seen}, nil })
	book := prometheus.NewRulebook(reader, short)
	src := source.Source{ID: "s", Slug: "main", Access: source.Access{Address: base}, Limits: source.Limits{Timeout: 10 * time.Second, Delay: time.Minute}}

	to, from := recordedUntil(t, base, len(origins), 4, time.Time{})
	for i := range asks {
		asks[i].From, asks[i].To = from, to
	}
	revised.From, revised.To = from, to
	if _, is := book.Recorded(src, asks[0]); is {
		t.Error("rules are known before anybody looked")
	}
	book.Look(t.Context(), src, from.Add(-time.Hour)) // and so long ago that all was recorded since
	for range 3 {
		book.Look(t.Context(), src, from.Add(-time.Hour).Add(time.Minute))
	}
	if n := seen.looks.Load(); n != 1 {
		t.Errorf("it looked %d times within a minute", n)
	}
	for _, a := range asks {
		if after, is := book.Recorded(src, a); !is || after < short+prometheus.Settle {
			t.Errorf("%s is recorded: %v, and can be read after %s", a.Indicator, is, after)
		}
		if of, is := book.Recording(src, a); !is || of.Good != "slo:good_events:slot2s" || !strings.HasSuffix(of.Group, string("checkout-"+a.Indicator)) {
			t.Errorf("%s is recorded by %+v", a.Indicator, of)
		}
	}
	if _, is := book.Recorded(src, revised); is {
		t.Error("rules of another revision are taken for those of the indicator")
	}
	hasty := src
	hasty.Delay = 0
	if _, is := book.Recorded(hasty, asks[0]); is {
		t.Error("a data source that is asked at once is read from rules, which come later")
	}
	// On a machine that has much to do, a scrape or an evaluation may be missed: then there is
	// neither, and later slots are looked at.
	var recorded, queried []origin.Answer
	for began := time.Now(); ; to, from = recordedUntil(t, base, len(origins), 4, to) {
		for i := range asks {
			asks[i].From, asks[i].To = from, to
		}
		before := seen.queries.Load()
		recorded = book.Read(t.Context(), src, asks)
		if n := seen.queries.Load() - before; n != 1 {
			t.Errorf("%d indicators were read by %d requests", len(asks), n)
		}
		queried = reader.Read(t.Context(), src, asks)
		if whole(recorded) && whole(queried) {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatalf("there are never all: recorded %+v, read %+v", recorded, queried)
		}
	}
	for i, a := range asks {
		if !reflect.DeepEqual(recorded[i].Slots, queried[i].Slots) {
			t.Errorf("%s was recorded as %+v, and read as %+v", a.Indicator, recorded[i], queried[i])
		}
		for _, slot := range queried[i].Slots {
			if slot.Total == 0 || (slot.Good == slot.Total) != (a.Indicator == "never") && a.Indicator != "threshold" {
				t.Errorf("%s has slots of nothing: %+v", a.Indicator, slot)
			}
		}
	}
	// A range in which the rules were not yet evaluated is not theirs to answer.
	asks[0].From = from.Add(-time.Hour)
	if got := book.Read(t.Context(), src, append(asks[:2], revised)); got[0].Err == nil || got[1].Err != nil || got[2].Err == nil {
		t.Errorf("of an hour before, of the same, and of another revision: %v, %v, %v", got[0].Err, got[1].Err, got[2].Err)
	}
	// What was recorded before a rule was seen may be of another one.
	fresh := prometheus.NewRulebook(reader, short)
	fresh.Look(t.Context(), src, to)
	if got := fresh.Read(t.Context(), src, asks[1:2]); got[0].Err == nil {
		t.Error("what was recorded before anybody looked is taken for the rule's")
	}
	if _, is := fresh.Recorded(src, asks[1]); is {
		t.Error("what was recorded before anybody looked is held for the rule's")
	}
}

// whole reports whether there are all four slots of each.
func whole(answers []origin.Answer) bool {
	return !slices.ContainsFunc(answers, func(a origin.Answer) bool { return a.Err != nil || len(a.Slots) != 4 })
}

// recordedUntil waits until so many pairs of rules have recorded so many slots, the last of which
// ends after a time, and returns when they end and begin.
func recordedUntil(t *testing.T, base string, pairs, slots int, after time.Time) (to, from time.Time) {
	t.Helper()
	query := url.Values{"query": {`{__name__="slo:good_events:slot2s"}[1m]`}}.Encode()
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for deadline := time.After(2 * time.Minute); ; {
		var reply struct {
			Data struct {
				Result []struct{ Values [][2]any }
			}
		}
		resp, err := http.Get(base + "/api/v1/query?" + query)
		if err != nil {
			t.Fatal(err)
		}
		err = json.NewDecoder(resp.Body).Decode(&reply)
		resp.Body.Close()
		if err != nil {
			t.Fatal(err)
		}
		to = time.Time{}
		ready := 0
		for _, series := range reply.Data.Result {
			if len(series.Values) < slots+2 {
				continue
			}
			ready++
			last := time.UnixMilli(int64(series.Values[len(series.Values)-1][0].(float64) * 1000)).UTC()
			if end := prometheus.SlotAt(last, short); to.IsZero() || end.Before(to) {
				to = end
			}
		}
		if ready == pairs && to.After(after) {
			return to, to.Add(-time.Duration(slots) * short)
		}
		select {
		case <-deadline:
			t.Fatalf("%d of %d rules recorded something: %+v", ready, pairs, reply)
		case <-tick.C:
		}
	}
}
