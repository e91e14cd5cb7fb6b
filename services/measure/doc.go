// Package measure takes in what was measured and sums it up. Reporters push
// slots of good and total events; slots lie packed in segments of an hour, later
// of a day; the evaluator turns changed segments into sums over windows, and
// hands these to whoever makes a status of them. It knows indicators and
// subjects only by their identifiers: what they promise lives in slo. The packed
// form is in segment, the arithmetic of windows in window, both pure;
// Evenkeel's own traffic is measured in self, data sources are read in collect.
package measure
