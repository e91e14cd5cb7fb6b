package foreign_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"strconv"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/pyrra"
	"github.com/evenkeel/evenkeel/services/foreign/sloth"
	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/measure/prometheus/promtest"
	"github.com/evenkeel/evenkeel/services/source"
)

// ten is when the hour begins that is looked at; it has 240 scrapes.
var ten = time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC)

// counter is scraped every 15 s and grows by that much from the scrape on.
func counter(name string, from int, step float64) promtest.Series {
	s := promtest.Series{Name: name}
	for i, v := 0, 0.0; i <= 240; i++ {
		if i > from {
			v += step
		}
		s.Samples = append(s.Samples, promtest.Sample{At: ten.Add(time.Duration(i) * 15 * time.Second), Value: v})
	}
	return s
}

// gauge is scraped seven seconds after that, so that no sample is at the edge of a slot, and is 0
// for as many scrapes from the first on.
func gauge(name string, first, zeros int) promtest.Series {
	s := promtest.Series{Name: name}
	for i := range 240 {
		v := 1.0
		if i >= first && i < first+zeros {
			v = 0
		}
		s.Samples = append(s.Samples, promtest.Sample{At: ten.Add(time.Duration(i)*15*time.Second + 7*time.Second), Value: v})
	}
	return s
}

const pyrraObject = `apiVersion: pyrra.dev/v1alpha1
kind: ServiceLevelObjective
metadata: { name: a, namespace: shop }
spec: { target: "99", window: 4w, indicator: { %s } }
`

// TestAnSLOMeasuresWhatItsToolDid has the hour's share of errors by the recording rule of the tool,
// written as the tool writes it, by ours, slot by slot, and by hand.
func TestAnSLOMeasuresWhatItsToolDid(t *testing.T) {
	t.Parallel()
	base := promtest.Start(t, promtest.Options{Series: []promtest.Series{
		counter(`http_total{job="a",code="200"}`, 0, 2), counter(`http_total{job="a",code="500"}`, 120, 1), counter(`http_total{job="b",code="500"}`, 0, 50),
		counter(`took_seconds_bucket{job="a",le="0.5"}`, 0, 3), counter(`took_seconds_bucket{job="a",le="+Inf"}`, 0, 4), counter(`took_seconds_count{job="a"}`, 0, 4),
		gauge(`up{job="a",instance="1"}`, 25, 12), gauge(`up{job="a",instance="2"}`, 0, 0),
	}})
	for name, c := range map[string]struct {
		reading func() (foreign.Reading, error)
		theirs  string
		want    float64
	}{
		// 120 scrapes with one error of 240 with two answers: 120 of 600.
		"Pyrra's ratio": {
			func() (foreign.Reading, error) {
				return pyrra.Read(fmt.Appendf(nil, pyrraObject, `ratio: { errors: { metric: 'http_total{job="a",code=~"5.."}' }, total: { metric: 'http_total{job="a"}' } }`))
			},
			`sum(rate(http_total{code=~"5..",job="a"}[1h])) / sum(rate(http_total{job="a"}[1h]))`, 0.2,
		},
		// Three of four took at most half a second.
		"Pyrra's latency": {
			func() (foreign.Reading, error) {
				return pyrra.Read(fmt.Appendf(nil, pyrraObject, `latency: { success: { metric: 'took_seconds_bucket{job="a",le="0.5"}' }, total: { metric: 'took_seconds_count{job="a"}' } }`))
			},
			`(sum(rate(took_seconds_count{job="a"}[1h])) - sum(rate(took_seconds_bucket{job="a",le="0.5"}[1h]))) / sum(rate(took_seconds_count{job="a"}[1h]))`, 0.25,
		},
		// 12 scrapes of 480 found it down.
		"Pyrra's gauge": {
			func() (foreign.Reading, error) {
				return pyrra.Read(fmt.Appendf(nil, pyrraObject, `bool_gauge: { metric: 'up{job="a"}' }`))
			},
			`(sum(count_over_time(up{job="a"}[1h])) - sum(sum_over_time(up{job="a"}[1h]))) / sum(count_over_time(up{job="a"}[1h]))`, 0.025,
		},
		"Sloth's events": {
			func() (foreign.Reading, error) {
				return sloth.ReadText([]byte(`version: prometheus/v1
service: shop
slos:
  - name: errors
    objective: 99
    sli: { events: { error_query: 'sum(rate(http_total{job="a",code=~"5.."}[{{.window}}]))', total_query: 'sum(rate(http_total{job="a"}[{{.window}}]))' } }
    alerting: { name: Errors }
`))
			},
			`(sum(rate(http_total{job="a",code=~"5.."}[1h]))) / (sum(rate(http_total{job="a"}[1h])))`, 0.2,
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := c.reading()
			if err != nil || len(got.SLOs) != 1 {
				t.Fatalf("%d SLOs, %v (%v)", len(got.SLOs), got.Notes, err)
			}
			d := got.SLOs[0].Declaration
			if of := ours(t, base, d.Origin, d.Resolution); math.Abs(of-c.want) > 1e-9 {
				t.Errorf("our share of errors is %v, by hand it is %v", of, c.want)
			}
			// An hour's rate is extrapolated from its first and last scrape.
			if of := asked(t, base, c.theirs); math.Abs(of-c.want) > 0.001 {
				t.Errorf("the tool's share of errors is %v, by hand it is %v", of, c.want)
			}
		})
	}
}

// ours is the share of bad events of the hour, as it is read slot by slot.
func ours(t *testing.T, base string, o origin.Origin, resolution time.Duration) float64 {
	t.Helper()
	reader := prometheus.New(func(context.Context, source.Source) (*http.Client, error) { return http.DefaultClient, nil })
	src := source.Source{Slug: "main", Limits: source.Limits{Timeout: 20 * time.Second}}
	src.Address = base
	answer := reader.Read(t.Context(), src,
		[]origin.Ask{{Origin: o, Resolution: resolution, From: ten, To: ten.Add(time.Hour)}})[0]
	if answer.Err != nil || len(answer.Missing) > 0 || len(answer.Slots) != int(time.Hour/resolution) {
		t.Fatalf("%d slots, missing are %v (%v)", len(answer.Slots), answer.Missing, answer.Err)
	}
	var good, total float64
	for _, s := range answer.Slots {
		good, total = good+measure.Events(s.Good), total+measure.Events(s.Total)
	}
	return 1 - good/total
}

// asked is what a query gives at the end of the hour.
func asked(t *testing.T, base, query string) float64 {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, base+"/api/v1/query?"+url.Values{"query": {query}, "time": {ten.Add(time.Hour).Format(time.RFC3339)}}.Encode(), nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	var reply struct {
		Data struct {
			Result []struct{ Value [2]any }
		}
	}
	if err := json.Unmarshal(text, &reply); err != nil || len(reply.Data.Result) != 1 {
		t.Fatalf("%s gives %s (%v)", query, text, err)
	}
	value, err := strconv.ParseFloat(fmt.Sprint(reply.Data.Result[0].Value[1]), 64)
	if err != nil {
		t.Fatal(err)
	}
	return value
}
