package realprom_test

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

type account struct {
	Good, Total, SLI, AllowedEvents, BurnedEvents, RemainingEvents, Burned, Remaining float64
}

type status struct {
	State     string
	Judged    bool
	WindowEnd time.Time
	Window    account
}

type collection struct {
	CollectedUntil time.Time
	SucceededAt    *time.Time
	Failure        *struct{ Kind, Message string }
	Backfills      []struct{ State string }
}

const (
	checkout = "/v1/services/checkout/slos/availability"
	itself   = "/v1/services/evenkeel/slos/scraped"
)

func TestAPrometheusBecomesSLOsWithTheirHistory(t *testing.T) {
	t.Parallel()
	p := program{process.Start(t, process.Options{}), t}
	history := made{time.Now().UTC().Truncate(slot)}
	prometheus := promtest.Start(t, promtest.Options{Series: history.series(), Config: scraping(strings.TrimPrefix(p.Base(), "http://"))})

	p.do(201, "POST", "/v1/data-sources", fmt.Sprintf(`{"slug":"prometheus","name":"Prometheus","kind":"prometheus","address":%q,"delaySeconds":0}`, prometheus), nil)
	var checked struct{ Result, Message, Version string }
	if p.do(200, "POST", "/v1/data-sources/prometheus/check", "", &checked); checked.Result != "ok" || checked.Version == "" {
		t.Fatalf("the check of the data source: %+v", checked)
	}
	p.do(201, "POST", "/v1/teams", `{"slug":"payments","name":"Payments"}`, nil)
	p.do(201, "POST", "/v1/services", `{"slug":"checkout","name":"Checkout","team":"payments","kind":"http","tier":2}`, nil)
	p.do(201, "POST", "/v1/services/checkout/slos", `{"slug":"availability","name":"Availability","objective":"99.5%","indicator":{"category":"availability","resolutionSeconds":300,
		"source":{"dataSource":"prometheus","ratio":{
			"good":"sum(increase(http_requests_total{job=\"checkout\",code!~\"5..\"}[$window]))",
			"total":"sum(increase(http_requests_total{job=\"checkout\"}[$window]))"}}}}`, nil)
	p.do(201, "POST", "/v1/services/evenkeel/slos", `{"slug":"scraped","name":"Availability, as Prometheus sees it","objective":"99%","indicator":{"category":"availability",
		"source":{"dataSource":"prometheus","ratio":{
			"bad":"sum(increase(evenkeel_http_requests_total{class=\"5xx\"}[$window]))",
			"total":"sum(increase(evenkeel_http_requests_total[$window]))"}}}}`, nil)

	// The jobs also run by themselves; asked for, they need not be waited for.
	for _, of := range []string{checkout, itself} {
		eventually(t, time.Minute, "the window of "+of+" is filled", func() bool {
			p.run("backfill")
			var c collection
			p.do(200, "GET", of+"/collection", "", &c)
			return len(c.Backfills) == 0
		})
	}
	p.run("collect-measurements")
	p.run("evaluate-budgets")

	var backfills struct {
		Items []struct {
			State    string
			Cause    string
			SLO      struct{ Slug string }
			Progress struct{ Found, Done, Slots int64 }
		}
	}
	p.do(200, "GET", "/v1/backfills?service=checkout", "", &backfills)
	if len(backfills.Items) != 1 || backfills.Items[0].State != "succeeded" || backfills.Items[0].Cause != "indicator" || backfills.Items[0].Progress.Done != backfills.Items[0].Progress.Slots {
		t.Errorf("backfills of checkout: %+v", backfills.Items)
	}
	checkStatus(t, p, history)
	checkHistory(t, p, history)
	checkScraped(t, p)
}

// The window that ends with the history has 28 × 288 slots with 806,400 requests, of
// which 2,880 failed: five sevenths of the 4,032 that 99.5 % allows. With each slot
// that ends while this runs the window loses one of its oldest.
func checkStatus(t *testing.T, p program, history made) {
	t.Helper()
	var got status
	p.do(200, "GET", checkout+"/status", "", &got)
	good, total := history.sums(got.WindowEnd.AddDate(0, 0, -28), got.WindowEnd)
	if got.WindowEnd.Equal(history.end) && (good != 803_520 || total != 806_400) {
		t.Fatalf("worked out are %v of %v", good, total)
	}
	if !got.Judged || got.State != "ok" || got.WindowEnd.Before(history.end) {
		t.Errorf("the status is %+v", got)
	}
	w := got.Window
	if w.Good != good || w.Total != total || w.BurnedEvents != 2880 {
		t.Errorf("counted are %+v, want %v of %v", w, good, total)
	}
	for name, pair := range map[string][2]float64{
		"sli": {w.SLI, good / total}, "allowedEvents": {w.AllowedEvents, total * 0.005}, "remainingEvents": {w.RemainingEvents, total*0.005 - 2880},
		"burned": {w.Burned, 2880 / (total * 0.005)}, "remaining": {w.Remaining, 1 - 2880/(total*0.005)},
	} {
		if math.Abs(pair[0]-pair[1]) > 1e-9*max(1, math.Abs(pair[1])) {
			t.Errorf("%s is %v, want %v", name, pair[0], pair[1])
		}
	}
}

// checkHistory holds each day's window to the samples that lie in it.
func checkHistory(t *testing.T, p program, history made) {
	t.Helper()
	query := fmt.Sprintf("?from=%s&to=%s&stepSeconds=86400", history.end.AddDate(0, 0, -20).Format(time.RFC3339), history.end.Format(time.RFC3339))
	var got struct {
		Points []struct {
			At          time.Time
			Good, Total float64
			SLI         *float64
		}
	}
	p.do(200, "GET", checkout+"/history"+query, "", &got)
	if len(got.Points) < 20 {
		t.Fatalf("the history has %d points", len(got.Points))
	}
	for _, point := range got.Points {
		good, total := history.sums(point.At.AddDate(0, 0, -28), point.At)
		if point.Good != good || point.Total != total || point.SLI == nil || math.Abs(*point.SLI-good/total) > 1e-12 {
			t.Errorf("at %s the history has %+v, want %v of %v", point.At, point, good, total)
		}
	}
}

// checkScraped waits for a slot of a minute that Prometheus scraped of the program.
// Calls of the test are what it counts.
func checkScraped(t *testing.T, p program) {
	t.Helper()
	var got struct {
		Reporters []struct {
			Reporter string
			Slots    []struct{ Good, Total float64 }
		}
	}
	eventually(t, 3*time.Minute, "a slot of its own requests was read", func() bool {
		p.run("collect-measurements")
		p.do(200, "GET", itself+"/measurements", "", &got)
		return len(got.Reporters) > 0 && len(got.Reporters[0].Slots) > 0
	})
	if len(got.Reporters) != 1 || got.Reporters[0].Reporter != "data-source" {
		t.Errorf("reporters are %+v", got.Reporters)
	}
	for _, s := range got.Reporters[0].Slots {
		if s.Total <= 0 || s.Good != s.Total {
			t.Errorf("a slot has %v good of %v, and nothing failed", s.Good, s.Total)
		}
	}
	p.run("evaluate-budgets")
	var is status
	if p.do(200, "GET", itself+"/status", "", &is); is.State != "ok" || is.Window.Total <= 0 || is.Window.Good != is.Window.Total {
		t.Errorf("its status is %+v", is)
	}
	var c collection
	if p.do(200, "GET", itself+"/collection", "", &c); c.Failure != nil || c.SucceededAt == nil {
		t.Errorf("its collection is %+v", c)
	}
	var source struct{ Health struct{ State string } }
	if p.do(http.StatusOK, "GET", "/v1/data-sources/prometheus", "", &source); source.Health.State != "ok" {
		t.Errorf("the data source is %+v", source)
	}
}
