package outage

import "slices"

// planned are the classes of what is done on purpose, and spends budget on purpose: the
// workbook asks what of a budget was spent so ("Alerting on SLOs", The Site Reliability
// Workbook, and its example policy). Every other class is unplanned.
var planned = []string{"experiment", "launch", "migration"}

// Planned lists the planned classes, by name.
func Planned() []string { return slices.Clone(planned) }

// IsPlanned reports whether outages of the class were meant.
func IsPlanned(class string) bool { return slices.Contains(planned, class) }
