package alert

import (
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Replay tells which burn alerts there would have been of an SLO, had it been judged each
// time that something was concluded of it: by the rules by which alerts are raised and ended.
// It goes one conclusion on with each call of Judge, in the order of time.
type Replay struct {
	open  [len(budget.Pairs)]*Alert
	ended []Alert
}

// Judge goes on to what was concluded at the end of its windows.
func (r *Replay) Judge(c slo.Concluded) {
	for i := range budget.Pairs {
		a, changed := judgePair(c.Status.End, c, i, r.open[i])
		switch {
		case !changed:
		case a.EndedAt != nil:
			r.ended, r.open[i] = append(r.ended, a), nil
		default:
			r.open[i] = &a
		}
	}
}

// Alerts are those that there would have been, those that would last still at the end of
// them, each in the order in which it ended.
func (r *Replay) Alerts() []Alert {
	out := r.ended[:len(r.ended):len(r.ended)]
	for _, open := range r.open {
		if open != nil {
			out = append(out, *open)
		}
	}
	return out
}
