package suggest

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure"
	"github.com/evenkeel/evenkeel/services/measure/window"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Alert is a time during which a burn pair would have fired, [Start, End): it is
// judged at the end of every slot of five minutes, and fires until it is judged
// otherwise.
type Alert struct {
	Pair       string // "1h/5m"
	Severity   budget.Severity
	Start, End time.Time
}

// maxAlerts bounds the alerts of a suggestion; with more, only the first are told.
const maxAlerts = 200

// alerts tells when the burn pairs of an objective would have fired between two
// times, had it been declared all along. The slots are of five minutes, in the order
// of time; what is not among them had no events. Slots before the first time count in
// the windows that reach back to them.
func alerts(slots []slot, objective budget.Objective, from, to time.Time) []Alert {
	if len(slots) == 0 {
		return nil
	}
	sums := summed(slots)
	var found []Alert
	firing := make(map[string]int) // to the place in found
	for end := from.Add(measure.FiveMinutes); !end.After(to); end = end.Add(measure.FiveMinutes) {
		in := budget.Input{Objective: objective, Period: Period, Sums: sums.at(end)}
		for _, a := range budget.FiguresOf(in).Alerts {
			at, before := firing[a.Name]
			switch {
			case a.Firing && before:
				found[at].End = end.Add(measure.FiveMinutes)
			case a.Firing && len(found) < maxAlerts:
				firing[a.Name] = len(found)
				found = append(found, Alert{Pair: a.Name, Severity: a.Severity, Start: end, End: end.Add(measure.FiveMinutes)})
			case !a.Firing:
				delete(firing, a.Name)
			}
		}
	}
	return found
}

// running are sums of all slots before each slot of five minutes.
type running struct {
	first  time.Time
	before []window.Sum
}

func summed(slots []slot) running {
	first, last := slots[0].start, slots[len(slots)-1].start
	r := running{first: first, before: make([]window.Sum, int(last.Sub(first)/measure.FiveMinutes)+2)}
	for _, s := range slots {
		i := int(s.start.Sub(first) / measure.FiveMinutes)
		r.before[i+1] = r.before[i+1].Plus(s.Sum)
	}
	for i := 1; i < len(r.before); i++ {
		r.before[i] = r.before[i].Plus(r.before[i-1])
	}
	return r
}

// until sums all slots that end at a time or before.
func (r running) until(at time.Time) window.Sum {
	i := int(at.Sub(r.first) / measure.FiveMinutes)
	return r.before[min(max(i, 0), len(r.before)-1)]
}

// at are the sums of all windows that end at a time.
func (r running) at(end time.Time) budget.Sums {
	windows := budget.Windows(measure.FiveMinutes, window.Window{Length: Period})
	sums := make([]window.Sum, len(windows))
	for i, w := range windows {
		sums[i] = r.until(end).Minus(r.until(end.Add(-w.Length)))
	}
	all, _ := budget.SumsOf(sums)
	return all
}
