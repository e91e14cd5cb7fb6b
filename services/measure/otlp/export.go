package otlp

import (
	"context"
	"fmt"
	"math"
	"time"

	colpb "go.opentelemetry.io/proto/otlp/collector/metrics/v1"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	metricspb "go.opentelemetry.io/proto/otlp/metrics/v1"
	"google.golang.org/protobuf/proto"

	"github.com/evenkeel/evenkeel/services/measure"
)

// Bounds of one export, of what indicators want of it.
const (
	// MaxPoints is the number of points that are looked at.
	MaxPoints = 10_000
	// MaxReadings is how often they are counted: once for each indicator that wants
	// them.
	MaxReadings = 50_000
	// maxLooks is how often conditions of indicators are looked at.
	maxLooks = 500_000
	// MaxMetrics is the number of metrics that are looked at.
	MaxMetrics = 10_000
	// MaxAttributes is how many attributes a point may have, and a resource, and a scope.
	MaxAttributes = 64
	// maxNamed is how many bytes name a resource or a scope, with its attributes.
	maxNamed = 64 << 10
	// ahead is how far the clock of an exporter may be before ours: such points count
	// in the slot that runs now.
	ahead = time.Minute
)

// reading is a point as one indicator counts it.
type reading struct {
	key        Key
	root       Hash
	point      int // which of the export, for those that are refused
	cumulative bool
	start      int64
	time       int64
	slot       time.Time
	group      string
	counts
}

// tally is what one indicator reads of an export.
type tally struct {
	*counter
	readings []reading
	// roots are the streams that stand for metrics of processes, with the time of
	// their first point here: also where no event was the indicator's.
	roots map[Hash]int64
	// partial are those of which points were left out.
	partial map[Hash]bool
}

// export is one being read.
type export struct {
	wanted  map[string][]*tally // by the metric's name
	now     time.Time
	refused refusals
	metrics int // looked at
	points  int // looked at
	read    int // readings
	looks   int
	hasher  hasher
}

// Why points beyond the bounds are not looked at.
var (
	tooManyMetrics  = fmt.Sprintf("is of metric %d or a later one of its export; send at most %d at a time", MaxMetrics+1, MaxMetrics)
	tooManyPoints   = fmt.Sprintf("is point %d or a later one of its export; send at most %d at a time", MaxPoints+1, MaxPoints)
	tooManyReadings = fmt.Sprintf("is wanted by so many indicators that the export would be counted more than %d times; send fewer points at a time", MaxReadings)
)

// source is what the points of a metric have in common.
type source struct {
	metric     *metricspb.Metric
	resource   []*commonpb.KeyValue
	name       Hash // of resource, scope and metric
	cumulative bool
	tallies    []*tally
}

// point is what points of all kinds have.
type point struct {
	attributes  []*commonpb.KeyValue
	start, time uint64
	flags       uint32
	// count gives its events; good is what the attributes say, where it is they that
	// judge.
	count func(threshold float64, good bool) (counts, error)
}

// readExport sorts the points of an export by the indicators that want them. It stops
// when the context ends.
func readExport(ctx context.Context, request *colpb.ExportMetricsServiceRequest, counters []*counter, now time.Time) (*export, error) {
	e := &export{wanted: make(map[string][]*tally, len(counters)), now: now}
	for _, c := range counters {
		name := c.Origin.OTLP.Metric
		e.wanted[name] = append(e.wanted[name], &tally{counter: c, roots: map[Hash]int64{}, partial: map[Hash]bool{}})
	}
	for _, rm := range request.GetResourceMetrics() {
		resource := rm.GetResource().GetAttributes()
		flaw := unnamed("resource", resource, proto.Size(rm.GetResource()))
		var of *Hash
		for _, sm := range rm.GetScopeMetrics() {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			if err := e.scope(ctx, sm, resource, flaw, &of); err != nil {
				return nil, err
			}
		}
	}
	return e, nil
}

// scope reads the metrics of a scope. What they have in common is hashed once, and only
// where an indicator wants one of them; a flaw is why none can be counted.
func (e *export) scope(ctx context.Context, sm *metricspb.ScopeMetrics, resource []*commonpb.KeyValue, flaw string, of **Hash) error {
	var scope *Hash
	for _, m := range sm.GetMetrics() {
		tallies := e.wanted[m.GetName()]
		if len(tallies) == 0 {
			continue
		}
		s := source{metric: m, resource: resource, tallies: tallies}
		if e.metrics++; e.metrics > MaxMetrics {
			e.refuse(s, pointsOf(m), tooManyMetrics)
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if flaw == "" && scope == nil {
			flaw = unnamed("scope", sm.GetScope().GetAttributes(), proto.Size(sm.GetScope()))
		}
		if flaw != "" {
			e.refuse(s, pointsOf(m), flaw)
			continue
		}
		if *of == nil {
			e.hasher.attributes(resource)
			sum := e.hasher.sum()
			*of = &sum
		}
		if scope == nil {
			sum := e.scopeName(**of, sm.GetScope())
			scope = &sum
		}
		s.name = e.name(*scope, m)
		e.metric(s)
	}
	return nil
}

// unnamed tells why what names a resource or a scope is too much.
func unnamed(what string, attributes []*commonpb.KeyValue, size int) string {
	switch {
	case len(attributes) > MaxAttributes:
		return fmt.Sprintf("has a %s with %d attributes; one may have %d", what, len(attributes), MaxAttributes)
	case size > maxNamed:
		return fmt.Sprintf("has a %s of %d bytes; one may have %d", what, size, maxNamed)
	}
	return ""
}

// scopeName is the hash of what the streams of all metrics of a scope have in common.
func (e *export) scopeName(resource Hash, scope *commonpb.InstrumentationScope) Hash {
	h := &e.hasher
	h.text(string(resource[:]))
	h.text(scope.GetName())
	h.text(scope.GetVersion())
	h.attributes(scope.GetAttributes())
	return h.sum()
}

// name is the hash of what the streams of a metric have in common. Of which kind
// it is belongs to it: a sum that becomes a histogram begins anew.
func (e *export) name(scope Hash, m *metricspb.Metric) Hash {
	h := &e.hasher
	h.text(string(scope[:]))
	h.text(m.GetName())
	h.text(m.GetUnit())
	h.text(fmt.Sprintf("%T %d", m.GetData(), temporality(m)))
	return h.sum()
}

func temporality(m *metricspb.Metric) metricspb.AggregationTemporality {
	switch d := m.GetData().(type) {
	case *metricspb.Metric_Sum:
		return d.Sum.GetAggregationTemporality()
	case *metricspb.Metric_Histogram:
		return d.Histogram.GetAggregationTemporality()
	case *metricspb.Metric_ExponentialHistogram:
		return d.ExponentialHistogram.GetAggregationTemporality()
	}
	return metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_UNSPECIFIED
}

func (e *export) metric(s source) {
	switch d := s.metric.GetData().(type) {
	case *metricspb.Metric_Gauge:
		e.refuse(s, len(d.Gauge.GetDataPoints()), "is a gauge; only counters and histograms count events")
		return
	case *metricspb.Metric_Summary:
		e.refuse(s, len(d.Summary.GetDataPoints()), "is a summary; only counters and histograms count events")
		return
	case *metricspb.Metric_Sum:
		if !d.Sum.GetIsMonotonic() {
			e.refuse(s, len(d.Sum.GetDataPoints()), "is a sum that may fall; only counters and histograms count events")
			return
		}
	case nil:
		return // a metric without points
	}
	switch temporality(s.metric) {
	case metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE:
		s.cumulative = true
	case metricspb.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA:
	default:
		e.refuse(s, pointsOf(s.metric), "is neither delta nor cumulative")
		return
	}
	switch d := s.metric.GetData().(type) {
	case *metricspb.Metric_Sum:
		for _, p := range d.Sum.GetDataPoints() {
			e.point(s, point{p.GetAttributes(), p.GetStartTimeUnixNano(), p.GetTimeUnixNano(), p.GetFlags(), func(threshold float64, good bool) (counts, error) {
				if threshold != 0 {
					return counts{}, fmt.Errorf("is a counter; the threshold %s takes a histogram", number(threshold))
				}
				return sum(p, good)
			}})
		}
	case *metricspb.Metric_Histogram:
		for _, p := range d.Histogram.GetDataPoints() {
			e.point(s, point{p.GetAttributes(), p.GetStartTimeUnixNano(), p.GetTimeUnixNano(), p.GetFlags(), func(threshold float64, good bool) (counts, error) {
				if threshold != 0 {
					return below(p, threshold)
				}
				return observed(p.GetCount(), good)
			}})
		}
	case *metricspb.Metric_ExponentialHistogram:
		for _, p := range d.ExponentialHistogram.GetDataPoints() {
			e.point(s, point{p.GetAttributes(), p.GetStartTimeUnixNano(), p.GetTimeUnixNano(), p.GetFlags(), func(threshold float64, good bool) (counts, error) {
				if threshold != 0 {
					return belowExponential(p, threshold)
				}
				return observed(p.GetCount(), good)
			}})
		}
	}
}

func pointsOf(m *metricspb.Metric) int {
	return len(m.GetSum().GetDataPoints()) + len(m.GetHistogram().GetDataPoints()) + len(m.GetExponentialHistogram().GetDataPoints())
}

// refuse refuses points of a metric without looking at each.
func (e *export) refuse(s source, points int, reason string) {
	if points > 0 {
		e.refused.addMany(points, s.metric.GetName(), reason)
	}
}

// point reads one for each indicator that wants it.
func (e *export) point(s source, p point) {
	e.points++
	if e.points > MaxPoints {
		e.refused.addMany(1, s.metric.GetName(), tooManyPoints)
		s.leaveOut()
		return
	}
	refuse := func(reason string) { e.refused.add(e.points, s.metric.GetName(), reason) }
	if p.flags&uint32(metricspb.DataPointFlags_DATA_POINT_FLAGS_NO_RECORDED_VALUE_MASK) != 0 {
		return // it says that the stream has ended, and counts nothing
	}
	if reason := e.check(p); reason != "" {
		refuse(reason)
		return
	}
	a := attributes{p.attributes, s.resource}
	stream := s.name
	if len(p.attributes) > 0 {
		e.hasher.text(string(s.name[:]))
		e.hasher.attributes(p.attributes)
		stream = e.hasher.sum()
	}
	at := time.Unix(0, int64(p.time)).UTC()
	if at.After(e.now) {
		at = e.now
	}
	root := rootOf(s.name)
	for _, t := range s.tallies {
		if t.err != nil {
			refuse("cannot be counted: " + t.err.Error())
			continue
		}
		if e.looks++; e.looks > maxLooks || e.read > MaxReadings {
			refuse(tooManyReadings)
			s.leaveOut()
			break
		}
		if first, seen := t.roots[root]; s.cumulative && (!seen || int64(p.time) < first) {
			t.roots[root] = int64(p.time)
		}
		if !t.wants(a) {
			continue
		}
		if e.read++; e.read > MaxReadings {
			refuse(tooManyReadings)
			s.leaveOut()
			break
		}
		n, err := p.count(t.Origin.OTLP.Threshold, t.judges(a))
		if err != nil {
			refuse(err.Error())
			continue
		}
		r := reading{
			key: Key{t.ID, stream}, root: stream, point: e.points, cumulative: s.cumulative,
			start: int64(p.start), time: int64(p.time), slot: at.Truncate(t.Resolution), group: t.group(a), counts: n,
		}
		if s.cumulative {
			r.root = root
		}
		t.readings = append(t.readings, r)
	}
}

// leaveOut notes that a stream may have events which were not seen, so that they are
// not taken for new ones later.
func (s source) leaveOut() {
	if !s.cumulative {
		return
	}
	for root, i := rootOf(s.name), 0; i < len(s.tallies); i++ {
		s.tallies[i].partial[root] = true
	}
}

// rootOf is the stream that stands for all of a metric of one process. It is not
// the one without attributes, which may be one of them.
func rootOf(name Hash) Hash {
	h := hasher{}
	h.text("root")
	h.text(string(name[:]))
	return h.sum()
}

// check returns why a point is refused whoever wants it.
func (e *export) check(p point) string {
	switch {
	case len(p.attributes) > MaxAttributes:
		return fmt.Sprintf("has %d attributes; a point may have %d", len(p.attributes), MaxAttributes)
	case p.time == 0:
		return "has no time"
	case p.time > math.MaxInt64 || int64(p.time) > e.now.Add(ahead).UnixNano():
		return "lies in the future"
	case int64(p.time) < e.now.Add(measure.FiveMinutes-measure.MaxAge).UnixNano(): // its slot may begin earlier
		return fmt.Sprintf("is longer ago than %d days", measure.MaxAge/measure.DaySpan)
	case p.start > p.time:
		return "begins after it ends"
	}
	return ""
}
