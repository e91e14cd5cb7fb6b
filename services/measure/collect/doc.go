// Package collect reads slots from data sources and puts them through the
// pipeline that serves every indicator. A Collector reads what ended lately,
// again and again; a Filler works off backfills: the past of a new indicator, what
// an outage left out, and what somebody asked for. Both keep how far they came in
// the transaction that stores the slots, so that a crash or a second replica
// neither loses a slot nor counts one twice. How a data source is asked lives in
// Readers, which are handed in: measure/prometheus, measure/adapter.
//
// What a data source does not know is no data. Nothing is stored for it, and
// nothing that was stored before is taken away: a slot that had data once, and is
// missing when it is read again, keeps it. An answer of a slot is all that there is of
// it: a group that it does not name has no events there, whatever it had before.
package collect
