package delivery

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Tracker is where issues are delivered. Each method is one request, but for those
// that follow where something moved to. What goes wrong is an *Error; any other
// error ends a run.
type Tracker interface {
	// Lane names what shares the limits with the place.
	Lane(ctx context.Context, place Place) (string, error)
	Facts(ctx context.Context, place Place) (Facts, error)
	Create(ctx context.Context, place Place, d Made) (Remote, error)
	// Read returns the issue; false when it is as it was with that ETag.
	Read(ctx context.Context, place Place, number int, etag string) (Remote, bool, error)
	// Find returns a page of the issues, open or not, that were made under the
	// courier's name and changed since, the oldest first; next is 0 on the last page.
	Find(ctx context.Context, place Place, since time.Time, page int) (found []Remote, next int, err error)
	// Edit changes what is not nil, and returns the issue as it then is.
	Edit(ctx context.Context, place Place, number int, e Edit) (Remote, error)
	// AddLabels returns all labels that the issue then has. Those that the place does
	// not know are made.
	AddLabels(ctx context.Context, place Place, number int, labels []string) ([]string, error)
	// RemoveLabel does nothing when the issue does not have it.
	RemoveLabel(ctx context.Context, place Place, number int, label string) error
	// Assign returns all who the issue is then assigned to: those who cannot be are
	// left out without a word.
	Assign(ctx context.Context, place Place, number int, people []string) ([]string, error)
	// Unassign does nothing for those to whom it is not assigned.
	Unassign(ctx context.Context, place Place, number int, people []string) error
	Comment(ctx context.Context, place Place, number int, body string) error
	// Comments returns a page of the bodies of comments since.
	Comments(ctx context.Context, place Place, number int, since time.Time, page int) (bodies []string, next int, err error)
	// AddPart makes the issue with that identifier a part of another.
	AddPart(ctx context.Context, place Place, number int, part int64) error
}

// Facts are what has to be known of a place before something is written there.
type Facts struct {
	Place    Place // its name of today
	Public   bool
	Archived bool
	Issues   bool // whether it takes issues
}

// Made is an issue to be made.
type Made struct {
	Title, Body string
	Labels      []string
}

// Remote is an issue as the tracker has it.
type Remote struct {
	ID        int64 // of the issue among all of the tracker
	Place     Place
	Number    int
	URL       string
	Title     string
	Body      string
	Open      bool
	Reason    string // why it is closed: "completed", "not_planned"
	ByPerson  bool   // whether another than the courier closed it
	Labels    []string
	Assignees []string
	Locked    bool
	Under     string // "owner/name#12" of which it is a part; empty for none, or where it was not told
	ETag      string
}

// Edit is a change of an issue.
type Edit struct {
	Title, Body *string
	Open        *bool
	Reason      string // of closing
}

// Trouble is what went wrong with a request, by what follows from it.
type Trouble string

// The troubles.
const (
	Limited     Trouble = "limited"     // too much was asked in the lane; nothing happened
	Barred      Trouble = "barred"      // the lane's credentials are not taken; nothing happened
	Lost        Trouble = "lost"        // it may have happened
	Unavailable Trouble = "unavailable" // nothing happened; it may the next time
	Gone        Trouble = "gone"        // there is nothing there, or nothing that may be seen
	Refused     Trouble = "refused"     // it is there, and this is not allowed
	Moved       Trouble = "moved"       // nothing happened; it is elsewhere
)

// Error is a request that did not do what it was for.
type Error struct {
	Trouble Trouble
	// Until is when a Limited lane may be used again; zero when it was not told.
	Until time.Time
	// Because is what it is because of, where that is told; it may be the place then too.
	Because Cause
	// Reason says in words for people what is wrong and what would help.
	Reason string
	// To is where it Moved to, with the number if it is an issue.
	To     Place
	Number int
	Err    error
}

// Error returns the reason with its cause, for logs.
func (e *Error) Error() string {
	if e.Err == nil {
		return fmt.Sprintf("%s: %s", e.Trouble, e.Reason)
	}
	return fmt.Sprintf("%s: %s: %v", e.Trouble, e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// AsError returns the *Error in err's chain, or nil.
func AsError(err error) *Error {
	var e *Error
	if errors.As(err, &e) {
		return e
	}
	return nil
}
