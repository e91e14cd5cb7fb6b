package origin

import "time"

// Recording is what rules that are installed in a data source record of the slots of an
// indicator.
type Recording struct {
	Group, File string // the group of the rules, and where it was read from
	Good, Total string // the metrics
	Labels      map[string]string
	Resolution  time.Duration
	// Since is when they were first found, and found at each look since.
	Since time.Time
}
