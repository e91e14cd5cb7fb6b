package prometheus

import (
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure"
)

// Bounds of one expression. They keep one indicator from costing a data source more
// than a query on a dashboard does; what it costs still, the source bounds itself.
const (
	MaxExpression = 8192 // bytes
	MaxSelectors  = 32
	MaxRange      = 24 * time.Hour      // that a range selector or a subquery looks back
	MaxOffset     = 31 * 24 * time.Hour // a month ago can be compared with
	maxSubquery   = 11_000              // evaluations in a subquery, for each of those that it lies in
	// ownStep is what is taken for the step of a subquery that names none: the data
	// source's own, which is a minute unless it was told otherwise.
	ownStep = time.Minute
)

// windows are what the placeholder may stand for.
var windows = []time.Duration{measure.Minute, measure.FiveMinutes}

// lang is PromQL without what a Prometheus has to be told to understand: experimental
// functions, one of which, info, reads series that no selector names.
var lang = parser.NewParser(parser.Options{})

// expression is a member of an origin that was parsed.
type expression struct {
	check   *fault.Check
	pointer string
	text    string
	tree    parser.Expr
	windows []time.Duration // that the placeholder may stand for
	// increased, unless it is nil, is where rates are to become increases: what texts became,
	// by what they were.
	increased map[string]string
}

// fail notes what is wrong with the expression at a byte of it.
func (e *expression) fail(at int, format string, args ...any) {
	e.check.Fail(e.pointer, e.text, "%s (%s)", fmt.Sprintf(format, args...), place(e.text, at))
}

// failAt is fail where a node begins.
func (e *expression) failAt(node parser.Node, format string, args ...any) {
	e.fail(int(node.PositionRange().Start), format, args...)
}

// parse reads the expression and puts the length of the window into it. Where that is
// impossible it notes why, and returns false.
func (e *expression) parse(window time.Duration, windowed bool) bool {
	text := e.text
	switch {
	case strings.TrimSpace(text) == "":
		e.check.Fail(e.pointer, nil, "must be a PromQL expression")
		return false
	case len(text) > MaxExpression:
		e.check.Fail(e.pointer, text, "is longer than %d bytes", MaxExpression)
		return false
	case !utf8.ValidString(text):
		e.check.Fail(e.pointer, nil, "is no valid UTF-8")
		return false
	}
	m := mask(text)
	if m.quoted >= 0 {
		e.fail(m.quoted, "has the placeholder of the window in a string; it may only stand where a duration does, such as [%s]", Window)
		return false
	}
	tree, err := lang.ParseExpr(m.text)
	if err != nil {
		at, message := wrong(err)
		e.fail(at, "cannot be read as PromQL: %s", message)
		return false
	}
	e.tree = tree
	if e.increased != nil {
		if changed, did := e.increase(); did {
			e.increased[text] = changed
		}
	}
	if !e.admissible() {
		return false
	}
	if set := setWindow(tree, window); set != m.count {
		e.fail(0, "must hold the placeholder of the window, %s, only where a duration stands alone, and not the duration %s, which is reserved", Window, sentinelText)
		return false
	}
	if windowed && m.count == 0 {
		e.fail(0, "must hold the placeholder of the window, as in increase(…[%s]): it gives the number of events in one slot", Window)
		return false
	}
	return true
}

// wrong tells what a parser complains of first, and at which byte.
func wrong(err error) (at int, message string) {
	if all, ok := errors.AsType[parser.ParseErrors](err); ok && len(all) > 0 {
		return int(all[0].PositionRange.Start), short(strings.ReplaceAll(all[0].Err.Error(), sentinelText, Window), 200)
	}
	return 0, short(err.Error(), 200)
}

// admissible checks what PromQL allows and a slot does not; the window is not set
// yet. It notes the first fault.
func (e *expression) admissible() bool {
	selectors, fine := 0, true
	refuse := func(node parser.Node, format string, args ...any) {
		if fine {
			e.failAt(node, format, args...)
		}
		fine = false
	}
	duration := func(node parser.Node, what string, d, most time.Duration, computed *parser.DurationExpr) {
		switch {
		case computed != nil:
			refuse(node, "calculates a duration, which few data sources understand; write it as a number")
		case d == sentinel:
		case d < 0:
			refuse(node, "looks into the future; an offset must not be negative")
		case d > most:
			refuse(node, "has %s of more than %s", what, most)
		}
	}
	parser.Inspect(e.tree, func(node parser.Node, path []parser.Node) error {
		switch n := node.(type) {
		case *parser.VectorSelector:
			if selectors++; selectors > MaxSelectors {
				refuse(n, "has more than %d selectors", MaxSelectors)
			}
			duration(n, "an offset", n.OriginalOffset, MaxOffset, n.OriginalOffsetExpr)
			if n.Timestamp != nil || n.StartOrEnd != 0 {
				refuse(n, "fixes a time with @, so that it would be the same in every slot")
			}
			if n.Smoothed {
				refuse(n, "looks beyond the end of the slot with \"smoothed\"")
			}
		case *parser.MatrixSelector:
			duration(n, "a range", n.Range, MaxRange, n.RangeExpr)
		case *parser.SubqueryExpr:
			duration(n, "a range", n.Range, MaxRange, n.RangeExpr)
			duration(n, "a step", n.Step, MaxRange, n.StepExpr)
			duration(n, "an offset", n.OriginalOffset, MaxOffset, n.OriginalOffsetExpr)
			if n.Timestamp != nil || n.StartOrEnd != 0 {
				refuse(n, "fixes a time with @, so that it would be the same in every slot")
			}
			if steps(n, path, e.windows) > maxSubquery {
				refuse(n, "has a subquery of more than %d steps, those of all that it lies in together", maxSubquery)
			}
		}
		return nil
	})
	if !fine {
		return false
	}
	switch e.tree.Type() {
	case parser.ValueTypeVector, parser.ValueTypeScalar:
		return true
	case parser.ValueTypeMatrix:
		e.failAt(e.tree, "gives samples over a range of time; wrap it in a function such as increase")
	default:
		e.failAt(e.tree, "gives a %s, and has to give numbers", e.tree.Type())
	}
	return false
}

// steps is how often a subquery is evaluated for one slot: its steps for each of those
// of all that it lies in, by the window for which they are the most. It stops counting
// above maxSubquery.
func steps(of *parser.SubqueryExpr, path []parser.Node, windows []time.Duration) int64 {
	most := int64(0)
	for _, window := range windows {
		length := func(d, absent time.Duration) time.Duration {
			switch d {
			case sentinel:
				return window
			case 0:
				return absent
			}
			return d
		}
		product := int64(1)
		for _, node := range append([]parser.Node{of}, path...) {
			if n, ok := node.(*parser.SubqueryExpr); ok && product <= maxSubquery {
				product *= max(1, int64(length(n.Range, 0)/length(n.Step, ownStep)))
			}
		}
		most = max(most, product)
	}
	return most
}

// short cuts a text after that many characters and leaves no control characters in it.
func short(text string, most int) string {
	clean := strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r == utf8.RuneError {
			return ' '
		}
		return r
	}, text)
	if runes := []rune(clean); len(runes) > most {
		return string(runes[:most-1]) + "…"
	}
	return clean
}
