package prometheus

import (
	"slices"

	"github.com/prometheus/prometheus/promql/parser"
)

// group lets the result of the expression keep a label. An aggregation without
// labels, such as sum(…), gets `by (label)`, which splits what it gives and changes
// nothing of the parts; where a label would be lost otherwise, that is noted: what
// should be done about it only the author knows.
func (e *expression) group(label string) bool {
	if e.tree.Type() == parser.ValueTypeScalar {
		e.failAt(e.tree, "gives one number without labels, which cannot be grouped by %q", label)
		return false
	}
	return e.keep(e.tree, label)
}

// keep is group for a node that gives a vector or a range of one.
func (e *expression) keep(node parser.Expr, label string) bool {
	switch n := node.(type) {
	case *parser.VectorSelector, *parser.MatrixSelector:
		return true
	case *parser.ParenExpr:
		return e.keep(n.Expr, label)
	case *parser.UnaryExpr:
		return e.keep(n.Expr, label)
	case *parser.SubqueryExpr:
		return e.keep(n.Expr, label)
	case *parser.AggregateExpr:
		return e.keepAggregated(n, label)
	case *parser.BinaryExpr:
		return e.keepBinary(n, label)
	case *parser.Call:
		labelled := false
		for _, arg := range n.Args {
			if t := arg.Type(); t == parser.ValueTypeVector || t == parser.ValueTypeMatrix {
				if labelled = true; !e.keep(arg, label) {
					return false
				}
			}
		}
		if !labelled || n.Func.Name == "absent" || n.Func.Name == "absent_over_time" {
			e.failAt(n, "cannot be grouped by %q: %s gives no labels; what is absent needs no default here, no bad events count as 0", label, n.Func.Name)
			return false
		}
		return true
	}
	e.failAt(node, "cannot be grouped by %q here", label)
	return false
}

func (e *expression) keepAggregated(n *parser.AggregateExpr, label string) bool {
	listed := slices.Contains(n.Grouping, label)
	switch n.Op {
	case parser.SUM, parser.MIN, parser.MAX, parser.AVG, parser.COUNT, parser.GROUP:
	default:
		// topk of each group is not what topk of all was.
		if n.Without == listed {
			e.failAt(n, "cannot be grouped by %q: write `by (%s)` with %s if that is what is meant", label, label, n.Op)
			return false
		}
	}
	switch {
	case n.Without && listed, !n.Without && !listed && len(n.Grouping) > 0:
		e.failAt(n, "cannot be grouped by %q, which this aggregation drops; name it among its labels", label)
		return false
	case !n.Without && !listed:
		n.Grouping = []string{label}
	}
	return e.keep(n.Expr, label)
}

func (e *expression) keepBinary(n *parser.BinaryExpr, label string) bool {
	for _, side := range []parser.Expr{n.LHS, n.RHS} {
		if side.Type() == parser.ValueTypeVector && !e.keep(side, label) {
			return false
		}
	}
	if m := n.VectorMatching; m != nil && n.LHS.Type() == parser.ValueTypeVector && n.RHS.Type() == parser.ValueTypeVector {
		if slices.Contains(m.MatchingLabels, label) != m.On {
			e.failAt(n, "cannot be grouped by %q, which its sides are not matched by; name it in on(…), or leave it out of ignoring(…)", label)
			return false
		}
	}
	return true
}
