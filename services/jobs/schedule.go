package jobs

import (
	"fmt"
	"strings"
	"time"

	"github.com/robfig/cron/v3"
)

// CheckSchedule returns an error that says what would be right when text is not a
// schedule: five fields of cron in UTC, a descriptor such as "@hourly", or
// "@every 30s" in whole seconds.
func CheckSchedule(text string) error {
	_, err := parseSchedule(text)
	return err
}

func parseSchedule(text string) (cron.Schedule, error) {
	if strings.HasPrefix(text, "TZ=") || strings.HasPrefix(text, "CRON_TZ=") {
		return nil, fmt.Errorf("must not name a time zone: schedules are in UTC")
	}
	if interval, found := strings.CutPrefix(text, "@every "); found {
		d, err := time.ParseDuration(interval)
		if err != nil || d < time.Second || d%time.Second != 0 || d > 366*24*time.Hour {
			return nil, fmt.Errorf("must be an interval of whole seconds, such as \"@every 30s\"")
		}
		return every(d), nil
	}
	schedule, err := cron.ParseStandard(text)
	if err != nil {
		return nil, fmt.Errorf("must be five fields of cron in UTC, such as \"*/5 * * * *\", or \"@every 30s\"")
	}
	if schedule.Next(time.Now().UTC()).IsZero() {
		return nil, fmt.Errorf("must come at some time: this one never does")
	}
	return schedule, nil
}

// every comes at the multiples of an interval, which are the same on every
// replica: cron's own counts from when it is asked, so that no two replicas would
// mean the same run.
type every time.Duration

// Next implements cron.Schedule.
func (e every) Next(t time.Time) time.Time {
	return t.Truncate(time.Duration(e)).Add(time.Duration(e))
}

// longestNap bounds how long is waited without a look at the clock, which may
// have been set meanwhile, or the machine asleep.
const longestNap = time.Minute

// follow runs the job at the times of its schedule until the service stops. They
// are times of the clock that all replicas share: by their own clocks, one that is
// behind would find for as long that each time had its run already. (That is why
// cron's own runner, which goes by the machine's clock, is not used.)
func (s *Service) follow(w *work) {
	for last := s.Now(); ; {
		next := w.schedule.Next(last)
		for left := next.Sub(s.Now()); left > 0; left = next.Sub(s.Now()) {
			nap := time.NewTimer(min(left, longestNap))
			select {
			case <-s.quit:
				nap.Stop()
				return
			case <-nap.C:
			}
		}
		s.tick(w, next)
		// What came while it ran is not made up, and nothing is run twice where the
		// clock went back.
		if last = s.Now(); last.Before(next) {
			last = next
		}
	}
}
