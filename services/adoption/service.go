package adoption

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/page"
	"github.com/evenkeel/evenkeel/internal/tx"
	"github.com/evenkeel/evenkeel/services/access"
)

// Keeping says what is kept of people's use.
type Keeping string

// The ways of keeping.
const (
	KeepNamed   Keeping = "named"   // administrators are told who did not come back
	KeepCounted Keeping = "counted" // people are counted, and nobody is told who they are
	KeepNothing Keeping = "nothing" // the use of people is not noted
)

// Parts are what a Service is made of.
type Parts struct {
	Store      Store
	Runner     tx.Runner
	Authorizer *access.Authorizer
	Clock      clock.Clock
	Keeping    Keeping
	// Own is the slug of the service as which Evenkeel registered itself: its objectives are no team's doing.
	Own string
}

// Service tells the figures, to administrators alone: of a small team they are about persons.
type Service struct{ Parts }

// NewService returns a service of the parts.
func NewService(p Parts) *Service { return &Service{p} }

func (s *Service) mayRead(ctx context.Context) error {
	return s.Authorizer.Authorize(ctx, access.Read, access.Object{Kind: access.KindAdoption})
}

// window is the last days; zero is DefaultDays.
func (s *Service) window(days int) (Window, error) {
	if days == 0 {
		days = DefaultDays
	}
	var check fault.Check
	check.Require(days >= MinDays && days <= MaxDays, "query.days", days, "must be %d to %d days", MinDays, MaxDays)
	return windowOf(s.Clock(), days), check.Err()
}

// Figures are how far Evenkeel is taken up, over the last days; 0 is DefaultDays.
//
// Faults: Forbidden; Invalid.
func (s *Service) Figures(ctx context.Context, days int) (Figures, error) {
	if err := s.mayRead(ctx); err != nil {
		return Figures{}, err
	}
	w, err := s.window(days)
	if err != nil {
		return Figures{}, err
	}
	now := s.Clock()
	f := Figures{Window: w}
	for _, count := range []func() error{
		func() (err error) {
			t := &f.Teams
			t.All, t.ByPeople, t.ByProgram, t.WithSLO, err = s.Store.CountTeams(ctx, w)
			return err
		},
		func() (err error) { f.People, err = s.Store.CountPeople(ctx, w); return err },
		func() error { return s.firstSLOs(ctx, &f, now) },
		func() (err error) { f.Waves, err = s.Store.Waves(ctx, MaxWaves); return err },
		func() (err error) { f.Gate, err = s.Store.CountGate(ctx, w.From.Time(), now); return err },
		func() (err error) { f.Void, err = s.Store.CountVoid(ctx, w.From.Time(), now); return err },
		func() error { return s.weeks(ctx, &f, now) },
	} {
		if err := count(); err != nil {
			return Figures{}, fmt.Errorf("count how far Evenkeel is taken up: %w", err)
		}
	}
	return f, nil
}

func (s *Service) firstSLOs(ctx context.Context, f *Figures, now time.Time) error {
	teams, err := s.Store.FirstSLOs(ctx, s.Own)
	if err != nil {
		return err
	}
	waits := make([]Wait, len(teams))
	for i, t := range teams {
		if t.At != nil {
			f.FirstSLO.Have++
			waits[i] = Wait{For: max(0, t.At.Sub(t.Since))}
			continue
		}
		f.FirstSLO.Open++
		waits[i] = Wait{For: now.Sub(t.Since), Open: true}
		f.FirstSLO.Longest = max(f.FirstSLO.Longest, waits[i].For)
	}
	f.FirstSLO.Quantiles = QuantilesOf(waits)
	return nil
}

// weeks fills in the weeks in which nobody came.
func (s *Service) weeks(ctx context.Context, f *Figures, now time.Time) error {
	first := MondayOf(now).AddDate(0, 0, -7*shownWeeks)
	counted, err := s.Store.Weeks(ctx, clock.DateOf(first))
	if err != nil {
		return err
	}
	of := make(map[clock.Date]Week, len(counted))
	for _, w := range counted {
		of[w.Begins] = w
	}
	for i := range shownWeeks + 1 {
		day := clock.DateOf(first.AddDate(0, 0, 7*i))
		w := of[day]
		w.Begins = day
		f.Weeks = append(f.Weeks, w)
	}
	return nil
}

// MondayOf is the beginning of the week of a time, in UTC.
func MondayOf(t time.Time) time.Time {
	day := clock.DateOf(t).Time()
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}

// Teams lists teams that have a member or a living service, by slug. active narrows to those that are
// active within the window, or are not.
//
// Faults: Forbidden; Invalid.
func (s *Service) Teams(ctx context.Context, days int, active *bool, r page.Request) (page.Page[TeamFigure], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[TeamFigure]{}, err
	}
	w, err := s.window(days)
	if err != nil {
		return page.Page[TeamFigure]{}, err
	}
	return s.Store.Teams(ctx, TeamFilter{Window: w, Active: active}, r)
}

// GonePeople lists who used Evenkeel before the window and not within, whoever was here last first, and of
// a team, where one is given.
//
// Faults: Forbidden; Invalid; Conflict "people_not_named" where the installation does not tell who they are.
func (s *Service) GonePeople(ctx context.Context, days int, f GoneFilter, r page.Request) (page.Page[Gone], error) {
	if err := s.mayRead(ctx); err != nil {
		return page.Page[Gone]{}, err
	}
	var err error
	if f.Window, err = s.window(days); err != nil {
		return page.Page[Gone]{}, err
	}
	if s.Keeping != KeepNamed {
		return page.Page[Gone]{}, fault.New(fault.Conflict, "people_not_named", "this installation counts people and does not tell who they are: adoption.people is %q", s.Keeping)
	}
	return s.Store.GonePeople(ctx, f, r)
}

// Prune removes activities that are older than keep, and returns how many.
func (s *Service) Prune(ctx context.Context, keep time.Duration) (int, error) {
	before := clock.DateOf(s.Clock().Add(-keep))
	n, err := tx.InChunks(ctx, s.Runner, tx.RowsAtOnce, func(ctx context.Context, limit int) (int, error) {
		return s.Store.PruneActivity(ctx, before, limit)
	})
	if err != nil {
		return n, fmt.Errorf("prune activities: %w", err)
	}
	return n, nil
}
