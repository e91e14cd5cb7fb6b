package prometheus

import (
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/origin"
)

// Rated is an origin whose numbers of events may have been written as rates.
type Rated struct {
	// Origin has numbers of events in their place.
	Origin   origin.Origin
	Counting *Counting // of it; nil where a query is missing
	// Kept are the expressions that stand as they did, of those that give numbers of
	// events: none of their rates could become such a number.
	Kept []string
}

// ReadRates reads an origin whose expressions may count events a second where those of an
// origin count all events in the window: sum(rate(x[$window])) becomes
// sum(increase(x[$window])). They become so only where the expression is as many times as
// large for it: sums, differences and multiples of rates. Each is read once. Errors: those of
// NewCounting; what was Kept is told nevertheless.
func ReadRates(base string, o origin.Origin) (Rated, error) {
	var check fault.Check
	c := compiler{check: &check, base: base, resolution: sentinel, groupBy: o.GroupBy, increased: map[string]string{}}
	q := c.compile(o)
	out := Rated{Origin: o}
	if o.Ratio != nil {
		ratio := *o.Ratio
		for _, text := range []*string{&ratio.Good, &ratio.Bad, &ratio.Total} {
			if *text == "" {
				continue
			}
			if changed, there := c.increased[*text]; there {
				*text = changed
			} else {
				out.Kept = append(out.Kept, *text)
			}
		}
		out.Origin.Ratio = &ratio
	}
	err := check.Err()
	if r := o.Ratio; err == nil && (r == nil || r.Total != "" && (r.Good != "" || r.Bad != "")) {
		out.Counting, err = countingOf(o, q)
	}
	return out, err
}

// increase makes the rates of the expression increases where that is right; it returns what
// the text is then.
func (e *expression) increase() (text string, changed bool) {
	if !linear(e.tree) {
		return "", false
	}
	parser.Inspect(e.tree, func(node parser.Node, _ []parser.Node) error {
		if n, ok := node.(*parser.Call); ok && n.Func.Name == "rate" {
			n.Func = parser.MustGetFunction("increase")
			changed = true
		}
		return nil
	})
	if !changed {
		return "", false
	}
	return unmask(e.tree.String()), true
}

// linear reports whether an expression is a multiple of rates over the window.
func linear(node parser.Expr) bool { return summed(node, rated) }
