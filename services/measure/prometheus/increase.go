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
func linear(node parser.Expr) bool { return summed(node, rated) }
