package preview

import (
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/suggest"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// judge tells what follows of a draft from what there was, and gives the draft the status that it
// would have.
func judge(d *slo.Draft, f frame, c course) *Seen {
	s := &Seen{From: f.from, To: f.to, Resolution: f.resolution}
	concluded, replay := follow(d.View, f, c)
	d.Status = concluded.Status
	s.State = concluded.Status.State

	in := concluded.Input()
	in.Pace = f.last().pace(d.Revision.Over)
	s.Account = budget.FiguresOf(in).Window
	for i, standing := range concluded.Standings() {
		if begin, _ := d.Revision.Further[i].Over.Window().Span(f.to); !begin.Before(f.first) {
			s.Further = append(s.Further, standing)
		}
	}
	for _, p := range f.windows {
		s.Windows = append(s.Windows, p.judged(d.Revision.Terms, d.Revision.Objective, c))
	}
	s.Window = s.Windows[len(s.Windows)-1]
	s.Points = points(d.Revision.Terms, f, c)
	s.tellAlerts(replay.Alerts())
	s.climb(d.Revision.Terms, f, c)
	return s
}

// follow concludes at the end of every step from the beginning on, as the evaluator would have.
func follow(v slo.View, f frame, c course) (slo.Concluded, alert.Replay) {
	var replay alert.Replay
	var concluded slo.Concluded
	windows := v.Revision.Windows(f.resolution)
	own := len(budget.Lookbacks) + 1 // as SumsOf reads them
	v.Status = slo.Status{SLO: v.SLO.ID, State: budget.NoData, Since: f.from}
	for end := f.from.Add(f.step); !end.After(f.to); end = end.Add(f.step) {
		sums := make([]window.Sum, len(windows))
		for i, w := range windows {
			begin, _ := w.Span(end)
			if begin = begin.UTC().Truncate(f.step); i == own && begin.Before(f.from) && w.Rolls() {
				// What was before is not known. Whether there were events enough to conclude
				// anything from is judged by the first window that is known, or all there is.
				sums[i] = c.between(f.from, earlier(f.from.Add(w.Length), f.to))
				continue
			}
			sums[i] = c.between(begin, end)
		}
		concluded = v.ConcludedBy(measure.Evaluation{Subject: v.SLO.ID, Revision: v.Revision.ID, End: end, Sums: sums, Latest: c.latest(end)}, 0)
		v = concluded.View
		replay.Judge(concluded)
	}
	return concluded, replay
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// judged is a window with what became of an objective in it.
func (p part) judged(t slo.Terms, o budget.Objective, c course) Window {
	w := Window{From: p.from, To: p.to, Part: p.cut, Sum: c.between(p.from, p.to), Outcome: Unknown}
	w.SLI = sli(w.Sum)
	w.Remaining = left(w.Sum, o, p.pace(t.Over))
	switch {
	case p.running:
		w.Outcome = Running
	case !p.cut:
		in := budget.Input{Objective: o, MinEvents: t.MinEvents, Unit: t.Budgeting.Unit()}
		switch budget.Overspent(in, w.Sum, 100) {
		case budget.Over:
			w.Outcome = Missed
		case budget.Within:
			w.Outcome = Met
		}
	}
	return w
}

func sli(s window.Sum) *float64 {
	share, some := budget.SLI(s)
	return number(share, some)
}

func left(s window.Sum, o budget.Objective, p budget.Pace) *float64 {
	remaining, some := budget.Remaining(s, o, p)
	return number(remaining, some)
}

func number(r budget.Ratio, known bool) *float64 {
	if !known {
		return nil
	}
	v := r.Float64()
	return &v
}

// points are the steps that can be drawn.
func points(t slo.Terms, f frame, c course) []Point {
	var out []Point
	in := 0
	whole := c.between(f.windows[0].from, f.windows[0].to)
	for _, cut := range f.cuts() {
		for !cut.from.Before(f.windows[in].to) {
			in++
			whole = c.between(f.windows[in].from, f.windows[in].to)
		}
		w := f.windows[in]
		p := Point{Start: cut.from, End: cut.to, Sum: c.between(cut.from, cut.to)}
		p.SLI = sli(p.Sum)
		spent := c.between(w.from, cut.to).Bad()
		p.Remaining = left(window.Sum{Good: whole.Total - spent, Total: whole.Total}, t.Objective, w.pace(t.Over))
		out = append(out, p)
	}
	return out
}

// tellAlerts counts alerts, and keeps the first of them.
func (s *Seen) tellAlerts(all []alert.Alert) {
	slices.SortStableFunc(all, func(a, b alert.Alert) int { return a.StartedAt.Compare(b.StartedAt) })
	for _, a := range all {
		for i, p := range budget.Pairs {
			if alert.Kind(p.Name) == a.Kind {
				s.Counts[i]++
			}
		}
	}
	s.Alerts = all[:min(len(all), MaxAlerts)]
}

// climb tells of each of the usual objectives what would have become of it.
func (s *Seen) climb(t slo.Terms, f frame, c course) {
	all, unit := c.between(f.from, f.to), t.Budgeting.Unit()
	for _, o := range suggest.Ladder {
		r := Rung{Objective: o, Remaining: left(s.Window.Sum, o, f.last().pace(t.Over))}
		for _, p := range f.windows {
			switch p.judged(t, o, c).Outcome {
			case Missed:
				r.Missed++
				r.Known++
			case Met:
				r.Known++
			}
		}
		s.Rungs = append(s.Rungs, r)
		if s.Suggested.IsZero() && r.Missed == 0 && suggest.Spares(o, all, unit) {
			s.Suggested = o
		}
	}
}
