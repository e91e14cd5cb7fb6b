package jobs_test

import (
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/services/jobs"
)

func TestSchedulesComeWhenTheySay(t *testing.T) {
	t.Parallel()
	from := time.Date(2026, 2, 28, 23, 58, 7, 500, time.UTC)
	for schedule, want := range map[string]time.Time{ // worked by hand
		"@every 30s":   time.Date(2026, 2, 28, 23, 58, 30, 0, time.UTC),
		"@every 1m":    time.Date(2026, 2, 28, 23, 59, 0, 0, time.UTC),
		"@every 5m":    time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"* * * * *":    time.Date(2026, 2, 28, 23, 59, 0, 0, time.UTC),
		"0 * * * *":    time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"@hourly":      time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"30 4 1 * *":   time.Date(2026, 3, 1, 4, 30, 0, 0, time.UTC),
		"0 0 29 2 *":   time.Date(2028, 2, 29, 0, 0, 0, 0, time.UTC),
		"15 6 * * 1":   time.Date(2026, 3, 2, 6, 15, 0, 0, time.UTC), // a Monday
		"*/20 * * * *": time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
	} {
		got, err := jobs.NextAfter(schedule, from)
		if err != nil || !got.Equal(want) {
			t.Errorf("%q comes at %v (%v), want %v", schedule, got, err, want)
		}
	}
}

// Replicas start at different times; what is due must be due at the same times,
// since a run is known by its time.
func TestAnIntervalIsTheSameOnEveryReplica(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 14, 15, 9, 26, 535_000_000, time.UTC)
	for offset := range 30 {
		got, err := jobs.NextAfter("@every 30s", start.Add(time.Duration(offset)*100*time.Millisecond))
		if want := time.Date(2026, 3, 14, 15, 9, 30, 0, time.UTC); err != nil || !got.Equal(want) {
			t.Errorf("after %d ms it comes at %v (%v), want %v", offset*100, got, err, want)
		}
	}
}

func TestWhatIsNoScheduleIsRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"", "hourly", "@every", "@every 0s", "@every -1m", "@every 500ms", "@every 1.5s", "@every 9000h", "@reboot",
		"* * * *", "* * * * * *", "60 * * * *", "0 0 30 2 *", "CRON_TZ=Europe/Berlin 0 0 * * *", "TZ=UTC * * * * *",
	} {
		if jobs.CheckSchedule(text) == nil {
			t.Errorf("%q was taken for a schedule", text)
		}
	}
}
