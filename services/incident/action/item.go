package action

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

// Priority is how urgent an item is, p0 the most.
type Priority string

// The priorities. The policy's clause about single incidents asks for P0.
const (
	P0 Priority = "p0"
	P1 Priority = "p1"
	P2 Priority = "p2"
	P3 Priority = "p3"
)

// Priorities lists every priority, the most urgent first.
var Priorities = []Priority{P0, P1, P2, P3}

// Weeks is until when an item of the priority is to be done where nobody says otherwise, in weeks.
// Atlassian's incident handbook gives priority actions 4 or 8 weeks; the others are ours.
func (p Priority) Weeks() int { return map[Priority]int{P0: 4, P1: 8, P2: 12, P3: 26}[p] }

// Type is what an item changes (The Site Reliability Workbook, chapter 10).
type Type string

// The types.
const (
	Prevent  Type = "prevent"  // that it happens again
	Detect   Type = "detect"   // how soon it is noticed
	Mitigate Type = "mitigate" // how much it hurts, and how soon it is over
)

// Types lists every type.
var Types = []Type{Prevent, Detect, Mitigate}

// State is what became of an item.
type State string

// The states.
const (
	Open   State = "open"
	Done   State = "done"
	Waived State = "waived" // it will not be done, and why
)

// States lists every state.
var States = []State{Open, Done, Waived}

// Terms are what is said of an item.
type Terms struct {
	Title string // one line that begins with a verb
	// Detail may be empty; Verification is how anybody sees that it is done.
	Detail, Verification string
	Priority             Priority
	Type                 Type
	// Owner is the one person who sees to it.
	Owner id.ID
	// Service is what it changes, and where its issue goes.
	Service id.ID
	// RootCause is whether it acts on a root cause, as a clause about an incident may ask of P0s.
	RootCause bool
	DueOn     clock.Date
}

// Item is something that is to be done after an incident.
type Item struct {
	ID       id.ID
	Incident id.ID
	// Key is what it is called where it was imported from; empty of what was written here.
	Key  string
	Link string // to where it was imported from; may be empty
	Terms
	// FirstDueOn is the day that was said at first, and Postponed how often a later one was.
	FirstDueOn clock.Date
	Postponed  int
	State      State
	Settled    *Settlement // nil while it is open
	Chased     Chased

	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Settlement is how an item came to be done or waived.
type Settlement struct {
	At     time.Time `json:"at"`
	By     string    `json:"by"`
	Person id.ID     `json:"person,omitempty"`
	// Note is what was done, or why it is waived; empty where the tracker did not tell.
	Note string `json:"note,omitempty"`
	Link string `json:"link,omitempty"`
	// Tracked is whether it was the closing of its issue.
	Tracked bool `json:"tracked,omitempty"`
}

// Chased is what was told of an item's due day; a new one begins anew.
type Chased struct {
	For  clock.Date `json:"for,omitempty"`
	Step int        `json:"step,omitempty"` // how often it was told to be overdue
	At   time.Time  `json:"at,omitzero"`
	Soon bool       `json:"soon,omitempty"` // that it will be due was told
}

// Overdue reports whether its day is over, and it is open.
func (i Item) Overdue(now time.Time) bool { return i.State == Open && i.DueOn.Past(now) }

// Satisfies reports whether it is what a clause about an incident asks for: a P0 on a root cause, of
// which something became. What was waived without a word did not.
func (i Item) Satisfies() bool {
	return i.Asked() && (i.State == Done || i.State == Waived && i.Settled.Note != "")
}

// Asked reports whether it is a P0 on a root cause.
func (i Item) Asked() bool { return i.Priority == P0 && i.RootCause }

const (
	maxTitle  = 200
	maxDetail = 4_000
	// MaxItems is how many items an incident has at most.
	MaxItems = 200
	// longest is how far off a due day may be.
	longest = 2 * 366 * 24 * time.Hour
)

// settled are the terms as they are kept. Without DueOn it is that of the priority.
func (t Terms) settled(now time.Time) Terms {
	t.Title, t.Detail, t.Verification = strings.TrimSpace(t.Title), strings.TrimSpace(t.Detail), strings.TrimSpace(t.Verification)
	if t.DueOn == "" {
		t.DueOn = clock.DateOf(now.AddDate(0, 0, 7*t.Priority.Weeks()))
	}
	return t
}

// check notes at pointers from at on what is wrong with the terms. A day may be past that was said
// before, which is empty of a new item.
func (t Terms) check(check *fault.Check, at string, now time.Time, before clock.Date) {
	access.CheckLine(check, at+"/title", t.Title, 1, maxTitle)
	registry.CheckText(check, at+"/detail", t.Detail, maxDetail)
	registry.CheckText(check, at+"/verification", t.Verification, registry.MaxReason)
	check.Require(t.Verification != "", at+"/verification", nil, "must say how anybody sees that it is done, such as \"the alert fires in the game day\"")
	check.Require(slices.Contains(Priorities, t.Priority), at+"/priority", string(t.Priority), "must be one of %s", fault.Or(Priorities))
	check.Require(slices.Contains(Types, t.Type), at+"/type", string(t.Type), "must be one of %s", fault.Or(Types))
	var day fault.Check
	if t.DueOn.Check(&day, at+"/dueOn"); !check.Join(day) {
		return
	}
	last := clock.DateOf(now.Add(longest))
	check.Require(t.DueOn == before || !t.DueOn.Past(now) && t.DueOn <= last, at+"/dueOn", string(t.DueOn), "must be today or later, at most %s", last)
}

// changed is the item with other terms. A later day counts as postponed.
func (i Item) changed(t Terms) Item {
	if i.DueOn != "" && t.DueOn > i.DueOn {
		i.Postponed++
	}
	i.Terms = t
	return i
}

// record is what the audit log keeps of an item; it is about the incident.
type record struct {
	ActionItem id.ID
	ItemState  State
	Settled    *Settlement
	Terms
}

func (i Item) record() record { return record{i.ID, i.State, i.Settled, i.Terms} }

// moved is what a change of state is called.
func (i Item) moved() string {
	switch {
	case i.Settled == nil:
		return "Opened again."
	case i.State == Done && i.Settled.Note == "":
		return "Done."
	case i.State == Done:
		return fmt.Sprintf("Done: %s", i.Settled.Note)
	case i.Settled.Note == "":
		return "Waived."
	}
	return fmt.Sprintf("Waived: %s", i.Settled.Note)
}
