package slo

import (
	"context"
	"fmt"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Explain says where an SLO's state and each of its figures come from.
func (s *Service) Explain(ctx context.Context, slo id.ID) (budget.Explanation, error) {
	v, err := s.View(ctx, slo)
	if err != nil {
		return budget.Explanation{}, err
	}
	return v.Explain(), nil
}

// Explain says where the state and each figure come from, as far as they were
// concluded by the current revision, and why the state is another than the
// figures say.
func (v View) Explain() budget.Explanation {
	e := budget.Explain(v.input())
	e.State = v.Status.State
	switch status := v.Status; {
	case !status.Evaluated():
		e.Because = "it was not evaluated yet"
	case !v.Current():
		e.Because = fmt.Sprintf("revision %d was not evaluated yet; the state is that of an earlier revision", v.Revision.Number)
	case status.Stale && status.Latest.IsZero():
		e.Because = "stale: no measurement came within the longest window"
	case status.Stale && !status.stopped(v.Indicator.Resolution):
		e.Because = fmt.Sprintf("outdated: it was not evaluated after %s, and the state that there was is held", status.End.Format("2006-01-02 15:04 UTC"))
	case status.Stale:
		e.Because = fmt.Sprintf("stale: no measurement came after %s, and the state that there was is held", status.Latest.Format("2006-01-02 15:04 UTC"))
	}
	return e
}
