package delivery

import (
	"context"
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Store keeps deliveries and lanes, and what is stopped.
type Store interface {
	// Call inserts the delivery, or has the one of its issue due at its DueAt and counts
	// the call. One that is Dead or Dismissed stays so.
	Call(ctx context.Context, d Delivery) error
	// CallAt does so with those of an issue on the tracker, and reports how many there are.
	CallAt(ctx context.Context, place Place, number int, now time.Time) (int, error)
	// CallParts does so with what is on the tracker of the parts of an issue.
	CallParts(ctx context.Context, parent id.ID, now time.Time) error
	// CallIn does so with all that are on the tracker in a place.
	CallIn(ctx context.Context, place Place, now time.Time) (int, error)
	Delivery(ctx context.Context, issue id.ID) (Delivery, error)
	Revivals
	// DeadPlaces returns where issues of the kinds are dead BecausePlace, each once, and
	// nobody has to wait any more before it is asked whether it is back: the longest first.
	DeadPlaces(ctx context.Context, kinds []issues.Kind, now time.Time, limit int) ([]Place, error)
	// PutAskAt notes when a place is next asked that.
	PutAskAt(ctx context.Context, place Place, at time.Time) error
	// OpenGroup returns the newest group of the kind that goes or went to the place since
	// then, however that is spelled, is wanted open, and that nobody closed; false when there
	// is none.
	OpenGroup(ctx context.Context, kind issues.Kind, place Place, since time.Time) (id.ID, bool, error)
	// Places returns where issues of the kinds are on the tracker, each once.
	Places(ctx context.Context, kinds []issues.Kind) ([]Place, error)
	// Listed returns when the places were last listed that were, by their Folded names.
	Listed(ctx context.Context) (map[Place]time.Time, error)
	// PutListed notes when a place was.
	PutListed(ctx context.Context, place Place, at time.Time) error
	// Changes is how often the tracker told that the place changed. It is asked before each
	// write.
	Changes(ctx context.Context, place Place) (int64, error)
	// FirstOpened is when the first issue was opened that is in a place; zero for none.
	FirstOpened(ctx context.Context, place Place) (time.Time, error)
	// DuePlaces returns where something of the kinds is due, each once; the zero Place
	// is for those that have none.
	DuePlaces(ctx context.Context, kinds []issues.Kind, now time.Time) ([]Place, error)
	// Due returns those of the kinds that are due at the place, the longest first.
	Due(ctx context.Context, kinds []issues.Kind, place Place, now time.Time, limit int) ([]Delivery, error)
	// Opened counts what was opened since, and what may have been and has no answer yet:
	// for services of the team, and in all.
	Opened(ctx context.Context, team id.ID, since time.Time) (ofTeam, all int, err error)

	// Lane returns the lane, one that was never used when there is none of the name.
	Lane(ctx context.Context, name string) (Lane, error)
	// PutLane inserts or replaces.
	PutLane(ctx context.Context, l Lane) error

	// Switch returns what is stopped, of version 1 where nothing ever was. It is asked
	// before each request.
	Switch(ctx context.Context) (Switch, error)
}
