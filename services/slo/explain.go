package slo

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/measure/origin"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Explanation says where an SLO's state and figures come from, and what they are
// computed from.
type Explanation struct {
	budget.Explanation
	// Measured says in a sentence where the measurements come from, Origin exactly.
	Measured string
	Origin   origin.Origin
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
	words, err := s.origins.Words(ctx, v.Indicator.Origin)
	if err != nil {
		return Explanation{}, fmt.Errorf("explain an SLO: %w", err)
	}
	return Explanation{Explanation: v.Explain(), Measured: words, Origin: v.Indicator.Origin}, nil
}

// Explain says where the state and each figure come from, as far as they were
// concluded by the current revision, and why the state is another than the
// figures say.
func (v View) Explain() budget.Explanation {
	e := budget.Explain(v.input())
	for i, in := range v.goals() { // the state is the worst of all
		if state := budget.Decide(in); worst(e.State, state) != e.State {
			g := v.Revision.Further[i]
			e.State, e.Because = state, fmt.Sprintf("the further objective %q, %s over %s: %s", g.Name, g.Objective, g.Over, budget.Explain(in).Because)
		}
	}
	e.State = v.Status.State
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
