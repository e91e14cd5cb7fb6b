package budget

import (
	"time"

	"github.com/evenkeel/evenkeel/services/measure/window"
)

// Lookbacks are the windows over which burn rates are measured, the shortest first.
var Lookbacks = [...]time.Duration{
	5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 6 * time.Hour, 24 * time.Hour, 72 * time.Hour,
}

// PolicyWindow is the trailing window of the workbook's error-budget policy: four weeks.
const PolicyWindow = 28 * 24 * time.Hour

// Sums are the sums of all windows of an SLO, which all end at the same time.
type Sums struct {
	Lookbacks [len(Lookbacks)]window.Sum
	Policy    window.Sum // PolicyWindow
	Window    window.Sum // the SLO's own
}

// Lookback is the length of the Lookback of that number where sums move in such steps:
// rounded up to whole steps.
func Lookback(i int, step time.Duration) time.Duration {
	return (Lookbacks[i] + step - 1) / step * step
}

// Windows returns all windows of an SLO with those of its own, whose sums move in such
// steps: the Lookbacks, the PolicyWindow, the SLO's. SumsOf reads sums in the same order.
func Windows(step time.Duration, own ...window.Window) []window.Window {
	windows := make([]window.Window, 0, len(Lookbacks)+1+len(own))
	for i := range Lookbacks {
		windows = append(windows, window.Window{Length: Lookback(i, step)})
	}
	return append(append(windows, window.Window{Length: PolicyWindow}), own...)
}

// SumsOf returns the sums of the windows that Windows names, of the first of the SLO's
// own, and of its further ones.
func SumsOf(sums []window.Sum) (s Sums, further []window.Sum) {
	n := copy(s.Lookbacks[:], sums)
	s.Policy, s.Window = sums[n], sums[n+1]
	return s, sums[n+2:]
}
