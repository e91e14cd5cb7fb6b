package delivery

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/issues"
)

// Tally is how far issues got, in numbers.
type Tally struct {
	States map[State]int
	Total  int
	// OpenedDay and OpenedWeek were made on the tracker in the last 24 hours, and 7 days.
	OpenedDay, OpenedWeek int
	// Done and Waived were closed by people, as completed and as not planned.
	Done, Waived int
	// Waiting have something left to be done that was not, the first at NextDueAt.
	Waiting   int
	NextDueAt *time.Time
	// Reasons are why some are dead, the most frequent first, at most MostReasons.
	Reasons []Reason
	// Standing says whether anything is sent.
	Standing Standing
}

// MostReasons is how many reasons a Tally tells.
const MostReasons = 10

// Reason is a Problem, and how many are dead of it.
type Reason struct {
	Problem string
	Count   int
}

// Standing is whether issues are sent.
type Standing struct {
	// HasTracker is whether there is one to send to.
	HasTracker bool
	Kinds      []KindStanding
}

// Sends reports whether anything is sent at all.
func (s Standing) Sends() bool {
	return slices.ContainsFunc(s.Kinds, func(k KindStanding) bool { return s.Silence(k.Kind) == "" })
}

// KindStanding is how far the courier goes with a kind. What is stopped is observed,
// whatever its mode.
type KindStanding struct {
	Kind issues.Kind
	Mode Mode
	// Stops keep it back, those of the configuration first.
	Stops []Stop
}

// Silence is why nothing of a kind is sent.
type Silence string

// The silences; none where the kind is sent.
const (
	NoTracker Silence = "no_tracker"
	Stopped   Silence = "stopped"
	Observed  Silence = "observed"
)

// Silence is why nothing of the kind is sent, empty when it is.
func (s Standing) Silence(kind issues.Kind) Silence {
	at := slices.IndexFunc(s.Kinds, func(k KindStanding) bool { return k.Kind == kind })
	switch {
	case !s.HasTracker:
		return NoTracker
	case at >= 0 && len(s.Kinds[at].Stops) > 0:
		return Stopped
	case at < 0 || s.Kinds[at].Mode == Observe:
		return Observed
	}
	return ""
}

// Stops are what keeps a kind back.
func (s Standing) Stops(kind issues.Kind) []Stop {
	at := slices.IndexFunc(s.Kinds, func(k KindStanding) bool { return k.Kind == kind })
	if at < 0 {
		return nil
	}
	return s.Kinds[at].Stops
}

// standing is how far the courier goes with what is stopped.
func (s *Service) standing(sw Switch) Standing {
	out := Standing{HasTracker: s.HasTracker}
	for _, kind := range issues.Kinds {
		out.Kinds = append(out.Kinds, KindStanding{kind, s.Settings.mode(kind), append(s.Settings.stops(kind), sw.on(kind)...)})
	}
	return out
}

// Tally counts issues of the team's services, of all services where no team is named.
func (s *Service) Tally(ctx context.Context, team id.ID) (Tally, error) {
	if err := s.mayRead(ctx); err != nil {
		return Tally{}, err
	}
	out, err := s.Records.Tally(ctx, team, clock.Round(s.Clock()))
	if err != nil {
		return Tally{}, fmt.Errorf("count issues by their state: %w", err)
	}
	control, err := s.Control(ctx)
	if err != nil {
		return Tally{}, err
	}
	out.Standing = control.Standing
	return out, nil
}
