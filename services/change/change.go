package change

import (
	"reflect"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/registry"
)

const (
	day = 24 * time.Hour
	// Kept is how long a change is kept after it began, which is as long as an alert.
	Kept = 400 * day
	// Reach is how far back a change may begin that is told only now.
	Reach = 90 * day
	// MaxLength is how long a change may go on.
	MaxLength = 7 * day
	// Skew is how far the clock of who tells may be ahead, or behind.
	Skew = 5 * time.Minute
)

// Kind is what is changed.
type Kind string

// The kinds.
const (
	Deploy    Kind = "deploy"
	Config    Kind = "config"
	Flag      Kind = "flag"
	Migration Kind = "migration"
)

// Outcome is how a change ended.
type Outcome string

// The outcomes.
const (
	Unknown    Outcome = "unknown" // also of one that goes on
	Succeeded  Outcome = "succeeded"
	Failed     Outcome = "failed"
	RolledBack Outcome = "rolled_back"
)

// Change is something of a service that was made different.
type Change struct {
	ID      id.ID
	Service id.ID
	Source  Source
	// ExternalID is what the source calls it, unique for service and source; empty where it has no name.
	ExternalID string
	Terms

	CreatedAt time.Time
	CreatedBy string // the caller's name
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Terms are what is said of a change.
type Terms struct {
	Kind    Kind
	Release string // the version that goes out, as its makers call it
	Link    string
	Author  string // as it was told
	Note    string
	Begins  time.Time
	Ends    *time.Time // nil while it goes on
	Outcome Outcome
}

// same reports whether both say the same.
func (t Terms) same(other Terms) bool { return reflect.DeepEqual(t, other) }

// Input is what is told of a change. Without Begins it begins when it is told first; without
// Outcome that is Unknown.
type Input struct {
	ExternalID string
	Terms
}

// check notes the faults of what is said at now, of the change that there is, or nil.
func (t Terms) check(check *fault.Check, now time.Time, standing *Change) {
	switch t.Kind {
	case Deploy, Config, Flag, Migration:
	default:
		check.Fail("/kind", string(t.Kind), "must be %q, %q, %q or %q", Deploy, Config, Flag, Migration)
	}
	access.CheckLine(check, "/release", t.Release, 0, registry.MaxLine)
	registry.CheckURL(check, "/link", t.Link)
	access.CheckLine(check, "/author", t.Author, 0, registry.MaxLine)
	registry.CheckText(check, "/note", t.Note, registry.MaxReason)
	latest := now.Add(Skew)
	begins := t.Begins.Format(time.RFC3339)
	check.Require(!t.Begins.After(latest), "/startedAt", begins, "must not be after now, %s: a change is told once it began", now.Format(time.RFC3339))
	kept := standing != nil && t.Begins.Equal(standing.Begins)
	check.Require(kept || !t.Begins.Before(now.Add(-Reach)), "/startedAt", begins, "must not be before %s: at most %d days back", now.Add(-Reach).Format(time.RFC3339), Reach/day)
	t.checkEnd(check, now)
}

func (t Terms) checkEnd(check *fault.Check, now time.Time) {
	switch t.Outcome {
	case Unknown, Succeeded, Failed, RolledBack:
	default:
		check.Fail("/outcome", string(t.Outcome), "must be %q, %q, %q or %q", Unknown, Succeeded, Failed, RolledBack)
		return
	}
	if t.Ends == nil {
		check.Require(t.Outcome == Unknown, "/outcome", string(t.Outcome), "must be %q while the change goes on; say with endedAt when it ended", Unknown)
		return
	}
	ends := t.Ends.Format(time.RFC3339)
	switch {
	case t.Ends.Before(t.Begins):
		check.Fail("/endedAt", ends, "must not be before startedAt, %s", t.Begins.Format(time.RFC3339))
	case t.Ends.Sub(t.Begins) > MaxLength:
		check.Fail("/endedAt", ends, "must be at most %d days after startedAt, %s", MaxLength/day, t.Begins.Format(time.RFC3339))
	case t.Ends.After(now.Add(Skew)):
		check.Fail("/endedAt", ends, "must not be after now, %s; leave it out while the change goes on", now.Format(time.RFC3339))
	}
}

// settled are the terms as they are kept, of the change that there is, or nil.
func (t Terms) settled(now time.Time, standing *Change) Terms {
	if t.Begins.IsZero() {
		t.Begins = now
		if standing != nil {
			t.Begins = standing.Begins
		}
		// It began by the clock of here, and ended by another.
		if t.Ends != nil && t.Ends.Before(t.Begins) && t.Begins.Sub(*t.Ends) <= Skew {
			t.Begins = *t.Ends
		}
	}
	t.Begins = t.Begins.UTC().Truncate(time.Microsecond)
	if t.Ends != nil {
		ends := t.Ends.UTC().Truncate(time.Microsecond)
		t.Ends = &ends
	}
	if t.Outcome == "" {
		t.Outcome = Unknown
	}
	t.Note = strings.TrimSpace(t.Note)
	return t
}

// object is the change as it is authorised on, which is as its service.
func (c Change) object(owner registry.Service) access.Object {
	return access.Object{Kind: access.KindChange, ID: c.ID, Label: owner.Slug, Team: owner.Team}
}

// record is what the audit log keeps of a change.
type record struct {
	Source, ExternalID, Kind, Release, Link, Author, Note, Outcome string
	Begins, Ends                                                   string
}

func (c Change) record() record {
	r := record{
		Source: string(c.Source), ExternalID: c.ExternalID, Kind: string(c.Kind), Release: c.Release, Link: c.Link, Author: c.Author, Note: c.Note, Outcome: string(c.Outcome),
		Begins: c.Begins.Format(time.RFC3339),
	}
	if c.Ends != nil {
		r.Ends = c.Ends.Format(time.RFC3339)
	}
	return r
}
