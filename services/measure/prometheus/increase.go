package prometheus

import (
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// Increase makes of an expression that counts events a second in the window the same of
// all events in it: sum(rate(x[$window])) becomes sum(increase(x[$window])). It does so
// only where the expression is as many times as large for it, sums, differences and
// multiples of rates; of any other it returns the text as it is, and false.
func Increase(text string) (string, bool) {
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil || !summed(tree, rated) {
		return text, false
	}
	changed := false
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if n, ok := node.(*parser.Call); ok && n.Func.Name == "rate" {
			n.Func = parser.MustGetFunction("increase")
			changed = true
		}
		return nil
	})
	if !changed {
		return text, false
	}
	return unmask(tree.String()), true
}

// rated reports whether a node is the rate of a metric over the window.
func rated(node parser.Expr) bool { return over(node, "rate", sentinel) }

// over reports whether a node is the function of a metric over a range as long.
func over(node parser.Expr, function string, length time.Duration) bool {
	n, is := node.(*parser.Call)
	if !is || n.Func.Name != function || len(n.Args) != 1 {
		return false
	}
	m, ok := n.Args[0].(*parser.MatrixSelector)
	return ok && m.Range == length
}

// summed reports whether an expression is of nothing but sums, differences and multiples of
// what counts events, so that it is as many times as large as all of that.
func summed(node parser.Expr, counts func(parser.Expr) bool) bool {
	if counts(node) {
		return true
	}
	switch n := node.(type) {
	case *parser.ParenExpr:
		return summed(n.Expr, counts)
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.MAX, parser.MIN, parser.AVG:
			return summed(n.Expr, counts)
		}
	case *parser.Call:
		if n.Func.Name == "vector" {
			zero, ok := n.Args[0].(*parser.NumberLiteral)
			return ok && zero.Val == 0
		}
	case *parser.BinaryExpr:
		switch n.Op {
		case parser.ADD, parser.SUB, parser.LOR, parser.LUNLESS:
			return summed(n.LHS, counts) && summed(n.RHS, counts)
		case parser.MUL:
			_, left := n.LHS.(*parser.NumberLiteral)
			_, right := n.RHS.(*parser.NumberLiteral)
			return left && summed(n.RHS, counts) || right && summed(n.LHS, counts)
		case parser.DIV:
			_, right := n.RHS.(*parser.NumberLiteral)
			return right && summed(n.LHS, counts)
		}
	}
	return false
}
