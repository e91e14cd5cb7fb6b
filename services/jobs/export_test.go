package jobs

import (
	"context"
	"time"
)

// Look works off what was asked for, as every replica does each second, and waits
// until that is done.
func (s *Service) Look(ctx context.Context) error {
	err := s.look(ctx)
	s.loops.Wait()
	return err
}

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
