package admission

import "github.com/prometheus/client_golang/prometheus"

// meter is the control's metrics: by class and reason, never by caller.
type meter struct {
	refused [classes][reasons]prometheus.Counter
}

func (m *meter) init(c *Control, into prometheus.Registerer) {
	refused := prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "evenkeel_admission_refused_total",
		Help: "Requests refused to protect the process, by class and reason.",
	}, []string{"class", "reason"})
	for class := Critical; class < classes; class++ {
		for why := range Reason(reasons) {
			m.refused[class][why] = refused.WithLabelValues(class.String(), why.String())
		}
	}
	if into == nil {
		return
	}
	gauge := func(name, help string, read func() int64) prometheus.Collector {
		return prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help}, func() float64 { return float64(read()) })
	}
	into.MustRegister(refused,
		gauge("evenkeel_admission_limit", "How many requests may be worked on at one time, as it follows what they take.", c.limit.Load),
		gauge("evenkeel_admission_in_flight", "Requests that are worked on.", c.inFlight.Load),
		gauge("evenkeel_admission_queued", "Requests that wait to be worked on.", c.waiting.Load),
	)
}
