package action

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/evenkeel/evenkeel/internal/clock"
	"github.com/evenkeel/evenkeel/services/incident"
)

const (
	// Weeks is how many weeks a backlog goes back, the present one included.
	Weeks = 13
	// MostLives is how many items a backlog counts; of more the first to be settled are left out.
	MostLives = 50_000
)

// Backlog is how much is open, for how long, and how that changed.
type Backlog struct {
	At   time.Time
	Open int
	// Overdue are open, and their day is over.
	Overdue int
	// ByPriority counts those that are open.
	ByPriority map[Priority]int
	// Ages are how many whole days each open item is open, ascending.
	Ages []int
	// InTime and Late were done within the weeks of the backlog, by their day and after it.
	InTime, Late int
	// Waived were waived within them.
	Waived int
	// Trend is week by week, the oldest first.
	Trend []Week
	// Cut is whether there are more items than were counted.
	Cut bool
}

// Week is seven days that begin on a Monday, in UTC.
type Week struct {
	From clock.Date
	// Opened and Settled are how many were within it, Open how many were at its end, or are.
	Opened, Settled, Open int
}

// Backlog counts the items of the filter that the caller may read.
func (s *Service) Backlog(ctx context.Context, f Filter) (Backlog, error) {
	if err := s.mayRead(ctx); err != nil {
		return Backlog{}, err
	}
	f.Reader = incident.ReaderFrom(ctx)
	now := clock.Round(s.Clock())
	since := monday(now).AddDate(0, 0, -7*(Weeks-1))
	lives, err := s.Store.Lives(ctx, f, since, MostLives+1)
	if err != nil {
		return Backlog{}, fmt.Errorf("read the backlog of action items: %w", err)
	}
	cut := len(lives) > MostLives
	return backlog(lives[:min(len(lives), MostLives)], since, now, cut), nil
}

// backlog counts items by how long they were open, in the weeks from since, a Monday, to now.
func backlog(lives []Life, since, now time.Time, cut bool) Backlog {
	out := Backlog{At: now, ByPriority: map[Priority]int{}, Ages: []int{}, Trend: make([]Week, Weeks), Cut: cut}
	for n := range out.Trend {
		out.Trend[n].From = clock.DateOf(since.AddDate(0, 0, 7*n))
	}
	for _, l := range lives {
		switch {
		case l.State == Open:
			out.Open++
			out.ByPriority[l.Priority]++
			out.Ages = append(out.Ages, int(now.Sub(l.CreatedAt)/(24*time.Hour)))
			if l.DueOn.Past(now) {
				out.Overdue++
			}
		case l.State == Waived:
			out.Waived++
		case clock.DateOf(*l.SettledAt) <= l.DueOn:
			out.InTime++
		default:
			out.Late++
		}
		for n := range out.Trend {
			from := since.AddDate(0, 0, 7*n)
			to := from.AddDate(0, 0, 7)
			within := func(t time.Time) bool { return !t.Before(from) && t.Before(to) }
			w := &out.Trend[n]
			if within(l.CreatedAt) {
				w.Opened++
			}
			if l.SettledAt != nil && within(*l.SettledAt) {
				w.Settled++
			}
			if l.CreatedAt.Before(to) && (l.SettledAt == nil || !l.SettledAt.Before(to)) {
				w.Open++
			}
		}
	}
	slices.Sort(out.Ages)
	return out
}

// monday is the beginning of the week of a time, in UTC.
func monday(t time.Time) time.Time {
	day := clock.DateOf(t).Time()
	return day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
}
