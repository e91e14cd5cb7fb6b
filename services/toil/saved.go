package toil

import (
	"context"
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/internal/id"
)

// Saved compares what was logged of a category for a service before and after its automation was done.
// Each side is of at most Sides days.
type Saved struct {
	Before, After Side
	// Hours a week less; negative where it is more. Nil while a side has less than a week, and where the team
	// logged nothing at all on a side: no data is not no toil.
	HoursAWeek *float64
}

// Side is what was logged on one side of the day on which automation was done.
type Side struct {
	From, To                  clock.Date
	Days                      int
	Minutes, Entries, Persons int
}

// HoursAWeek is what that is in a week.
func (s Side) HoursAWeek() float64 { return float64(s.Minutes) / 60 / float64(s.Days) * 7 }

// Sides is how many days each side of a comparison has at most: thirteen weeks.
const Sides = 91

// compare tells of each candidate that is done what it saved, in one statement for all. The day on which it
// was done is on neither side. The days before begin with the first on which the team logged something: of
// those before it nothing is known.
func (s *Service) compare(ctx context.Context, team id.ID, figures []Figure, now time.Time) error {
	var spans []Span
	var of []*Figure
	for i := range figures {
		c := figures[i].Candidate
		if c.State != Done {
			continue
		}
		day := clock.DateOf(*c.SettledAt).Time()
		plus := func(days int) clock.Date { return clock.DateOf(day.AddDate(0, 0, days)) }
		yesterday := clock.DateOf(now.AddDate(0, 0, -1))
		spans = append(spans,
			Span{Category: c.Category, Service: c.Service, From: plus(-Sides), To: plus(-1)},
			Span{Category: c.Category, Service: c.Service, From: plus(1), To: min(plus(Sides), yesterday)})
		of = append(of, &figures[i])
	}
	if len(spans) == 0 {
		return nil
	}
	found, err := s.Store.Spanned(ctx, team, spans)
	if err != nil {
		return fmt.Errorf("sum up what automation saved: %w", err)
	}
	for i, f := range of {
		f.Saved = saved(spans[2*i], spans[2*i+1], found[2*i], found[2*i+1])
	}
	return nil
}

func saved(from, to Span, before, after Spanned) *Saved {
	side := func(span Span, of Spanned) Side {
		return Side{From: span.From, To: span.To, Days: max(0, days(span.From, span.To)), Minutes: of.Minutes, Entries: of.Entries, Persons: of.Persons}
	}
	from.From = max(from.From, before.First)
	v := &Saved{Before: side(from, before), After: side(to, after)}
	if before.First != "" && after.First != "" && v.Before.Days >= 7 && v.After.Days >= 7 {
		less := v.Before.HoursAWeek() - v.After.HoursAWeek()
		v.HoursAWeek = &less
	}
	return v
}
