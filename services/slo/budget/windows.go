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

// Windows returns the lengths of all windows of an SLO with that own window: the
// Lookbacks, the PolicyWindow, the SLO's. SumsOf reads sums in the same order.
func Windows(own time.Duration) []time.Duration {
	return append(append(make([]time.Duration, 0, len(Lookbacks)+2), Lookbacks[:]...), PolicyWindow, own)
}

// SumsOf returns the sums of the windows that Windows names.
func SumsOf(sums []window.Sum) Sums {
	var s Sums
	n := copy(s.Lookbacks[:], sums)
	s.Policy, s.Window = sums[n], sums[n+1]
	return s
}
