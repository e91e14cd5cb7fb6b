package prometheus

import "github.com/prometheus/prometheus/promql/parser"

// Increase makes of an expression that counts events a second in the window the same of
// all events in it: sum(rate(x[$window])) becomes sum(increase(x[$window])). It does so
// only where the expression is as many times as large for it, sums, differences and
// multiples of rates; of any other it returns the text as it is, and false.
func Increase(text string) (string, bool) {
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil || !linear(tree) {
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

// linear reports whether an expression is a multiple of rates over the window.
func linear(node parser.Expr) bool {
	switch n := node.(type) {
	case *parser.ParenExpr:
		return linear(n.Expr)
	case *parser.AggregateExpr:
		switch n.Op {
		case parser.SUM, parser.MAX, parser.MIN, parser.AVG:
			return linear(n.Expr)
		}
	case *parser.Call:
		if n.Func.Name == "rate" && len(n.Args) == 1 {
			m, ok := n.Args[0].(*parser.MatrixSelector)
			return ok && m.Range == sentinel
		}
		if n.Func.Name == "vector" {
			zero, ok := n.Args[0].(*parser.NumberLiteral)
			return ok && zero.Val == 0
		}
	case *parser.BinaryExpr:
		switch n.Op {
		case parser.ADD, parser.SUB, parser.LOR, parser.LUNLESS:
			return linear(n.LHS) && linear(n.RHS)
		case parser.MUL:
			_, left := n.LHS.(*parser.NumberLiteral)
			_, right := n.RHS.(*parser.NumberLiteral)
			return left && linear(n.RHS) || right && linear(n.LHS)
		case parser.DIV:
			_, right := n.RHS.(*parser.NumberLiteral)
			return right && linear(n.LHS)
		}
	}
	return false
}
