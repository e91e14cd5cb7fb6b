package slo

import (
	"context"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo/budget"
	"github.com/evenkeel/evenkeel/services/slo/forecast"
)

// Explanation says where an SLO's state and figures come from, and what they are
// computed from.
type Explanation struct {
	budget.Explanation
	// Measured says in sentences where the measurements come from, Origin exactly.
	Measured string
	Origin   origin.Origin
	// Recording is what rules record of its slots that are installed in the data source, from which
	// they are read then; nil where they are not.
	Recording *origin.Recording
}

// Explain says where an SLO's state and each of its figures come from; of one
// group, unless it is empty.
func (s *Service) Explain(ctx context.Context, slo id.ID, group string) (Explanation, error) {
	v, err := s.View(ctx, slo)
	if group != "" {
		v, err = s.Group(ctx, slo, group)
	}
	if err != nil {
		return Explanation{}, err
	}
	lines := []budget.Line(nil)
	if group == "" {
		outlooks, err := s.Outlooks(ctx, []View{v})
		if err != nil {
			return Explanation{}, err
		}
		lines = outlooks[0].Lines()
	}
	words, err := s.Measured(ctx, v)
	if err != nil {
		return Explanation{}, err
	}
	e := Explanation{Explanation: v.Explain(), Measured: words, Origin: v.Indicator.Origin}
	if s.collection != nil && v.Indicator.Origin.Asked() {
		if e.Recording, err = s.collection.Recording(ctx, v.SLO.ID); err != nil {
			return Explanation{}, err
		}
	}
	if e.Recording != nil {
		e.Measured += " " + e.Recording.Words()
	}
	e.Lines = append(e.Lines, lines...)
	return e, nil
}

// Measured says in a sentence where the measurements of an SLO come from. It authorises
// nobody.
func (s *Service) Measured(ctx context.Context, v View) (string, error) {
	words, err := s.origins.Words(ctx, v.Indicator.Origin)
	if err != nil {
		return "", fmt.Errorf("tell where measurements of an SLO come from: %w", err)
	}
	return words, nil
}

// uncorrected is the input of what the own window holds without corrections, of which
// there are some.
func (v View) uncorrected() budget.Input {
	in := v.input()
	in.Sums.Window = *v.Status.Raw
	return in
}

// Uncorrected is how the own window would stand without corrections; nil where none lies
// in it, or the current revision was not evaluated yet.
func (v View) Uncorrected() *budget.Account {
	if v.Status.Raw == nil || !v.Current() {
		return nil
	}
	f := budget.FiguresOf(v.uncorrected())
	return &f.Window
}

// Lines explain the figures of a forecast.
func (o Outlook) Lines() []budget.Line {
	unknown := "unknown: " + o.Unknown
	lines := []budget.Line{o.probability("forecast.probability", o.Probability, o.Until)}
	if o.Week != nil {
		lines = append(lines, o.probability("forecast.weekProbability", *o.Week, o.From.Add(Week)))
	}
	for i, share := range forecast.Shares {
		line := budget.Line{
			Figure: "forecast.times." + decimal(share, 2), Formula: fmt.Sprintf("the hour by which the budget is spent in %s %% of the futures", decimal(share*100, 0)),
			Worked: unknown, Source: forecast.Source,
		}
		switch at := o.Times[i]; {
		case o.Unknown != "":
		case at == nil:
			line.Worked = fmt.Sprintf("not before %s: in fewer it is spent at all", o.Until.Format("2006-01-02 15:04 UTC"))
		default:
			after := at.Sub(o.From)
			line.Value = strconv.FormatInt(int64(after/time.Second), 10)
			line.Worked = fmt.Sprintf("%s after %s = %s", budget.Words(after), o.From.Format("2006-01-02 15:04 UTC"), at.Format("2006-01-02 15:04 UTC"))
		}
		lines = append(lines, line)
	}
	return lines
}

// probability says where a probability comes from that the budget is spent until a time.
func (o Outlook) probability(figure string, is float64, until time.Time) budget.Line {
	line := budget.Line{Figure: figure, Formula: "futures in which the budget is spent ÷ futures", Worked: "unknown: " + o.Unknown, Source: forecast.Source}
	if o.Unknown == "" {
		line.Value = decimal(is, 6)
		line.Worked = fmt.Sprintf("%d ÷ %d = %s %%, each future made of days of the last %d hours, until %s",
			int(math.Round(is*ForecastPaths)), ForecastPaths, decimal(is*100, 6), o.Hours, until.Format("2006-01-02 15:04 UTC"))
	}
	return line
}

// leastLine explains LeastRemaining.
func (v View) leastLine() budget.Line {
	line := budget.Line{
		Figure: "leastRemaining", Formula: "the least of what remains of the budget of each objective that has enough events, rounded down to nine digits",
		Worked: "unknown: nothing is concluded from any window", Source: "Evenkeel: the order of lists of SLOs",
	}
	if least := v.LeastRemaining(); least != nil {
		line.Value = decimal(*least, 6)
		line.Worked = fmt.Sprintf("%s %%, the least of %d", decimal(*least*100, 7), 1+len(v.Revision.Further))
	}
	return line
}

// Explain says where the state and each figure come from, as far as they were
// concluded by the current revision, and why the state is another than the
// figures say.
func (v View) Explain() budget.Explanation {
	e := budget.Explain(v.input())
	for i, in := range v.goals() { // the state is the worst of all
		if state := budget.Decide(in); worst(e.State, state) != e.State {
			g := v.Revision.Further[i]
			e.State, e.Because = state, fmt.Sprintf("the further objective %q, %s over %s: %s", g.Name, g.Objective.Words(), g.Over, budget.Explain(in).Because)
		}
	}
	e.State = v.Status.State
	if v.Current() {
		if v.Status.Raw != nil {
			e.Lines = append(e.Lines, budget.ExplainWindow("uncorrected", v.uncorrected())...)
		}
		for i, g := range v.Revision.Further {
			of := v.Revision.goal(i, v.Status.Sums, v.Status.Further, v.end())
			e.Lines = append(e.Lines, budget.ExplainWindow("furtherObjectives."+g.Name+".window", of)...)
		}
	}
	e.Lines = append(e.Lines, v.leastLine())
	if c := v.Certainty(v.Figures().Window); c != nil {
		e.Lines = append(e.Lines, c.lines(v.Revision.Objective)...)
	}
	switch status := v.Status; {
	case !status.Evaluated():
		e.Because = "it was not evaluated yet"
	case !v.Current():
		e.Because = fmt.Sprintf("revision %d was not evaluated yet; the state is that of an earlier revision", v.Revision.Number)
	case status.Stale && status.Latest.IsZero():
		e.Because = "stale: no measurement came within the longest window"
	case status.outdated:
		e.Because = fmt.Sprintf("outdated: it was not evaluated after %s, and the state that there was is held", status.End.Format("2006-01-02 15:04 UTC"))
	case status.Filling:
		e.Because = "incomplete: a part of its past is still being read; until then violations neither open nor end"
	case status.Stale:
		e.Because = fmt.Sprintf("stale: no measurement came after %s, and the state that there was is held", status.Latest.Format("2006-01-02 15:04 UTC"))
	}
	return e
}
