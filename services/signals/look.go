package signals

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/prometheus/prometheus/model/labels"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/source"
)

// sought is a reading that is being made.
type sought struct {
	Reading
	lack *Lack // why nothing can be asked at all
	// of a data source: what it is asked, and what a value is made of.
	src     source.Source
	answers []*answer
	combine func(given []prometheus.Value) value
	// of an SLO: what it counted.
	indicator slo.View
	count     func(c counted, at time.Time, length time.Duration) value
}

// look is one look at the signals of a service.
type look struct {
	*Service
	span
	now     time.Time
	owner   registry.Service
	sources map[id.ID]source.Source
	slos    map[id.ID]slo.View
	found   []sought
}

// read reads what of a mapping is wanted, over a span. Data sources are all asked at
// once, and those that did not answer within the Service's patience are left out.
func (s *Service) read(ctx context.Context, m Mapping, owner registry.Service, over span, want func(Reading) bool) (Report, error) {
	l := look{Service: s, span: over, now: clock.Round(s.Clock()), owner: owner}
	if err := l.name(ctx, m.Map); err != nil {
		return Report{}, err
	}
	l.plan(m.Map)
	l.found = slices.DeleteFunc(l.found, func(one sought) bool { return want != nil && !want(one.Reading) })
	for i := range l.found {
		l.begin(ctx, &l.found[i])
	}
	kept := map[id.ID]counted{}
	for _, one := range l.found {
		if of := one.SLO; one.count != nil && one.lack == nil && kept[of].sums == nil {
			c, err := s.counts(ctx, one.indicator, over)
			if err != nil {
				return Report{}, err
			}
			kept[of] = c
		}
	}
	report := Report{Service: owner, Mapping: m, At: l.now, From: over.from, To: over.to, Step: over.step, Window: over.window(), Sources: map[id.ID]string{}, SLOs: map[id.ID]string{}}
	waiting, done := context.WithTimeout(ctx, s.Patience)
	defer done()
	for _, one := range l.found {
		r, err := l.end(waiting, one, kept[one.SLO])
		if err != nil {
			return Report{}, err
		}
		report.Readings = append(report.Readings, r)
	}
	if err := ctx.Err(); err != nil {
		return Report{}, err // nobody waits for it
	}
	for of, src := range l.sources {
		report.Sources[of] = src.Slug
	}
	for of, v := range l.slos {
		report.SLOs[of] = v.SLO.Slug
	}
	return report, nil
}

// name reads what the map names.
func (l *look) name(ctx context.Context, m Map) error {
	l.slos = map[id.ID]slo.View{}
	sources := m.DataSources()
	if slos := m.SLOs(); len(slos) > 0 {
		views, err := l.SLOs.ViewsByID(ctx, slos)
		if err != nil {
			return fmt.Errorf("read the SLOs of signals: %w", err)
		}
		for _, v := range views {
			l.slos[v.SLO.ID] = v
			if m.Latency != nil && m.Latency.SLO == v.SLO.ID {
				sources = distinct(append(sources, v.Indicator.Origin.DataSource))
			}
		}
	}
	if len(sources) == 0 {
		return nil
	}
	var err error
	if l.sources, err = l.Sources.SourcesByID(ctx, sources); err != nil {
		return fmt.Errorf("read the data sources of signals: %w", err)
	}
	return nil
}

// plan says what is read for each signal.
func (l *look) plan(m Map) {
	if m.Latency != nil {
		l.latency(*m.Latency)
	}
	if t := m.Traffic; t != nil {
		r := Reading{Signal: Traffic, Name: "requests", Unit: PerSecond}
		if t.SLO != "" {
			l.take(r, t.SLO, "/traffic/slo", "all events of the SLO within the window, for each second", counted.total)
		} else {
			l.ask(r, t.DataSource, "/traffic/query", "what the query gives", first, t.Query)
		}
	}
	if e := m.Errors; e != nil {
		share, rate := Reading{Signal: Errors, Name: "share", Unit: Share}, Reading{Signal: Errors, Name: "rate", Unit: PerSecond}
		if e.SLO != "" {
			l.take(share, e.SLO, "/errors/slo", "bad events of the SLO ÷ all events within the window", counted.share)
			l.take(rate, e.SLO, "/errors/slo", "bad events of the SLO within the window, for each second", counted.failed)
		} else {
			pair := func(make func(failed, total prometheus.Value) value) func([]prometheus.Value) value {
				return func(given []prometheus.Value) value { return make(given[0], given[1]) }
			}
			l.ask(share, e.DataSource, "/errors/failed", "what the first query gives ÷ what the second gives; failures that have no series are none", pair(shareOf), e.Failed, e.Total)
			l.ask(rate, e.DataSource, "/errors/failed", "what the first query gives; failures that have no series beside the second query's are none", pair(rateOf), e.Failed, e.Total)
		}
	}
	for i, resource := range m.Saturation {
		r := Reading{Signal: Saturation, Name: resource.Name, Unit: Share}
		l.ask(r, resource.DataSource, fmt.Sprintf("/saturation/%d/query", i), "what the query gives", first, resource.Query)
	}
}

func first(given []prometheus.Value) value { return numberOf(given[0]) }

// latency plans the quantiles of latency, those of successes first.
func (l *look) latency(m LatencyMap) {
	figure := func(o Outcome, q Quantile) Reading {
		return Reading{Signal: Latency, Name: string(o) + "_" + string(q), Outcome: o, Quantile: q, Unit: Seconds}
	}
	for i, q := range m.Queries {
		how, combine := inSeconds("what the query gives", first, m.Unit)
		l.ask(figure(q.Outcome, q.Quantile), m.DataSource, fmt.Sprintf("/latency/queries/%d/query", i), how, combine, q.Query)
	}
	from, h, pointer := m.DataSource, Histogram{}, "/latency/histogram/metric"
	var missing *Lack
	switch {
	case m.SLO != "":
		v := l.slos[m.SLO]
		pointer = "/latency/slo"
		if missing = unfit(Latency, v); missing == nil {
			o := v.Indicator.Origin
			from, h = o.DataSource, Histogram{Metric: o.Latency.Metric, Successes: o.Latency.Selector, Native: o.Latency.Native}
		}
	case m.Histogram != nil:
		h = *m.Histogram
	default:
		return
	}
	how, combine := inSeconds("the quantile of what the histogram observed within the window, interpolated within a bucket", func(given []prometheus.Value) value {
		return quantileOf(given[0])
	}, m.Unit)
	for _, o := range Outcomes {
		if o == Failure && h.Failures == "" {
			continue
		}
		for _, q := range m.Quantiles {
			r := figure(o, q)
			r.SLO = m.SLO
			if missing != nil {
				r.How, r.Pointer = how, pointer
				l.found = append(l.found, sought{Reading: r, lack: missing})
				continue
			}
			l.compiled(r, from, pointer, how, combine, func(enforced []*labels.Matcher) ([]string, error) {
				query, err := h.of(o).Quantile(q.share(), l.window(), enforced)
				return []string{query}, err
			})
		}
	}
}

// inSeconds makes seconds of what is in another unit.
func inSeconds(how string, combine func([]prometheus.Value) value, unit Unit) (string, func([]prometheus.Value) value) {
	if unit != Millis {
		return how, combine
	}
	return how + ", ÷ 1000", func(given []prometheus.Value) value {
		v := combine(given)
		v.number /= 1000
		return v
	}
}

// take plans a reading of what an SLO counts.
func (l *look) take(r Reading, of id.ID, pointer, how string, count func(c counted, at time.Time, length time.Duration) value) {
	v := l.slos[of]
	r.SLO, r.Pointer, r.How = of, pointer, how
	l.found = append(l.found, sought{Reading: r, lack: unfit(r.Signal, v), indicator: v, count: count})
}

// ask plans a reading of expressions.
func (l *look) ask(r Reading, from id.ID, pointer, how string, combine func([]prometheus.Value) value, texts ...string) {
	l.compiled(r, from, pointer, how, combine, func(enforced []*labels.Matcher) ([]string, error) {
		queries := make([]string, len(texts))
		for i, text := range texts {
			var err error
			if queries[i], err = prometheus.CompileValue(pointer, text, l.window(), enforced); err != nil {
				return nil, err
			}
		}
		return queries, nil
	})
}

// compiled plans a reading of what is made of the matchers that the data source has for
// the owner's team.
func (l *look) compiled(
	r Reading, from id.ID, pointer, how string, combine func([]prometheus.Value) value,
	compile func(enforced []*labels.Matcher) ([]string, error),
) {
	src := l.sources[from]
	r.DataSource, r.Pointer, r.How = from, pointer, how
	one := sought{Reading: r, src: src, combine: combine}
	enforced, err := prometheus.Enforced(src, l.owner.Team, l.owner.TeamSlug)
	if err == nil {
		one.Queries, err = compile(enforced)
	}
	switch {
	case src.RetiredAt != nil:
		one.lack = lack(Retired, "the data source %q was retired and is not asked any more", src.Slug)
	case err != nil:
		one.lack = lackOf(err)
	}
	l.found = append(l.found, one)
}

// begin has what a reading needs be asked.
func (l *look) begin(ctx context.Context, one *sought) {
	if one.lack != nil || one.combine == nil {
		return
	}
	for _, query := range one.Queries {
		asked, err := l.answers.ask(l.now, one.src, query, l.behind(one.src.Delay))
		if err != nil {
			one.lack = l.failed(ctx, one, err)
			return
		}
		one.answers = append(one.answers, asked)
	}
}

// end waits for the answers of a reading, and makes its points.
func (l *look) end(ctx context.Context, one sought, c counted) (Reading, error) {
	at := func(i int) (time.Time, value) { return l.at(i), value{} }
	switch {
	case one.lack != nil:
	case one.count != nil:
		at = func(i int) (time.Time, value) {
			end := l.at(i)
			if l.lately && i == l.points()-1 {
				end = c.newest(end)
			}
			return end, one.count(c, end, l.window())
		}
	default:
		given, missing := l.wait(ctx, one)
		one.lack = missing
		over := l.behind(one.src.Delay)
		at = func(i int) (time.Time, value) {
			if missing != nil {
				return over.at(i), value{}
			}
			return over.at(i), one.combine(given(i))
		}
	}
	if err := ctx.Err(); errors.Is(err, context.Canceled) {
		return Reading{}, err // nobody waits any more
	}
	r := one.Reading
	r.Points = make([]Point, l.points())
	for i := range r.Points {
		when, v := at(i)
		if one.lack != nil {
			v = unknown(one.lack)
		}
		r.Points[i] = Point{At: when, Value: v.number, Lack: v.lack}
	}
	return r, nil
}

// wait returns what all queries of a reading gave at each time, or why there is nothing.
func (l *look) wait(ctx context.Context, one sought) (func(i int) []prometheus.Value, *Lack) {
	for _, asked := range one.answers {
		select {
		case <-asked.came:
		case <-ctx.Done():
			if !asked.finished() {
				return nil, lack(Late, "the data source %q did not answer within %s; what it answers later is shown by the next look", one.src.Slug, l.Patience)
			}
		}
		if asked.err != nil {
			return nil, l.failed(ctx, &one, asked.err)
		}
		if asked.values.Partial != "" {
			return nil, lack(Partial, "the data source %q says that its answer is not whole: %s", one.src.Slug, asked.values.Partial)
		}
	}
	return func(i int) []prometheus.Value {
		given := make([]prometheus.Value, len(one.answers))
		for k, asked := range one.answers {
			given[k] = asked.values.At[i]
		}
		return given
	}, nil
}

// failed says why a data source gave no answer. What is Evenkeel's own fault is logged,
// and spoils no other reading.
func (l *look) failed(ctx context.Context, one *sought, err error) *Lack {
	if missing := lackOf(err); missing != nil {
		return missing
	}
	l.Logger.ErrorContext(ctx, "signal cannot be read", "service", l.owner.ID, "signal", one.Signal, "name", one.Name, "source", one.src.ID, "error", err)
	return lack(Unavailable, "the reason is internal; the log of the replica holds the details")
}
