// Package delivery brings desired issues to a tracker, and keeps them there as they
// are wanted: what is known of each (Delivery), what shares the limits of a tracker
// (Lane), what a tracker has to be able to do (Tracker), and who does it (Courier).
//
// While the tracker's list lags less than the hold, no issue is made twice; beyond
// it at most one stays open. A request of a process that stood still, and arrived late,
// lags by that too. A creation is written down as sending before it is
// asked for. One whose answer did not come, or whose courier went away, is looked
// for by its marker, for as long as the hold lasts, before it is asked for again;
// what was asked for more than once is looked for afterwards too, and all but the
// lowest number are closed.
//
// What people do on the tracker stands: only what the courier itself wrote, and
// nobody changed since, is written again.
//
// What is wanted, and its text, belongs to package issues; how a tracker is spoken
// to, to its own package.
package delivery
