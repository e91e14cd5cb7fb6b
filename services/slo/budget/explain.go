package budget

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// FormulaVersion names the formulas of this package. It changes when a figure
// would come out differently from the same sums.
const FormulaVersion = "1"

// The sources of the formulas.
const (
	sourceSLI        = "Google SRE Workbook, chapter 2, “Implementing SLOs”: the proportion of good events"
	sourceBudget     = "Google SRE Workbook, chapter 2, “Implementing SLOs”: the error budget is 100 % minus the objective"
	sourceBurn       = "Google SRE Workbook, chapter 5, “Alerting on SLOs”: burn rate"
	sourcePairs      = "Google SRE Workbook, chapter 5, “Alerting on SLOs”: multiwindow, multi-burn-rate alerts"
	sourcePolicy     = "Google SRE Workbook, appendix B, “Example Error Budget Policy”: the preceding four weeks"
	sourceProjection = "linear: the burn rate of the last day goes on"
)

// Explanation says where the state and each figure come from.
type Explanation struct {
	State State
	// Because says in a sentence what made it that state.
	Because string
	// Formulas is FormulaVersion.
	Formulas string
	Lines    []Line
}

// Line explains one figure.
type Line struct {
	// Figure is its place in Figures, as on the wire: "window.sli", "burn.1h".
	Figure  string
	Formula string // in words: "good ÷ total"
	// Worked is the formula with the numbers filled in and its result, or why there is none.
	Worked string
	// Value is the result alone, as a decimal of at most six digits after the point,
	// "" when it is unknown: of an alert its factor, of the projection seconds.
	Value  string
	Source string
}

// unknown says why there is no figure.
func (in *Input) unknown() string { return "unknown: there were no " + in.noun() }

// noun is what is counted, of many.
func (in *Input) noun() string {
	if in.Noun == "" {
		return "events"
	}
	return in.Noun + "s"
}

// Explain fills the numbers into the formulas.
func Explain(in Input) Explanation {
	state := Decide(in)
	e := Explanation{State: state, Because: because(in, state), Formulas: FormulaVersion}
	e.account("window", in.Sums.Window, in.Pace, &in, sourceBudget)
	e.account("policy", in.Sums.Policy, Pace{}, &in, sourcePolicy)
	for i, sum := range in.Sums.Lookbacks {
		e.burn("burn."+Short(Lookbacks[i]), sum, &in)
	}
	for i := range Pairs {
		e.pair(&Pairs[i], &in)
	}
	e.projection(in)
	return e
}

func (e *Explanation) add(figure, formula, worked, value, source string) {
	e.Lines = append(e.Lines, Line{Figure: figure, Formula: formula, Worked: worked, Value: value, Source: source})
}

// ExplainWindow explains the figures of the account of the SLO's own window alone, under
// that name, such as that of a further objective.
func ExplainWindow(name string, in Input) []Line {
	var e Explanation
	e.account(name, in.Sums.Window, in.Pace, &in, sourceBudget)
	return e.Lines
}

func (e *Explanation) account(name string, s window.Sum, p Pace, in *Input, source string) {
	total := "total"
	if p.Projected() {
		total = "total × period ÷ elapsed"
	}
	lines := []Line{
		{Figure: "sli", Formula: "good ÷ total", Source: sourceSLI},
		{Figure: "budgetTotal", Formula: total + " × (100 % − objective)", Source: source},
		{Figure: "consumed", Formula: "total − good", Source: sourceSLI},
		{Figure: "consumedRatio", Formula: "(total − good) ÷ (" + total + " × (100 % − objective))", Source: source},
		{Figure: "soFarRatio", Formula: "(total − good) ÷ (total × (100 % − objective))", Source: source},
		{Figure: "remaining", Formula: "budget − bad", Source: source},
		{Figure: "remainingRatio", Formula: "1 − bad ÷ budget", Source: source},
	}
	if !p.Projected() {
		lines[6].Formula = "(SLI − objective) ÷ (100 % − objective) = 1 − bad ÷ budget"
	}
	for i := range lines {
		lines[i].Figure = name + "." + lines[i].Figure
		lines[i].Worked = in.unknown()
	}
	if s.Total > 0 {
		fill(lines, s, p, in)
	}
	e.Lines = append(e.Lines, lines...)
}

// fill works out the lines of an account that has events.
func fill(lines []Line, s window.Sum, p Pace, in *Input) {
	o, unit := in.Objective, in.unit()
	noun := in.noun()
	sli, _ := SLI(s)
	consumed, _ := Consumed(s, o, p)
	soFar, _ := Consumed(s, o, Pace{})
	ratio, _ := Remaining(s, o, p)
	remaining := remainingEvents(s, o, p, unit).short(6)
	allowed, share := allowedEvents(s, o, p, unit).short(6), percentOf(o.BudgetPPB())
	good, total, bad := decimal(s.Good, unit), decimal(s.Total, unit), decimal(s.Bad(), unit)
	whole := total
	if p.Projected() {
		whole = fmt.Sprintf("%s × %s ÷ %s", total, Words(p.Whole), Words(p.Elapsed))
	}
	for i, filled := range [...]struct{ worked, value string }{
		{fmt.Sprintf("%s ÷ %s = %s", good, total, sli.shortPercent(6)), sli.short(6)},
		{fmt.Sprintf("%s × %s = %s %s", whole, share, allowed, noun), allowed},
		{fmt.Sprintf("%s − %s = %s %s", total, good, bad, noun), events(s.Bad(), unit).short(6)},
		{fmt.Sprintf("(%s − %s) ÷ (%s × %s) = %s ÷ %s = %s", total, good, whole, share, bad, allowed, consumed.shortPercent(6)), consumed.short(6)},
		{fmt.Sprintf("(%s − %s) ÷ (%s × %s) = %s", total, good, total, share, soFar.shortPercent(6)), soFar.short(6)},
		{fmt.Sprintf("%s − %s = %s %s", allowed, bad, remaining, noun), remaining},
		{fmt.Sprintf("1 − %s ÷ %s = %s", bad, allowed, ratio.shortPercent(6)), ratio.short(6)},
	} {
		lines[i].Worked, lines[i].Value = filled.worked, filled.value
	}
}

func (e *Explanation) burn(figure string, s window.Sum, in *Input) {
	worked, value := in.unknown(), ""
	if rate, ok := Consumed(s, in.Objective, Pace{}); ok {
		value = rate.short(6)
		worked = fmt.Sprintf("(%s ÷ %s) ÷ %s = %s", decimal(s.Bad(), in.unit()), decimal(s.Total, in.unit()), percentOf(in.Objective.BudgetPPB()), value)
	}
	e.add(figure, "(bad ÷ total) ÷ (100 % − objective)", worked, value, sourceBurn)
}

func (e *Explanation) pair(p *Pair, in *Input) {
	factor := fmt.Sprintf("%d %% × %s ÷ %s = %s", p.SharePercent, Words(in.Period), Words(p.Long), p.Factor(in.Period).short(4))
	worked := factor
	switch {
	case !p.Reachable(in.Objective, in.Period):
		worked += fmt.Sprintf("; it can never fire: if every event were bad, the burn rate would be 1 ÷ %s = %s",
			percentOf(in.Objective.BudgetPPB()), HighestBurn(in.Objective).short(4))
	case e.State == NoData:
		worked += "; not compared, for there are too few " + in.noun() + " in the window"
	case p.exceeded(in):
		worked += fmt.Sprintf("; exceeded over %s (%s) and over %s (%s): %s", Words(p.Long), rate(in, p.long), Words(in.lookback(p.short)), rate(in, p.short), p.Severity)
	default:
		worked += fmt.Sprintf("; not exceeded over both %s (%s) and %s (%s)", Words(p.Long), rate(in, p.long), Words(in.lookback(p.short)), rate(in, p.short))
	}
	e.add("alert."+p.Name, "both burn rates > budget share × period ÷ long window", worked, p.Factor(in.Period).short(6), sourcePairs)
}

func (e *Explanation) projection(in Input) {
	const formula = "remaining × period ÷ burn rate of the last day"
	worked, value := "", ""
	switch p := in.projection(); p.Outlook {
	case OutlookUnknown:
		worked = in.unknown() + " in the last day, or too few in the window"
	case OutlookExhausted:
		worked = "the budget is exhausted already"
	case OutlookBeyond:
		worked = fmt.Sprintf("at a burn rate of %s the budget outlasts %s", rate(&in, over1d), in.horizon())
	case OutlookWithin:
		remaining, _ := Remaining(in.Sums.Window, in.Objective, in.Pace)
		value = strconv.FormatInt(int64(*p.After/time.Second), 10)
		worked = fmt.Sprintf("%s × %s ÷ %s = %s", remaining.shortPercent(6), Words(in.Period), rate(&in, over1d), Words(*p.After))
	}
	e.add("projectedExhaustion", formula, worked, value, sourceProjection)
}

// because says what made the state, with the pairs and windows of at_risk.
func because(in Input, state State) string {
	w := in.Sums.Window
	switch state {
	case NoData:
		if w.Total <= 0 {
			return fmt.Sprintf("there were no %s in the window of %s", in.noun(), Words(in.Period))
		}
		return fmt.Sprintf("there were %s %s in the window of %s, and nothing is concluded from fewer than %s",
			grouped(decimal(w.Total, in.unit())), in.noun(), Words(in.Period), grouped(strconv.FormatInt(in.MinEvents, 10)))
	case Exhausted:
		return fmt.Sprintf("%s bad %s of the %s that the budget allows: nothing of it remains", grouped(decimal(w.Bad(), in.unit())), in.noun(), grouped(allowedEvents(w, in.Objective, in.Pace, in.unit()).short(3)))
	case AtRisk:
		var reasons []string
		for i := range Pairs {
			if p := &Pairs[i]; p.exceeded(&in) {
				reasons = append(reasons, fmt.Sprintf("the burn rates over %s (%s) and %s (%s) exceed %s",
					Words(p.Long), rate(&in, p.long), Words(in.lookback(p.short)), rate(&in, p.short), p.Factor(in.Period).short(4)))
			}
		}
		if p := in.projection(); p.Outlook == OutlookWithin {
			reasons = append(reasons, fmt.Sprintf("the burn rate of the last day (%s) exhausts the budget in %s", rate(&in, over1d), Words(*p.After)))
		}
		return strings.Join(reasons, "; ")
	default:
		remaining, _ := Remaining(w, in.Objective, in.Pace)
		return fmt.Sprintf("%s of the budget remains, no burn pair exceeds its factor, and the burn of the last day does not exhaust it within %s", remaining.shortPercent(2), in.horizon())
	}
}

func rate(in *Input, lookback int) string {
	r, ok := Consumed(in.Sums.Lookbacks[lookback], in.Objective, Pace{})
	if !ok {
		return "no " + in.noun()
	}
	return r.short(4)
}

// horizon names the time for which the budget has to last.
func (in *Input) horizon() string {
	if in.Pace.Whole > 0 {
		return Words(in.Pace.Whole-in.Pace.Elapsed) + ", when the window is over"
	}
	return Words(in.Period)
}

// HighestBurn is the burn rate when every event is bad: 1 ÷ (1 − T).
func HighestBurn(o Objective) Ratio {
	return Ratio{num: double{lo: Billion}, den: double{lo: uint64(o.BudgetPPB())}}
}

// decimal writes a sum as events, or slices.
func decimal(n, unit int64) string { return events(n, unit).short(digitsOf(unit)) }

// digitsOf is how many digits after the point a sum in that unit has.
func digitsOf(unit int64) int { return len(strconv.FormatInt(unit, 10)) - 1 }

// grouped sets commas between the thousands of a decimal, for sentences.
func grouped(decimal string) string {
	whole, rest, fraction := strings.Cut(decimal, ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction {
		whole += "." + rest
	}
	return whole
}

// percentOf writes parts per billion as a percentage.
func percentOf(ppb int64) string {
	return Ratio{num: double{lo: uint64(ppb)}, den: double{lo: Billion}}.shortPercent(7)
}

// Short names the length of a window in values: "5m", "6h", "28d"; see Words for sentences.
func Short(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day && d%day == 0:
		return strconv.FormatInt(int64(d/day), 10) + "d"
	case d >= time.Hour && d%time.Hour == 0:
		return strconv.FormatInt(int64(d/time.Hour), 10) + "h"
	case d >= time.Minute && d%time.Minute == 0:
		return strconv.FormatInt(int64(d/time.Minute), 10) + "m"
	default:
		return d.String()
	}
}

// Words writes a length of time for sentences, by its two largest units, as SI has them:
// "9 d 4 h", "28 d", "42 min".
func Words(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= day:
		return units(d, day, "d", time.Hour, "h")
	case d >= time.Hour:
		return units(d, time.Hour, "h", time.Minute, "min")
	case d >= time.Minute:
		return fmt.Sprintf("%d min", d/time.Minute)
	default:
		return fmt.Sprintf("%d s", d/time.Second)
	}
}

// units writes a length in two units, without the smaller one where there is none of it.
func units(d, large time.Duration, largeName string, small time.Duration, smallName string) string {
	text := fmt.Sprintf("%d %s", d/large, largeName)
	if rest := d % large / small; rest > 0 {
		text += fmt.Sprintf(" %d %s", rest, smallName)
	}
	return text
}
