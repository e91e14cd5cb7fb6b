package prometheus

import (
	"slices"
	"strings"
	"time"

	"github.com/prometheus/prometheus/promql/parser"
)

// Share is a share of events as the numbers of events that it is the quotient of, each with
// the placeholder of the window. One of Good and Bad is there.
type Share struct{ Good, Bad, Total string }

// Split makes of an expression that gives a share of good events, one number of events through
// another, the numbers of events in the window: sum(rate(good[$window])) / sum(rate(all[$window])),
// or 1 minus such a quotient of bad ones. It reports false for any other, of which nobody knows
// how many events it is of.
func Split(text string) (Share, bool) {
	tree, err := lang.ParseExpr(mask(text).text)
	if err != nil {
		return Share{}, false
	}
	of, rest := quotient(tree), false
	if of == nil {
		if minus, is := bare(tree).(*parser.BinaryExpr); is && minus.Op == parser.SUB && isNumber(minus.LHS, 1) {
			of, rest = quotient(minus.RHS), true
		}
	}
	if of == nil {
		return Share{}, false
	}
	for _, function := range []string{"increase", "rate"} {
		counts := func(node parser.Expr) bool { return over(node, function, sentinel) }
		if !summed(of.LHS, counts) || !summed(of.RHS, counts) {
			continue
		}
		part, partOK := increased(of.LHS)
		total, totalOK := increased(of.RHS)
		if !partOK || !totalOK {
			continue // a number, such as vector(0), is of no events
		}
		if rest {
			return Share{Bad: part, Total: total}, true
		}
		return Share{Good: part, Total: total}, true
	}
	return Share{}, false
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

// bare is the expression without parentheses around it.
func bare(node parser.Expr) parser.Expr {
	for {
		in, is := node.(*parser.ParenExpr)
		if !is {
			return node
		}
		node = in.Expr
	}
}

// quotient is the expression where it divides one by another; nil for any other.
func quotient(node parser.Expr) *parser.BinaryExpr {
	if n, is := bare(node).(*parser.BinaryExpr); is && n.Op == parser.DIV && n.LHS.Type() == parser.ValueTypeVector && n.RHS.Type() == parser.ValueTypeVector {
		return n
	}
	return nil
}

func isNumber(node parser.Expr, value float64) bool {
	n, is := bare(node).(*parser.NumberLiteral)
	return is && n.Val == value
}

// increased writes a tree with the increase in the place of each rate; false where there is neither.
func increased(tree parser.Expr) (string, bool) {
	found := false
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if n, is := node.(*parser.Call); is && (n.Func.Name == "rate" || n.Func.Name == "increase") {
			n.Func, found = parser.MustGetFunction("increase"), true
		}
		return nil
	})
	return unmask(bare(tree).String()), found
}

// OfCounter makes of an expression that sums up counters one of the events in the window:
// sum(x) becomes sum(increase(x[$window])). It reports false for any other.
func OfCounter(text string) (string, bool) {
	tree, err := lang.ParseExpr(text)
	if err != nil || !summed(tree, isCounter) {
		return "", false
	}
	tree, found := replaced(tree, isCounter, func(node parser.Expr) parser.Expr {
		return call("increase", &parser.MatrixSelector{VectorSelector: node, Range: sentinel})
	})
	return unmask(tree.String()), found
}

func isCounter(node parser.Expr) bool {
	_, is := node.(*parser.VectorSelector)
	return is
}

// OfRange makes of an expression that sums up rates, or increases, over a range of its own one
// of the events in the window: sum(rate(x[5m])) becomes sum(increase(x[$window])). The range is
// the same in all of it. It reports false for any other.
func OfRange(text string) (out string, length time.Duration, ok bool) {
	tree, err := lang.ParseExpr(text)
	if err != nil {
		return "", 0, false
	}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if n, is := node.(*parser.MatrixSelector); is && length == 0 {
			length = n.Range
		}
		return nil
	})
	for _, function := range []string{"increase", "rate"} {
		counts := func(node parser.Expr) bool { return over(node, function, length) }
		if length == 0 || !summed(tree, counts) {
			continue
		}
		parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
			if n, is := node.(*parser.MatrixSelector); is {
				n.Range = sentinel
			}
			return nil
		})
		out, ok = increased(tree)
		return out, length, ok
	}
	return "", 0, false
}

// replaced is a tree that summed accepts with another in the place of what counts.
func replaced(node parser.Expr, counts func(parser.Expr) bool, by func(parser.Expr) parser.Expr) (parser.Expr, bool) {
	if counts(node) {
		return by(node), true
	}
	switch n := node.(type) {
	case *parser.ParenExpr:
		var found bool
		n.Expr, found = replaced(n.Expr, counts, by)
		return n, found
	case *parser.AggregateExpr:
		var found bool
		n.Expr, found = replaced(n.Expr, counts, by)
		return n, found
	case *parser.BinaryExpr:
		left, foundLeft := replaced(n.LHS, counts, by)
		right, foundRight := replaced(n.RHS, counts, by)
		n.LHS, n.RHS = left, right
		return n, foundLeft || foundRight
	}
	return node, false
}

// Both is the number of events of two kinds that nothing else is of: either may be absent
// where there was none.
func Both(a, b string) (string, bool) {
	x, errX := lang.ParseExpr(mask(a).text)
	y, errY := lang.ParseExpr(mask(b).text)
	if errX != nil || errY != nil {
		return "", false
	}
	wrapped := func(node parser.Expr) parser.Expr {
		if _, binary := node.(*parser.BinaryExpr); binary {
			return &parser.ParenExpr{Expr: node}
		}
		return node
	}
	x, y = wrapped(x), wrapped(y)
	sum := &parser.BinaryExpr{Op: parser.ADD, LHS: x, RHS: y, VectorMatching: &parser.VectorMatching{Card: parser.CardOneToOne}}
	or := func(left, right parser.Expr) parser.Expr {
		return &parser.BinaryExpr{Op: parser.LOR, LHS: left, RHS: right, VectorMatching: &parser.VectorMatching{Card: parser.CardManyToMany}}
	}
	return unmask(or(or(sum, x), y).String()), true
}

// Placed puts the placeholder of the window where a tool has one of its own at the beginning of a
// range: [window], [$__rate_interval]. Strings and comments stay as they are.
func Placed(text string, names ...string) string {
	var out strings.Builder
	for i := 0; i < len(text); {
		switch c := text[i]; c {
		case '#':
			end := skipTo(text, i, '\n')
			out.WriteString(text[i:end])
			i = end
		case '"', '\'', '`':
			end := endOfString(text, i)
			out.WriteString(text[i:end])
			i = end
		case '[':
			out.WriteByte(c)
			i++
			for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t') {
				out.WriteByte(text[i])
				i++
			}
			at := slices.IndexFunc(names, func(name string) bool {
				end := i + len(name)
				return strings.HasPrefix(text[i:], name) && (end == len(text) || !wordly(text[end]))
			})
			if at >= 0 {
				out.WriteString(Window)
				i += len(names[at])
			}
		default:
			out.WriteByte(c)
			i++
		}
	}
	return out.String()
}
