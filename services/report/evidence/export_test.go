package evidence

// AtMost has bundles have no more than that.
func (s *Service) AtMost(rows, bytes int) { s.most = bounds{rows, bytes} }
