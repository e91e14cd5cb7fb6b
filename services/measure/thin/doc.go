// Package thin is the packed form of a month of which single slots are not kept any
// more: for each hour, or later each day, the sums of what all reporters measured. It
// is pure: it knows no series, database, clock or context.
//
// Beside the events a month holds what they were counted as, because that cannot be
// derived from sums: events with the corrections that lay over them, and slices as they
// were judged, measured and with corrections. A time that lies in one slot only in part
// has no sum that is known, and the package gives none.
//
// Format version 1. Numbers are unsigned LEB128 varints where nothing else is said.
//
//	bytes  meaning
//	1      version of the format: 1
//	1      flags: bit 0, corrections lay over the month; bit 1, slices were judged;
//	       bits 2 and 3, all counts of events, of slices, are in whole thousands;
//	       the other bits are zero
//	…      where slices were judged: seconds of a slice, its target in parts per
//	       billion, what a missing one counts as (0 ignored, 1 good, 2 bad)
//	…      n: number of slots, 1 to 1,000
//	…      for each slot: twice its length in minutes, plus one when anything in it is
//	       known; then pairs of total and bad: events as measured; events as counted,
//	       where corrections lay; slices as measured, where they were judged; slices as
//	       counted, where both
//	4      CRC-32C of everything before, little endian
package thin
