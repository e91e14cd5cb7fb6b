package delivery

import (
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// State is how far an issue got on its way to the tracker.
type State string

// The states. An issue without a number is asked for in Sending and looked for in
// Unknown; one with a number has a comment on its way then.
const (
	Draft     State = "draft"     // no place yet, or nothing is to be sent
	Pending   State = "pending"   // to be made in its place
	Sending   State = "sending"   // asked for; the answer is not known
	Unknown   State = "unknown"   // asked for, and no answer came: looked for
	Sent      State = "sent"      // on the tracker, and kept as it is wanted
	Dead      State = "dead"      // cannot be delivered; Problem says why, and what to do
	Dismissed State = "dismissed" // somebody wants it delivered no more
	Grouped   State = "grouped"   // told of in another, which is delivered instead
)

// States lists every state.
var States = []State{Draft, Pending, Sending, Unknown, Sent, Dead, Dismissed, Grouped}

// Cause is what an issue is dead because of.
type Cause string

// The causes; none of what is not dead.
const (
	// BecausePlace is that the repository is gone or archived, takes no issues, or none may
	// be written there: once that is otherwise, it is tried again.
	BecausePlace Cause = "place"
	BecauseGone  Cause = "gone" // the issue was deleted
	BecauseText  Cause = "text" // what it says is refused
)

// Outcome is what a person made of an issue by closing it.
type Outcome string

// The outcomes; none while people have not closed it.
const (
	Done   Outcome = "done"   // closed as completed
	Waived Outcome = "waived" // closed as not planned
)

// Place is a repository on the tracker, "owner/name". The zero Place is none.
type Place string

// Owner is whose repository it is.
func (p Place) Owner() string {
	owner, _, _ := strings.Cut(string(p), "/")
	return owner
}

// Folded is its name in lower case, the same however it is spelled.
func (p Place) Folded() Place { return Place(strings.ToLower(string(p))) }

// is reports whether both are the same, however they are spelled.
func (p Place) is(other Place) bool { return p.Folded() == other.Folded() }

// Name is the repository's without its owner.
func (p Place) Name() string {
	_, name, _ := strings.Cut(string(p), "/")
	return name
}

// Delivery is what is known of one desired issue on the tracker.
type Delivery struct {
	Issue   id.ID
	Kind    issues.Kind
	State   State
	Place   Place
	Number  int    // 0 until it is known
	URL     string // for people
	Outcome Outcome
	// Owner is whose Sending it is.
	Owner    Owner
	Intent   *Intent // of Sending and Unknown
	Written  Written
	Attempts int    // at making it, each of which may have taken effect
	Failures int    // in a row
	Problem  string // why it waits or is dead, in words for people; empty when all is well
	Because  Cause  // of a Dead one
	OpenedAt *time.Time
	// DueAt is when something is to be done; nil when nothing is.
	DueAt *time.Time
	// Calls counts how often something new was to be looked at: one that comes while
	// the courier is at work is not forgotten.
	Calls     int64
	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Owner is the lease under which something was sent.
type Owner struct {
	Holder string
	Epoch  int64
}

// Intent is a write that must not happen twice, as it was written down before it
// was asked for.
type Intent struct {
	// Comment is the key of the comment, empty for the creation of the issue.
	Comment string    `json:"comment,omitempty"`
	At      time.Time `json:"at"`
	// LostAt is when it was first known that the answer would not come.
	LostAt time.Time `json:"lostAt,omitzero"`
	// Misses is how often it was looked for since, and not found.
	Misses int `json:"misses,omitempty"`
}

// Written is what was written to the tracker, or found there and left to people.
type Written struct {
	Title Text `json:"title"`
	Body  Text `json:"body"`
	// TitledAt is when the title was last changed.
	TitledAt time.Time `json:"titledAt,omitzero"`
	// Labels are those that were wanted, by their names in lower case.
	Labels map[string]Whose `json:"labels,omitempty"`
	// People are those to whom it was wanted to be assigned.
	People map[id.ID]Assigned `json:"people,omitempty"`
	// Under is the issue of which it was made a part, or was to be; Apart is why it is not.
	Under id.ID  `json:"under,omitempty"`
	Apart string `json:"apart,omitempty"`
	// Service is the label of the service, where the issue was made with one.
	Service string `json:"service,omitempty"`
	// Settled is what was last brought about of open and closed, or left to a person.
	Settled Settled `json:"settled"`
	// Closed is whether it was closed when it was last read, or written.
	Closed bool `json:"closed,omitempty"`
	// Heard is what its follower was told that people made of it.
	Heard Outcome `json:"heard,omitempty"`
	// Told is the episode of which the issue's text tells.
	Told id.ID `json:"told,omitempty"`
	// Comments is how many of the wanted comments are made or left out.
	Comments int `json:"comments,omitempty"`
	// Why is the episode in which a person was asked why it is not planned, AskWhy
	// that in which one is to be.
	Why    id.ID `json:"why,omitempty"`
	AskWhy id.ID `json:"askWhy,omitempty"`
	// ETag is of the issue as it was last read.
	ETag string `json:"etag,omitempty"`
	// Asked are the digests of titles and bodies with which it was asked for: each may be
	// that of what is found.
	Asked []string `json:"asked,omitempty"`
	// From are the places where it was asked for, FirstAt is when that first was, SweepAt when it is looked for again
	// because that happened more than once, Sweeps how often it was.
	From    []Place   `json:"from,omitempty"`
	FirstAt time.Time `json:"firstAt,omitzero"`
	SweepAt time.Time `json:"sweepAt,omitzero"`
	Sweeps  int       `json:"sweeps,omitempty"`
	// Swept are those that were closed because of that, by their IDs.
	Swept []int64 `json:"swept,omitempty"`
	// Left is what was written elsewhere before people sent it here.
	Left []Left `json:"left,omitempty"`
}

// Left is what was known of an issue in a place from which people sent it away.
type Left struct {
	Place    Place      `json:"place"`
	Number   int        `json:"number,omitempty"`
	URL      string     `json:"url,omitempty"`
	OpenedAt *time.Time `json:"openedAt,omitempty"`
	Attempts int        `json:"attempts"`
	Written  Written    `json:"written"`
}

// Text is a title or body by digests: as it was wanted when it was last written or
// left to people, and as the tracker then had it. Sent is as it was asked for since: where
// the tracker has that, the answer was lost, and no person wrote it.
type Text struct {
	Wanted string `json:"wanted"`
	Seen   string `json:"seen"`
	Sent   string `json:"sent,omitempty"`
}

// Whose says whose doing it is that an issue has a label, or is assigned to somebody.
type Whose string

// What is wanted is Adding while it is asked for, Ours once it is there because of
// that, Theirs when it was there before, and Untaken when the tracker did not do it.
const (
	Adding  Whose = "adding"
	Ours    Whose = "ours"
	Theirs  Whose = "theirs"
	Untaken Whose = "untaken"
)

// Assigned is somebody to whom an issue was wanted to be assigned. Who has no login is
// Untaken.
type Assigned struct {
	Login string `json:"login,omitempty"`
	Whose Whose  `json:"whose"`
}

// Settled is whether an issue is open, for an episode.
type Settled struct {
	Episode id.ID `json:"episode,omitempty"`
	Open    bool  `json:"open"`
}

// New is the delivery of an issue that was just wanted.
func New(i issues.Issue, now time.Time) Delivery {
	return Delivery{Issue: i.ID, Kind: i.Kind, State: Draft, DueAt: &now, CreatedAt: now, UpdatedAt: now, Version: 1}
}

// Retry has a dead or dismissed one delivered again, and one that waits at once.
// What may have been made before is looked for first, and what the tracker did not do of
// one that is there is asked for again.
func (d *Delivery) Retry(now time.Time) error {
	if err := d.still(); err != nil {
		return err
	}
	d.Revive(now)
	d.Written.askAgain()
	return nil
}

// Revive has it tried again, as far as it got.
func (d *Delivery) Revive(now time.Time) {
	d.State = d.unsent()
	if d.Intent != nil {
		d.lose(now)
	}
	d.Failures, d.Problem, d.Because, d.DueAt = 0, "", "", &now
}

// Retarget has it made anew in another place. What was made before is left to people,
// and taken up again when it is sent back there.
func (d *Delivery) Retarget(place Place, now time.Time) error {
	if err := d.still(); err != nil {
		return err
	}
	var check fault.Check
	check.Require(place.IsWhole(), "/repository", string(place), "must be a repository such as \"acme/checkout\"")
	if err := check.Err(); err != nil {
		return err
	}
	here, left := d.leave(place)
	d.Place, d.Number, d.URL, d.OpenedAt, d.Attempts, d.Written = here.Place, here.Number, here.URL, here.OpenedAt, here.Attempts, here.Written
	d.Written.Left, d.Outcome = left, ""
	d.Intent, d.Failures, d.Problem, d.Because, d.DueAt = nil, 0, "", "", &now
	d.State = d.unsent()
	return nil
}

// leave returns what is known of the issue in a place to which it is sent, and what is
// of all others where it was made or asked for.
func (d *Delivery) leave(to Place) (here Left, left []Left) {
	known := d.Written.Left
	if d.Number > 0 || d.Attempts > 0 {
		was := Left{d.Place, d.Number, d.URL, d.OpenedAt, d.Attempts, d.Written}
		was.Written.Left = nil
		known = append(slices.Clone(known), was)
	}
	here = Left{Place: to}
	for _, l := range known {
		asked := slices.ContainsFunc(l.Written.From, to.is)
		switch {
		case l.Place.is(to):
			here = l
		case asked && here.Attempts == 0: // it went on from there by itself
			here.Attempts, here.Written = 1, l.Written
			left = append(left, l)
		default:
			left = append(left, l)
		}
	}
	if here.Attempts > 0 {
		here.Written.From, here.Written.ETag = []Place{here.Place}, ""
	}
	return here, left
}

// Dismiss has nothing more delivered of it. What is on the tracker is left to people.
func (d *Delivery) Dismiss() error {
	if err := d.still(); err != nil {
		return err
	}
	d.State, d.DueAt, d.Problem, d.Because = Dismissed, nil, "", ""
	return nil
}

// still is nil, or Conflict while something is on its way or it is told of in another.
func (d *Delivery) still() error {
	if d.State == Grouped {
		return fault.New(fault.Conflict, "issue_grouped", "the issue is told of in another, together with others; do it with that one")
	}
	if d.State != Sending && d.State != Unknown {
		return nil
	}
	e := fault.New(fault.Conflict, "issue_on_its_way", "the issue, or a comment on it, was sent and is being looked for; try again when it is found, or when it is certain that it is not there")
	e.RetryAfter = time.Minute
	return e
}

// unsent is the state with nothing on its way.
func (d *Delivery) unsent() State {
	switch {
	case d.Number > 0:
		return Sent
	case d.Place != "":
		return Pending
	default:
		return Draft
	}
}

// lose notes that the answer to what was sent will not come.
func (d *Delivery) lose(now time.Time) {
	intent := *d.Intent
	intent.LostAt, intent.Misses = now, 0
	d.State, d.Intent, d.DueAt = Unknown, &intent, &now
}

// IsWhole reports whether the place has the form "owner/name".
func (p Place) IsWhole() bool {
	part := func(s string) bool {
		return s != "" && s != "." && s != ".." && len(s) <= 100 && strings.Trim(strings.ToLower(s), "abcdefghijklmnopqrstuvwxyz0123456789-_.") == ""
	}
	return part(p.Owner()) && part(p.Name())
}
