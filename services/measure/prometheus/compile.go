package prometheus

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Queries are what an origin comes to in PromQL, with the window, the grouping and
// the enforced matchers in it. A member that the origin has no use for is empty.
type Queries struct {
	// Good or Bad, and Total, are numbers of events in a slot.
	Good, Bad, Total string
	// Value is a share of events (RawRatio) or the values to compare (Threshold), and
	// Weight the number of events that the share is of.
	Value, Weight string
	// GoodIsPart says that the good events are a part of the total by their selectors,
	// so that none of them beside a total means that none was good.
	GoodIsPart bool
}

// Check notes what of an origin cannot be asked of a Prometheus; base points to the
// origin. The shape, such as that one of good and bad is there, is not looked at.
func Check(check *fault.Check, base string, o origin.Origin) {
	compile(check, base, o, time.Minute, nil)
}

// Compile returns the queries of an origin for slots of that length. Errors: Invalid
// with every fault at once, base pointing to the origin.
func Compile(base string, o origin.Origin, resolution time.Duration, matchers []*labels.Matcher) (Queries, error) {
	var check fault.Check
	t := compile(&check, base, o, resolution, matchers)
	return t.queries(), check.Err()
}

// trees are Queries that are not written yet; of what could not be read there is none.
type trees struct {
	good, bad, total, value, weight parser.Expr
	goodIsPart                      bool
}

func (t trees) queries() Queries {
	text := func(of parser.Expr) string {
		if of == nil {
			return ""
		}
		return of.String()
	}
	return Queries{Good: text(t.good), Bad: text(t.bad), Total: text(t.total), Value: text(t.value), Weight: text(t.weight), GoodIsPart: t.goodIsPart}
}

func compile(check *fault.Check, base string, o origin.Origin, resolution time.Duration, matchers []*labels.Matcher) trees {
	c := compiler{check: check, base: base, resolution: resolution, groupBy: o.GroupBy, matchers: matchers}
	return c.compile(o)
}

// compiler holds what the expressions of one origin have in common.
type compiler struct {
	check      *fault.Check
	base       string
	resolution time.Duration
	groupBy    string
	matchers   []*labels.Matcher
	increased  map[string]string // as of an expression, of those that count events
}

func (c *compiler) compile(o origin.Origin) trees {
	if o.GroupBy != "" {
		c.check.Require(len(o.GroupBy) <= 256 && utf8.ValidString(o.GroupBy) && o.GroupBy != model.MetricNameLabel, origin.GroupsPointer(c.base)+"/groupBy", o.GroupBy,
			"must be the name of a label, at most 256 bytes, and not %s", model.MetricNameLabel)
	}
	switch o.Kind() {
	case origin.KindRatio:
		return c.ratio(o.Ratio)
	case origin.KindRawRatio:
		t := trees{value: c.enforced(c.parse("/rawRatio/query", o.RawRatio.Query, false))}
		if o.RawRatio.Weight != "" {
			t.weight = c.enforced(c.parse("/rawRatio/weight", o.RawRatio.Weight, true))
		}
		return t
	case origin.KindThreshold:
		return trees{value: c.enforced(c.parse("/threshold/query", o.Threshold.Query, false))}
	case origin.KindLatency:
		return c.latency(o.Latency)
	case origin.KindRecorded:
		for member, name := range map[string]string{"good": o.Recorded.Good, "bad": o.Recorded.Bad, "total": o.Recorded.Total} {
			if name != "" {
				checkMetric(c.check, c.base+"/recorded/"+member, name)
			}
		}
	}
	return trees{}
}

// parse reads a member, which keeps the label to group by.
func (c *compiler) parse(member, text string, windowed bool) *expression {
	e := &expression{check: c.check, pointer: c.base + member, text: text, windows: windows}
	if windowed {
		e.increased = c.increased
	}
	if !e.parse(c.resolution, windowed) || (c.groupBy != "" && !e.group(c.groupBy)) {
		return nil
	}
	return e
}

// enforced is the expression with the matchers.
func (c *compiler) enforced(e *expression) parser.Expr {
	if e == nil {
		return nil
	}
	enforce(e.tree, c.matchers)
	return e.tree
}

func (c *compiler) ratio(r *origin.Ratio) trees {
	var good, bad *expression
	if r.Good != "" {
		good = c.parse("/ratio/good", r.Good, true)
	}
	if r.Bad != "" {
		bad = c.parse("/ratio/bad", r.Bad, true)
	}
	total := c.parse("/ratio/total", r.Total, true)
	part := good != nil && total != nil && isPart(good.tree, total.tree)
	return trees{good: c.enforced(good), bad: c.enforced(bad), total: c.enforced(total), goodIsPart: part}
}

// isPart reports whether one expression counts some of the events of another by the
// look of it: both sum up one selector, and one has the matchers of the other, and
// perhaps more.
func isPart(part, whole parser.Expr) bool {
	p, w := onlySelector(part), onlySelector(whole)
	if p == nil || w == nil {
		return false
	}
	for _, want := range w.LabelMatchers {
		if !slices.ContainsFunc(p.LabelMatchers, func(m *labels.Matcher) bool { return m.String() == want.String() }) {
			return false
		}
	}
	return true
}

// onlySelector returns the one selector of an expression that gives nothing only when
// nothing is selected, such as sum(increase(x[1m])) * 2; nil for others: a − b gives
// nothing as well when there is no b.
func onlySelector(node parser.Expr) *parser.VectorSelector {
	switch n := node.(type) {
	case *parser.VectorSelector:
		return n
	case *parser.MatrixSelector:
		return onlySelector(n.VectorSelector)
	case *parser.ParenExpr:
		return onlySelector(n.Expr)
	case *parser.AggregateExpr:
		if n.Op == parser.SUM {
			return onlySelector(n.Expr)
		}
	case *parser.Call:
		if len(n.Args) == 1 && (n.Func.Name == "increase" || n.Func.Name == "rate" || n.Func.Name == "round") {
			return onlySelector(n.Args[0])
		}
	case *parser.BinaryExpr:
		if n.Op != parser.MUL && n.Op != parser.DIV {
			return nil
		}
		if _, ok := n.RHS.(*parser.NumberLiteral); ok {
			return onlySelector(n.LHS)
		}
		if _, ok := n.LHS.(*parser.NumberLiteral); ok {
			return onlySelector(n.RHS)
		}
	}
	return nil
}
