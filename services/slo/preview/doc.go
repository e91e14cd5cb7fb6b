// Package preview tells what would have become of an SLO that is not declared yet: what its
// indicator would have counted, what of the budget would be left, which alerts there would
// have been, and how often the objective would have been missed. It reads the past from a
// data source, or takes what was measured, and judges it by the rules of package slo, alert
// and budget. Nothing is kept.
package preview
