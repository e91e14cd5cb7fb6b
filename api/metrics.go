package api

import (
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// metrics are the edge's: by route pattern, method and status class, never by
// anything that a caller chooses.
type metrics struct {
	requests *prometheus.CounterVec
	seconds  *prometheus.HistogramVec
	// deprecated counts use of what is deprecated.
	deprecated *prometheus.CounterVec
}

func newMetrics(r prometheus.Registerer) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "evenkeel_http_requests_total",
			Help: "HTTP requests answered, by route pattern, method and class of status.",
		}, []string{"route", "method", "class"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "evenkeel_http_request_duration_seconds",
			Help:    "Time from a request's head to the end of its reply, by route pattern and method.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .2, .3, .5, 1, 2.5, 5, 10},
		}, []string{"route", "method"}),
	}
	r.MustRegister(m.requests, m.seconds)
	m.deprecated = deprecatedCounter(r)
	return m
}

// meter counts one route; its series exist from the start, so that rates over
// them see the first request.
type meter struct {
	route   string
	classes [6]prometheus.Counter // by status / 100
	seconds prometheus.Observer
}

func (m *metrics) meter(method, route string) *meter {
	out := &meter{route: route, seconds: m.seconds.WithLabelValues(route, method)}
	for class := 1; class < len(out.classes); class++ {
		out.classes[class] = m.requests.WithLabelValues(route, method, strconv.Itoa(class)+"xx")
	}
	return out
}

func (m *meter) observe(status int, d time.Duration) {
	m.classes[min(max(status/100, 1), len(m.classes)-1)].Inc()
	m.seconds.Observe(d.Seconds())
}
