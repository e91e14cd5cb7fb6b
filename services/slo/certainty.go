package slo

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/stats"
)

// Verdict is what the events of a window say of the objective, at a confidence.
type Verdict string

// The verdicts.
const (
	Met          Verdict = "met"          // the lower bound is at least the objective
	Breached     Verdict = "breached"     // the upper bound is below the objective
	Undetermined Verdict = "undetermined" // neither, or too few events
)

// Certainty is how sure the events of an SLO's own window make it that the share of
// good events is at least the objective, or that it is not. It takes them for
// independent of each other; those of an outage are not.
type Certainty struct {
	Confidence budget.Confidence
	// Verdict is by Bounds, those of the confidence sequence: an SLO is judged every
	// minute, and bounds for one look would be wrong far more often than they say.
	Verdict Verdict
	Bounds  *stats.Interval // nil without a whole event
	// Wilson is the interval to show beside the share.
	Wilson *stats.Interval
	// Once is the verdict of Clopper and Pearson's bounds, OnceBounds: for a report on a
	// window that was chosen before anybody looked.
	Once       Verdict
	OnceBounds *stats.Interval
	// Needed is how many more events it takes until Verdict is another, if the share of
	// good ones stays as it is; nil when it is none already, when nobody can tell,
	// because there was no event, and when none would do, because the share is the
	// objective or next to it.
	Needed *int64

	least, most stats.Trials
	tooFew      bool // and that is all that keeps it from a verdict as soon as Needed
}

// Certainty is how sure the events of the window make it; nil when the SLO states no
// confidence.
func (v View) Certainty(w budget.Account) *Certainty {
	if v.Revision.Confidence.IsZero() {
		return nil
	}
	out := Certainty{Confidence: v.Revision.Confidence, Verdict: Undetermined, Once: Undetermined}
	out.least, out.most = trials(w.Sum)
	n := out.least.N
	if n == 0 {
		return &out
	}
	alpha, objective := out.Confidence.Alpha(), v.Revision.Objective.Share()
	sequence, exact := stats.Sequence{Alpha: alpha}, stats.Exact{Alpha: alpha}
	out.Bounds = between(sequence.Bounds(out.least), sequence.Bounds(out.most))
	out.OnceBounds = between(exact.Bounds(out.least), exact.Bounds(out.most))
	confidence := out.Confidence.Share()
	out.Wilson = between(stats.Wilson(out.least, confidence), stats.Wilson(out.most, confidence))
	verdict := concluded(sequence.Above(out.least, objective), sequence.Below(out.most, objective))
	var needed int64
	some := true
	if verdict == Undetermined {
		needed, some = sequence.Needed(n, float64(w.Sum.Good)/float64(w.Sum.Total), objective)
	}
	if w.Enough {
		out.Verdict, out.Once = verdict, concluded(exact.Above(out.least, objective), exact.Below(out.most, objective))
	} else {
		out.tooFew = v.Revision.MinEvents-n > needed
		needed = max(needed, v.Revision.MinEvents-n)
	}
	if some && out.Verdict == Undetermined {
		out.Needed = &needed
	}
	return &out
}

func concluded(above, below bool) Verdict {
	switch {
	case above:
		return Met
	case below:
		return Breached
	default:
		return Undetermined
	}
}

func between(low, high stats.Interval) *stats.Interval {
	return &stats.Interval{Lower: low.Lower, Upper: high.Upper}
}

// trials are the whole events of a sum, rounded so that nothing is claimed that was
// not seen: of all events the whole ones, with the good ones that there were at least,
// a part of a bad event being a bad one, and with those that there were at most, a
// part of a good event being a good one.
func trials(s window.Sum) (least, most stats.Trials) {
	const event = 1000
	n := s.Total / event
	bad, good := (s.Bad()+event-1)/event, (s.Good+event-1)/event
	return stats.Trials{N: n, Good: max(0, n-bad)}, stats.Trials{N: n, Good: min(n, good)}
}

const (
	sourceSequence = "Howard, Ramdas, McAuliffe and Sekhon (2021), “Time-uniform, nonparametric, nonasymptotic confidence sequences”, with Robbins' (1970) mixture over Beta(½, ½)"
	sourceExact    = "Clopper and Pearson (1934), “The use of confidence or fiducial limits illustrated in the case of the binomial”"
	sourceWilson   = "Wilson (1927), “Probable inference, the law of succession, and statistical inference”"

	formulaSequence = "the %s p with B(½ + good, ½ + bad) ÷ (B(½, ½) · p^good · (1 − p)^bad) < 1 ÷ α"
)

// lines explain the figures of a certainty.
func (c *Certainty) lines(o budget.Objective) []budget.Line {
	alpha := "α = " + decimal(c.Confidence.Alpha()*100, 7) + " %"
	counts := func(t stats.Trials) string { return fmt.Sprintf("%d good of %d events at %s", t.Good, t.N, alpha) }
	bound := func(figure, formula string, t stats.Trials, i *stats.Interval, upper bool, source string) budget.Line {
		line := budget.Line{Figure: "verdict." + figure, Formula: formula, Worked: "unknown: there was no whole event", Source: source}
		if i == nil {
			return line
		}
		at := i.Lower
		if upper {
			at = i.Upper
		}
		line.Value = decimal(at, 6)
		line.Worked = fmt.Sprintf("%s: %s %%", counts(t), decimal(at*100, 6))
		return line
	}
	verdict := func(figure string, v Verdict, bounds *stats.Interval, source string) budget.Line {
		line := budget.Line{Figure: "verdict." + figure, Formula: "met where the lower bound is at least the objective, breached where the upper bound is below it", Source: source}
		switch {
		case bounds == nil:
			line.Worked = "undetermined: there was no whole event"
		case v == Undetermined && (c.tooFew || bounds.Lower >= o.Share() || bounds.Upper < o.Share()):
			line.Worked = "undetermined: nothing is concluded from so few"
		default:
			line.Worked = fmt.Sprintf("%s %% to %s %%, the objective is %s: %s", decimal(bounds.Lower*100, 6), decimal(bounds.Upper*100, 6), o.Words(), v)
		}
		return line
	}
	lines := []budget.Line{
		verdict("verdict", c.Verdict, c.Bounds, sourceSequence),
		bound("bounds.lower", fmt.Sprintf(formulaSequence, "least"), c.least, c.Bounds, false, sourceSequence),
		bound("bounds.upper", fmt.Sprintf(formulaSequence, "greatest"), c.most, c.Bounds, true, sourceSequence),
		bound("wilson.lower", "(p̂ + z²/2n − z·√(p̂(1 − p̂)/n + z²/4n²)) ÷ (1 + z²/n)", c.least, c.Wilson, false, sourceWilson),
		bound("wilson.upper", "(p̂ + z²/2n + z·√(p̂(1 − p̂)/n + z²/4n²)) ÷ (1 + z²/n)", c.most, c.Wilson, true, sourceWilson),
		verdict("once.verdict", c.Once, c.OnceBounds, sourceExact),
		bound("once.bounds.lower", "the p at which P(X ≥ good) = α, of n events", c.least, c.OnceBounds, false, sourceExact),
		bound("once.bounds.upper", "the p at which P(X ≤ good) = α, of n events", c.most, c.OnceBounds, true, sourceExact),
	}
	needed := budget.Line{Figure: "verdict.eventsNeeded", Formula: "the least further n at which the share as it is would be met or breached", Source: sourceSequence}
	switch {
	case c.Needed != nil:
		needed.Value = strconv.FormatInt(*c.Needed, 10)
		needed.Worked = fmt.Sprintf("%d more than %d", *c.Needed, c.least.N)
		if c.tooFew {
			needed.Worked += ", for nothing is concluded from fewer"
		}
	case c.Verdict != Undetermined:
		needed.Worked = fmt.Sprintf("none: it is %s, for the objective is %s", c.Verdict, o.Words())
	case c.least.N == 0:
		needed.Worked = "unknown: there was no whole event"
	default:
		needed.Worked = fmt.Sprintf("none would do: the share is the objective of %s, or so near to it that 10¹² events do not tell them apart", o.Words())
	}
	return append(lines, needed)
}

// decimal writes a number with at most so many digits after the point.
func decimal(f float64, digits int) string {
	text := strconv.FormatFloat(f, 'f', digits, 64)
	if digits == 0 {
		return text
	}
	return strings.TrimSuffix(strings.TrimRight(text, "0"), ".")
}
