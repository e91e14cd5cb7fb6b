package jobs

import "time"

// Tick runs the job as its schedule does at that time.
func (s *Service) Tick(job string, at time.Time) { s.tick(s.find(job), at) }

// NextAfter is when the schedule comes next.
func NextAfter(schedule string, t time.Time) (time.Time, error) {
	parsed, err := parseSchedule(schedule)
	if err != nil {
		return time.Time{}, err
	}
	return parsed.Next(t), nil
}
