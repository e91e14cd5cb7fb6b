package prometheus

import (
	"math"
	"strings"
	"time"

	"github.com/prometheus/common/model"
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
// and otherwise there is neither. What is no number, or less than none, is left out: one
// NaN would spoil the sum of a month. More good events than events they leave to whoever
// reads what was recorded.
type Counted struct{ Good, Total string }

// Counting gives what an origin counts in windows of any length; the expressions are
// read once. It is for one goroutine at a time.
type Counting struct {
	counts, share counted
	exact         bool // whether Slot is
}

// counted is expressions, and where the length of the window stands in them.
type counted struct {
	of    []parser.Expr
	holes []func(time.Duration)
	// printed are the expressions cut where the window stands; nil of one in which it stands for a
	// number as well, which is printed otherwise.
	printed [][]string
}

// newCounted takes expressions with the sentinel for the window.
func newCounted(of ...parser.Expr) counted {
	c := counted{of: of, printed: make([][]string, len(of))}
	for i, tree := range of {
		own := holes(tree)
		c.holes = append(c.holes, own...)
		if parts := cut(tree.String()); len(parts) == len(own)+1 {
			c.printed[i] = parts
		}
	}
	return c
}

// set puts the length of the window where it stands.
func (c counted) set(window time.Duration) {
	for _, set := range c.holes {
		set(window)
	}
}

// in writes the expressions for a window of that length.
func (c counted) in(window time.Duration) []string {
	out := make([]string, len(c.of))
	for i, parts := range c.printed {
		if parts != nil {
			out[i] = strings.Join(parts, model.Duration(window).String())
			continue
		}
		c.set(window)
		out[i] = c.of[i].String()
	}
	return out
}

// NotPromQL is the code of the fault that something is right, and no PromQL can say it.
const NotPromQL = "not_promql"

// NewCounting reads the expressions of an origin. Errors: Invalid with every fault, base
// pointing to the origin; Invalid "not_promql" where no PromQL is asked.
func NewCounting(base string, o origin.Origin, matchers []*labels.Matcher) (*Counting, error) {
	var check fault.Check
	q := compile(&check, base, o, sentinel, matchers)
	if err := check.Err(); err != nil {
		return nil, err
	}
	return countingOf(o, q)
}

// countingOf counts by the trees of an origin, which are its own from then on.
func countingOf(o origin.Origin, q trees) (*Counting, error) {
	c := counter{groupBy: o.GroupBy}
	exact := o.GroupBy == "" && (o.RawRatio == nil || !o.RawRatio.Failure)
	if o.Threshold == nil {
		for _, tree := range []parser.Expr{q.good, q.bad, q.total, q.value, q.weight} {
			exact = exact && (tree == nil || single(tree))
		}
	}
	var of expressions
	switch o.Kind() {
	case origin.KindRatio, origin.KindLatency:
		of = c.events(q)
	case origin.KindRawRatio:
		of = c.share(q, o.RawRatio.Failure)
	case origin.KindThreshold:
		of = c.compared(q, *o.Threshold)
	default:
		return nil, fault.New(fault.Invalid, NotPromQL, "it is measured without queries of PromQL, and no rules can be made of it")
	}
	return &Counting{newCounted(of.good, of.total), newCounted(of.bad), exact}, nil
}

// In returns the numbers of events in a window of that length.
func (c *Counting) In(window time.Duration) Counted {
	of := c.counts.in(window)
	return Counted{Good: of[0], Total: of[1]}
}

// Slot returns the numbers of events in the slot of that length that ended last, and not less
// than Settle ago; see SlotAt. It is false where they are not in every case what reading the
// slot gives:
//   - of groups, of which one that has bad events and no total spoils the slot of all;
//   - of an expression that may give several values, which are added up here, and refused where
//     they are read;
//   - of a share of bad events, which cannot be had back exactly from the good ones.
func (c *Counting) Slot(length time.Duration) (Counted, bool) {
	c.counts.set(length)
	last := func(of parser.Expr) string {
		return call("last_over_time", &parser.SubqueryExpr{Expr: paren(of), Range: length, Step: length, OriginalOffset: Settle}).String()
	}
	return Counted{Good: last(c.counts.of[0]), Total: last(c.counts.of[1])}, c.exact
}

// BadShare returns the share of bad events in a window of that length, as PromQL that
// gives nothing where there are no events.
func (c *Counting) BadShare(window time.Duration) string { return c.share.in(window)[0] }

// expressions are the good events, all events and the share of bad ones.
type expressions struct{ good, total, bad parser.Expr }

// counter puts queries together, by the label to group by if there is one.
type counter struct{ groupBy string }

func (c counter) events(q trees) expressions {
	total := c.one(q.total)
	some := paren(c.binary(parser.GTR, paren(total), number(0)))
	all := c.counts(total)
	if q.bad != nil {
		bad := paren(c.or(c.one(q.bad), c.none(total)))
		return expressions{c.counts(c.binary(parser.SUB, paren(total), bad)), all, c.binary(parser.DIV, bad, some)}
	}
	good := c.one(q.good)
	if q.goodIsPart {
		// Beside a total alone: a zero where nothing was counted would be a slot.
		good = c.or(good, zero(total))
	} else {
		all = c.and(all, good)
	}
	return expressions{c.counts(good), all, c.binary(parser.SUB, number(1), c.binary(parser.DIV, paren(good), some))}
}

// share weighs a share of good (or bad) events.
func (c counter) share(q trees, failure bool) expressions {
	share := paren(c.binary(parser.LTE, c.counts(c.one(q.value)), number(1)))
	var weight parser.Expr = c.binary(parser.ADD, zero(share), number(origin.SlotWeight))
	if q.weight != nil {
		weight = c.and(c.counts(c.one(q.weight)), share)
	}
	other := paren(c.binary(parser.SUB, number(1), share))
	good, bad := share, other
	if failure {
		good, bad = other, share
	}
	return expressions{c.binary(parser.MUL, good, paren(weight)), weight, bad}
}

// ops are the comparisons of PromQL.
var ops = map[origin.Op]parser.ItemType{origin.LTE: parser.LTE, origin.GTE: parser.GTE, origin.LT: parser.LSS, origin.GT: parser.GTR}

// compared counts the values, and those of them that keep the limit. What is no number
// compares with nothing, and so is not counted.
func (c counter) compared(q trees, t origin.Threshold) expressions {
	value := vector(q.value)
	count := func(op parser.ItemType, limit float64) parser.Expr {
		return c.aggregate(parser.COUNT, c.binary(op, paren(value), number(limit)))
	}
	total := count(parser.GTE, math.Inf(-1))
	good := c.or(count(ops[t.Op], t.Value), zero(total))
	return expressions{good, total, c.binary(parser.SUB, number(1), c.binary(parser.DIV, paren(good), total))}
}

// one has an expression give one value: what sums up all that there is does already, and
// anything else is summed up.
func (c counter) one(of parser.Expr) parser.Expr {
	tree := vector(of)
	if n, ok := tree.(*parser.AggregateExpr); ok && !n.Without && (c.groupBy == "" && len(n.Grouping) == 0 || len(n.Grouping) == 1 && n.Grouping[0] == c.groupBy) {
		return tree
	}
	return c.aggregate(parser.SUM, tree)
}

// vector makes a number a vector of one value.
func vector(of parser.Expr) parser.Expr {
	if of.Type() == parser.ValueTypeScalar {
		return call("vector", of)
	}
	return of
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

func number(of float64) *parser.NumberLiteral { return &parser.NumberLiteral{Val: of} }

// counts are the numbers of the expression that count something: 0 and above, and no NaN.
func (c counter) counts(of parser.Expr) parser.Expr {
	return c.binary(parser.GTE, paren(of), number(0))
}

// none is 0 for whatever is put against the total: without a label to group by one number
// does, which costs nothing to find.
func (c counter) none(total parser.Expr) parser.Expr {
	if c.groupBy == "" {
		return call("vector", number(0))
	}
	return zero(total)
}

// zero is 0 wherever the expression gives a number.
func zero(of parser.Expr) parser.Expr {
	return &parser.BinaryExpr{Op: parser.MUL, LHS: paren(of), RHS: number(0)}
}
