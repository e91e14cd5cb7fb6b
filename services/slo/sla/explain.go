package sla

import (
	"fmt"
	"math/big"
	"strings"

	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// The sources of the formulas.
const (
	sourceSum       = "what the SLO counted, each revision of it while it was in force, without its corrections"
	sourceSLI       = "Google SRE Workbook, chapter 2, “Implementing SLOs”: the proportion of good events"
	sourceTerms     = "the SLA's terms, revision %d"
	sourceProjected = "linear: events go on to come as until now"
)

// stamped is how times are written in what is worked out.
const stamped = "2006-01-02 15:04 UTC"

// Lines explain the figures of the period that runs now, if one does, and of the last that
// was closed, if there is one.
func Lines(v View, now *Current, last []Period) []budget.Line {
	var lines []budget.Line
	if now != nil {
		lines = now.lines(v.Revision)
	}
	for _, p := range last {
		lines = append(lines, p.lines()...)
	}
	return lines
}

func (c *Current) lines(by Revision) []budget.Line {
	var counted []string
	noun := "event"
	for i := len(c.Pieces) - 1; i >= 0; i-- {
		p := c.Pieces[i]
		noun = p.Noun
		counted = append(counted, fmt.Sprintf("%s of %s by revision %d of the SLO from %s to %s",
			events(p.Sum.Good), events(p.Sum.Total), p.Revision, p.From.Format(stamped), p.To.Format(stamped)))
	}
	lines := account("current", c.Sum, by, noun+"s", strings.Join(counted, ", and "))
	remaining := budget.Line{Figure: "current.remaining", Formula: "(SLI − target) ÷ (100 % − target)", Worked: unknown, Source: fmt.Sprintf(sourceTerms, by.Number)}
	total := budget.Line{Figure: "current.projected.total", Formula: "total × period ÷ elapsed", Worked: unknown, Source: sourceProjected}
	burned := budget.Line{Figure: "current.projected.burned", Formula: "bad ÷ (projected total × (100 % − target))", Worked: unknown, Source: sourceProjected}
	if c.Sum.Total > 0 {
		margin, allowed := c.margin(by.Target), share(by.Target.BudgetPPB(), budget.Billion)
		left := new(big.Rat).Quo(margin, allowed)
		remaining.Worked = fmt.Sprintf("%s ÷ %s = %s", percent(margin), percent(allowed), percent(left))
		remaining.Value = decimal(left, 6)
	}
	if all := c.projectedTotal(); all != nil {
		all.Quo(all, share(budget.PerEvent, 1))
		total.Worked = fmt.Sprintf("%s × %s ÷ %s = %s", events(c.Sum.Total), budget.Words(c.End.Sub(c.Start)), budget.Words(c.Until.Sub(c.Start)), decimal(all, 3))
		total.Value = decimal(all, 6)
		allowed := share(by.Target.BudgetPPB(), budget.Billion)
		spent := new(big.Rat).Quo(share(c.Sum.Bad(), budget.PerEvent), new(big.Rat).Mul(all, allowed))
		burned.Worked = fmt.Sprintf("%s ÷ (%s × %s) = %s", events(c.Sum.Bad()), decimal(all, 3), percent(allowed), percent(spent))
		burned.Value = decimal(spent, 6)
	}
	return append(lines, remaining, total, burned)
}

func (p Period) lines() []budget.Line {
	counted := fmt.Sprintf("summed up when it was closed, at %s", p.ClosedAt.Format(stamped))
	if p.RestatedAt != nil {
		counted = fmt.Sprintf("restated at %s; %s good of %s when it was closed, at %s, which came to %s",
			p.RestatedAt.Format(stamped), events(p.Closed.Sum.Good), events(p.Closed.Sum.Total), p.ClosedAt.Format(stamped), p.Closed.words())
	}
	lines := account("last", p.Sum, p.Revision, "events, or slices,", counted)
	verdict := budget.Line{Figure: "last.verdict", Formula: "met where SLI ≥ target, else breached", Worked: unknown, Source: fmt.Sprintf(sourceTerms, p.Revision.Number)}
	credit := budget.Line{Figure: "last.credit", Formula: "that of the lowest step that the SLI is below", Worked: unknown, Source: verdict.Source}
	if p.Sum.Total > 0 {
		sli := percent(share(p.Sum.Good, p.Sum.Total))
		verdict.Worked = fmt.Sprintf("%s ≥ %s: %s", sli, p.Revision.Target.Words(), p.Verdict)
		if p.Verdict == Breached {
			verdict.Worked = fmt.Sprintf("%s < %s: %s", sli, p.Revision.Target.Words(), p.Verdict)
		}
		verdict.Value = string(p.Verdict)
		credit.Worked = fmt.Sprintf("%s is below no step: nothing is owed", sli)
		for _, step := range p.Revision.Credits {
			if below(p.Sum, step.Below) {
				credit.Worked, credit.Value = fmt.Sprintf("%s < %s: %s", sli, step.Below.Words(), spaced(step.Credit)), step.Credit
			}
		}
	}
	return append(lines, verdict, credit)
}

// words says what a period came to.
func (o Outcome) words() string {
	if o.Credit == "" {
		return string(o.Verdict)
	}
	return fmt.Sprintf("%s, a credit of %s", o.Verdict, spaced(o.Credit))
}

const unknown = "unknown: nothing was measured"

// account explains what a sum came to.
func account(name string, s window.Sum, by Revision, noun, counted string) []budget.Line {
	lines := []budget.Line{
		{Figure: "good", Formula: "good " + noun + " of the period", Worked: unknown, Source: sourceSum},
		{Figure: "total", Formula: "all " + noun + " of the period", Worked: unknown, Source: sourceSum},
		{Figure: "sli", Formula: "good ÷ total", Worked: unknown, Source: sourceSLI},
		{Figure: "margin", Formula: "SLI − target", Worked: unknown, Source: fmt.Sprintf(sourceTerms, by.Number)},
	}
	for i := range lines {
		lines[i].Figure = name + "." + lines[i].Figure
	}
	if s.Total <= 0 {
		return lines
	}
	sli, margin := share(s.Good, s.Total), Account{Sum: s}.margin(by.Target)
	lines[0].Worked, lines[0].Value = counted, decimal(share(s.Good, budget.PerEvent), 6)
	lines[1].Worked, lines[1].Value = counted, decimal(share(s.Total, budget.PerEvent), 6)
	lines[2].Worked, lines[2].Value = fmt.Sprintf("%s ÷ %s = %s", events(s.Good), events(s.Total), percent(sli)), decimal(sli, 6)
	points := decimal(new(big.Rat).Mul(margin, share(100, 1)), 6)
	lines[3].Worked, lines[3].Value = fmt.Sprintf("%s − %s = %s points", percent(sli), by.Target.Words(), points), decimal(margin, 6)
	return lines
}

// events writes a sum as events, or slices.
func events(n int64) string { return decimal(share(n, budget.PerEvent), 3) }

func percent(r *big.Rat) string { return decimal(new(big.Rat).Mul(r, share(100, 1)), 6) + " %" }

// decimal writes at most so many digits after the point, without zeros at the end.
func decimal(r *big.Rat, digits int) string {
	text := strings.TrimRight(strings.TrimRight(r.FloatString(digits), "0"), ".")
	if text == "-0" {
		return "0"
	}
	return text
}

// spaced writes a percentage for people.
func spaced(percentage string) string { return strings.TrimSuffix(percentage, "%") + " %" }
