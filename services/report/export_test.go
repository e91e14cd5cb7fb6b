package report

// RestateAtMost has a run of RestateOnce do so much work at most.
func (s *Service) RestateAtMost(work int) { s.perRun = work }
