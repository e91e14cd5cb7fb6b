package prometheus

import (
	"fmt"
	"math"
	"time"

	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Counted are the numbers of good and of all events in a window, each as PromQL that
// gives one value, or one for each value of the label that is grouped by.
//
// They say what reading slots does of the queries of an origin: no bad events beside a
// total are none; no good events beside one are none where they are a part of the total,
// and otherwise there is neither. What is refused there (more good events than events,
// fewer than none) they leave to whoever reads what was recorded.
type Counted struct{ Good, Total string }

// Counting gives what an origin counts in windows of any length; the expressions are
// read once. It is for one goroutine at a time.
type Counting struct {
	good, total parser.Expr
	holes       []func(time.Duration) // where the length of the window stands
}

// NewCounting reads the expressions of an origin. Errors: Invalid with every fault, base
// pointing to the origin; Invalid "not_promql" where no PromQL is asked.
func NewCounting(base string, o origin.Origin, matchers []*labels.Matcher) (*Counting, error) {
	q, err := Compile(base, o, sentinel, matchers)
	if err != nil {
		return nil, err
	}
	c := counter{groupBy: o.GroupBy}
	out := &Counting{}
	switch o.Kind() {
	case origin.KindRatio, origin.KindLatency:
		out.good, out.total, err = c.events(q)
	case origin.KindRawRatio:
		out.good, out.total, err = c.share(q, o.RawRatio.Failure)
	case origin.KindThreshold:
		out.good, out.total, err = c.compared(q, *o.Threshold)
	default:
		return nil, fault.New(fault.Invalid, "not_promql", "%q is measured without queries of PromQL, and no rules can be made of it", o.Kind())
	}
	if err != nil {
		return nil, fmt.Errorf("read the queries of an origin again: %w", err)
	}
	out.holes = append(holes(out.good), holes(out.total)...)
	return out, nil
}

// In returns the numbers of events in a window of that length.
func (c *Counting) In(window time.Duration) Counted {
	for _, set := range c.holes {
		set(window)
	}
	return Counted{Good: c.good.String(), Total: c.total.String()}
}

// counter puts queries together, by the label to group by if there is one.
type counter struct{ groupBy string }

func (c counter) events(q Queries) (good, total parser.Expr, err error) {
	if total, err = c.one(q.Total); err != nil {
		return nil, nil, err
	}
	if q.Bad != "" {
		bad, err := c.one(q.Bad)
		if err != nil {
			return nil, nil, err
		}
		return c.binary(parser.SUB, total, paren(c.or(bad, none(total)))), total, nil
	}
	if good, err = c.one(q.Good); err != nil {
		return nil, nil, err
	}
	if q.GoodIsPart {
		return c.or(good, none(total)), total, nil
	}
	return good, c.and(total, good), nil
}

// share weighs a share of good (or bad) events.
func (c counter) share(q Queries, failure bool) (good, total parser.Expr, err error) {
	share, err := c.one(q.Value)
	if err != nil {
		return nil, nil, err
	}
	var weight parser.Expr = c.binary(parser.ADD, none(share), &parser.NumberLiteral{Val: origin.SlotWeight})
	if q.Weight != "" {
		if weight, err = c.one(q.Weight); err != nil {
			return nil, nil, err
		}
		weight = c.and(weight, share)
	}
	if failure {
		share = paren(c.binary(parser.SUB, &parser.NumberLiteral{Val: 1}, share))
	}
	return c.binary(parser.MUL, share, paren(weight)), weight, nil
}

// ops are the comparisons of PromQL.
var ops = map[origin.Op]parser.ItemType{origin.LTE: parser.LTE, origin.GTE: parser.GTE, origin.LT: parser.LSS, origin.GT: parser.GTR}

// compared counts the values, and those of them that keep the limit. What is no number
// compares with nothing, and so is not counted.
func (c counter) compared(q Queries, t origin.Threshold) (good, total parser.Expr, err error) {
	value, err := read(q.Value)
	if err != nil {
		return nil, nil, err
	}
	count := func(op parser.ItemType, limit float64) parser.Expr {
		return c.aggregate(parser.COUNT, c.binary(op, paren(value), &parser.NumberLiteral{Val: limit}))
	}
	total = count(parser.GTE, math.Inf(-1))
	return c.or(count(ops[t.Op], t.Value), none(total)), total, nil
}

// one reads an expression and has it give one value: what sums up all that there is does
// already, and anything else is summed up.
func (c counter) one(text string) (parser.Expr, error) {
	tree, err := read(text)
	if err != nil {
		return nil, err
	}
	if n, ok := tree.(*parser.AggregateExpr); ok && !n.Without && (c.groupBy == "" && len(n.Grouping) == 0 || len(n.Grouping) == 1 && n.Grouping[0] == c.groupBy) {
		return tree, nil
	}
	return c.aggregate(parser.SUM, tree), nil
}

// read parses what Compile wrote; a number becomes a vector of one value.
func read(text string) (parser.Expr, error) {
	tree, err := lang.ParseExpr(text)
	if err != nil {
		return nil, err
	}
	if tree.Type() == parser.ValueTypeScalar {
		tree = call("vector", tree)
	}
	return tree, nil
}

func (c counter) aggregate(op parser.ItemType, of parser.Expr) parser.Expr {
	n := &parser.AggregateExpr{Op: op, Expr: of}
	if c.groupBy != "" {
		n.Grouping = []string{c.groupBy}
	}
	return n
}

// binary joins two expressions; those of which both give values match by all labels,
// which are those that are grouped by.
func (c counter) binary(op parser.ItemType, left, right parser.Expr) *parser.BinaryExpr {
	n := &parser.BinaryExpr{Op: op, LHS: left, RHS: right}
	if left.Type() == parser.ValueTypeVector && right.Type() == parser.ValueTypeVector {
		n.VectorMatching = &parser.VectorMatching{Card: parser.CardOneToOne}
	}
	return n
}

func (c counter) or(left, right parser.Expr) parser.Expr {
	n := c.binary(parser.LOR, left, right)
	n.VectorMatching.Card = parser.CardManyToMany
	return n
}

func (c counter) and(left, right parser.Expr) parser.Expr {
	n := c.binary(parser.LAND, left, right)
	n.VectorMatching.Card = parser.CardManyToMany
	return n
}

func paren(of parser.Expr) parser.Expr {
	switch of.(type) {
	case *parser.BinaryExpr, *parser.UnaryExpr:
		return &parser.ParenExpr{Expr: of}
	}
	return of
}

// none is 0 wherever the expression gives a number.
func none(of parser.Expr) parser.Expr {
	return &parser.BinaryExpr{Op: parser.MUL, LHS: paren(of), RHS: &parser.NumberLiteral{Val: 0}}
}
