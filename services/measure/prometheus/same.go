package prometheus

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// meaning is a text that two expressions have in common only if they are the same tree: blanks,
// parentheses that change nothing, and the order of matchers and of labels to group or match by
// are not a part of it. It is not PromQL.
func meaning(of parser.Expr) string {
	switch n := of.(type) {
	case *parser.ParenExpr:
		return meaning(n.Expr)
	case *parser.StepInvariantExpr:
		return meaning(n.Expr)
	case *parser.NumberLiteral:
		return strconv.FormatFloat(n.Val, 'x', -1, 64)
	case *parser.StringLiteral:
		return strconv.Quote(n.Val)
	case *parser.UnaryExpr:
		return node(n.Op.String(), meaning(n.Expr))
	case *parser.BinaryExpr:
		how := "scalar"
		if m := n.VectorMatching; m != nil {
			how = fmt.Sprint(m.Card, m.On, sorted(m.MatchingLabels), sorted(m.Include), filling(m.FillValues))
		}
		return node(n.Op.String(), strconv.FormatBool(n.ReturnBool), how, meaning(n.LHS), meaning(n.RHS))
	case *parser.AggregateExpr:
		parameter := ""
		if n.Param != nil {
			parameter = meaning(n.Param)
		}
		return node(n.Op.String(), strconv.FormatBool(n.Without), sorted(n.Grouping), parameter, meaning(n.Expr))
	case *parser.Call:
		parts := []string{n.Func.Name}
		for _, arg := range n.Args {
			parts = append(parts, meaning(arg))
		}
		return node(parts...)
	case *parser.VectorSelector:
		var matchers []string
		if n.Name != "" {
			matchers = append(matchers, labels.MustNewMatcher(labels.MatchEqual, model.MetricNameLabel, n.Name).String())
		}
		for _, m := range n.LabelMatchers {
			matchers = append(matchers, m.String())
		}
		return node("select", sorted(matchers), n.OriginalOffset.String(), calculated(n.OriginalOffsetExpr), at(n.Timestamp, n.StartOrEnd), fmt.Sprint(n.Anchored, n.Smoothed))
	case *parser.MatrixSelector:
		return node("range", meaning(n.VectorSelector), n.Range.String(), calculated(n.RangeExpr))
	case *parser.SubqueryExpr:
		return node("subquery", meaning(n.Expr), n.Range.String(), calculated(n.RangeExpr), n.Step.String(), calculated(n.StepExpr), n.OriginalOffset.String(), calculated(n.OriginalOffsetExpr), at(n.Timestamp, n.StartOrEnd))
	}
	return node("other", of.String()) // such as a calculated duration
}

// node writes the parts so that none can be taken for several.
func node(parts ...string) string {
	var b strings.Builder
	b.WriteByte('(')
	for _, p := range parts {
		b.WriteString(strconv.Itoa(len(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	b.WriteByte(')')
	return b.String()
}

// sorted writes names or matchers in their order, each once.
func sorted(of []string) string {
	return node(slices.Compact(slices.Sorted(slices.Values(of)))...)
}

func calculated(of *parser.DurationExpr) string {
	if of == nil {
		return ""
	}
	return of.String()
}

func at(timestamp *int64, startOrEnd parser.ItemType) string {
	if timestamp != nil {
		return strconv.FormatInt(*timestamp, 10)
	}
	return startOrEnd.String()
}

func filling(of parser.VectorMatchFillValues) string {
	value := func(v *float64) string {
		if v == nil {
			return ""
		}
		return strconv.FormatFloat(*v, 'x', -1, 64)
	}
	return node(value(of.LHS), value(of.RHS))
}

// single reports whether an expression gives one value at most, by the look of it.
func single(of parser.Expr) bool {
	switch n := of.(type) {
	case *parser.ParenExpr:
		return single(n.Expr)
	case *parser.UnaryExpr:
		return single(n.Expr)
	case *parser.NumberLiteral:
		return true
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.MIN, parser.MAX, parser.AVG, parser.COUNT, parser.GROUP, parser.STDDEV, parser.STDVAR, parser.QUANTILE:
			return !n.Without && len(n.Grouping) == 0
		}
	case *parser.Call:
		switch n.Func.Name {
		case "vector", "scalar", "time":
			return true
		case "abs", "ceil", "floor", "round", "clamp", "clamp_min", "clamp_max":
			return single(n.Args[0])
		}
	case *parser.BinaryExpr:
		// What has no labels is matched with, or put beside, what has none: `or` gives one.
		return single(n.LHS) && single(n.RHS)
	}
	return false
}
