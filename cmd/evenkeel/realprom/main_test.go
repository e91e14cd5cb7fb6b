package realprom_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/cmd/evenkeel/process"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
)

func TestMain(m *testing.M) { process.Main(m) }

// slot is the resolution of what is made.
const slot = 5 * time.Minute

// made is a service's history in Prometheus: 28 days until the end, in which every
// slot has 100 requests. On one day, the eleventh before the end, ten of each
// hundred failed.
type made struct{ end time.Time }

func (m made) begin() time.Time { return m.end.AddDate(0, 0, -28) }
func (m made) outage() (from, to time.Time) {
	return m.end.AddDate(0, 0, -11), m.end.AddDate(0, 0, -10)
}

// series are two counters that are scraped at the edges of slots and in their
// middles, and grow by the same step at both, so that an increase over a slot is
// two steps, whether the sample at the left edge belongs to it or not.
func (m made) series() []promtest.Series {
	good, bad := promtest.Series{Name: `http_requests_total{job="checkout",code="200"}`}, promtest.Series{Name: `http_requests_total{job="checkout",code="500"}`}
	from, to := m.outage()
	var served, failed float64
	for at := m.begin(); !at.After(m.end); at = at.Add(slot / 2) {
		good.Samples = append(good.Samples, promtest.Sample{At: at, Value: served})
		bad.Samples = append(bad.Samples, promtest.Sample{At: at, Value: failed})
		if at.Before(from) || !at.Before(to) {
			served += 50
		} else {
			served, failed = served+45, failed+5
		}
	}
	return []promtest.Series{good, bad}
}

// sums are the events in [from, to), by the length of time that it has in common
// with the history and with the outage.
func (m made) sums(from, to time.Time) (good, total float64) {
	slots := func(begin, end time.Time) float64 {
		if begin.Before(from) {
			begin = from
		}
		if end.After(to) {
			end = to
		}
		return max(0, float64(end.Sub(begin)/slot))
	}
	total = 100 * slots(m.begin(), m.end)
	return total - 10*slots(m.outage()), total
}

// program is a process that is asked by its API.
type program struct {
	*process.Process
	t *testing.T
}

// do calls it, wants the status, and reads the reply into what is given.
func (p program) do(want int, method, path, body string, into any) {
	p.t.Helper()
	req, err := http.NewRequestWithContext(p.t.Context(), method, p.Base()+path, bytes.NewBufferString(body))
	if err != nil {
		p.t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+p.Token())
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	if res.StatusCode != want {
		p.t.Fatalf("%s %s: %d %s, want %d", method, path, res.StatusCode, text, want)
	}
	if into == nil {
		return
	}
	if err := json.Unmarshal(text, into); err != nil {
		p.t.Fatalf("%s %s: %v in %s", method, path, err, text)
	}
}

// run has a job run, and returns its counts.
func (p program) run(job string) map[string]int64 {
	p.t.Helper()
	var run struct {
		State  string
		Result map[string]int64
	}
	p.do(http.StatusCreated, http.MethodPost, "/v1/jobs/"+job+"/runs", "", &run)
	if run.State == "failed" {
		p.t.Fatalf("%s: %+v", job, run)
	}
	return run.Result
}

// eventually asks again and again until it is so.
func eventually(t *testing.T, within time.Duration, what string, isSo func() bool) {
	t.Helper()
	end := time.After(within)
	again := time.NewTicker(500 * time.Millisecond)
	defer again.Stop()
	for !isSo() {
		select {
		case <-end:
			t.Fatalf("within %s it did not come to pass that %s", within, what)
		case <-again.C:
		}
	}
}

// scraping is the configuration of a Prometheus that scrapes the address often.
func scraping(host string) string {
	return fmt.Sprintf("scrape_configs: [{job_name: evenkeel, scrape_interval: 2s, static_configs: [{targets: [%q]}]}]\n", host)
}
