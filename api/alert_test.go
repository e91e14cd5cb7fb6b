package api

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/alert"
)

// March of 2026 in Berlin has 31 days less an hour, October one more, and the 29th of March
// is a day of 23 hours.
func TestAnAlertTellsTheDaysOfACalendarsWindow(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	for period, want := range map[time.Duration]int{31*day - time.Hour: 31, 31*day + time.Hour: 31, 23 * time.Hour: 1, 28 * day: 28} {
		a := alert.Alert{Kind: alert.Absent, Evidence: alert.Evidence{Period: period}}
		if got := toAlert(a, Ref{}, Ref{}).Evidence.WindowDays; got != want {
			t.Errorf("%s are %d days, want %d", period, got, want)
		}
	}
}
