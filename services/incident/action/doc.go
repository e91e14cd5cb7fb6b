// Package action holds action items: what is to be done after an incident, by whom, until which
// day, and how anybody sees that it is done. They belong to their incident, and are read and changed
// by whoever may read and change that. Each is wanted as an issue (a Desk), and what people make of
// the issue comes back; no machine closes it. What is overdue is told in steps, up the tree of teams.
//
//	item.go     what an item is, and its rules
//	service.go  what people do with items
//	tracked.go  what people make of an item's issue
//	chase.go    what is told of items that are due
//	backlog.go  how many are open, for how long
//	effect.go   whether the same cause came back
//	store.go    what it needs of a database
package action
