// Package measure takes in what was measured and sums it up. Reporters push
// slots of good and total events; slots lie packed in segments of an hour, later
// of a day; the evaluator turns changed segments into sums over windows, and
// hands these to whoever makes a status of them. It knows indicators and
// subjects only by their identifiers: what they promise lives in slo. The packed
// form is in segment, the arithmetic of windows in window, what is left of old months
// in thin, all pure;
// Evenkeel's own traffic is measured in self, data sources are read in collect.
//
// The past is thinned with age. Every slot of each reporter is kept for WholeFor, which
// what has to be exact needs: windows of a calendar year, corrections that are declared
// late, periods of SLAs. Then a month is kept in sums of hours over all reporters, and
// after HoursFor of days, in the time zone of the SLO's calendar. No write reaches so far
// back (MaxAge), so that thinning needs no lock against ingestion. What slices were
// judged as and what corrections did is settled when a month is thinned. A step that
// cuts a sum, or asks for slices that were judged otherwise, is Blurred: what it holds
// is not known any more, and nobody makes a number of it.
package measure
