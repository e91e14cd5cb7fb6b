// Package statistics tells of many incidents together: how long it took to detect, mitigate and
// resolve them, as distributions; how many there were; what caused them, and came back; and how
// much fell on whoever was on call. It ranks neither teams nor people, and has no order by them:
// the figures are for those whose incidents they are. It is worked out anew from the incidents
// that the caller may read.
package statistics
