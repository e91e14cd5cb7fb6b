package window

import (
	"fmt"
	"time"

	"github.com/evenkeel/evenkeel/services/slo/calendar"
)

// day is the length of a day in seconds; all arithmetic is in seconds since 1970, UTC,
// and nothing was measured before.
const day = 86400

// Window is a stretch of time up to where a timeline ends: a rolling one is always as
// long, a calendar's begins anew when a window of the calendar does. Windows of equal
// length, or of equal calendars, are equal.
type Window struct {
	// Length is that of a rolling window, and the longest that a calendar's can be.
	Length time.Duration
	// Calendar is zero for a rolling window.
	Calendar calendar.Calendar
}

// Rolling returns the rolling windows of those lengths.
func Rolling(lengths ...time.Duration) []Window {
	windows := make([]Window, len(lengths))
	for i, length := range lengths {
		windows[i] = Window{Length: length}
	}
	return windows
}

// Of returns the window of the calendar.
func Of(c calendar.Calendar) Window { return Window{Length: c.Longest(), Calendar: c} }

// Rolls reports whether it is a rolling window.
func (w Window) Rolls() bool { return w.Calendar.IsZero() }

// Span returns when a window that ends at the time, exclusive, began, and when it will
// be over: a rolling one is so at any time. At the very end of a calendar's window it is
// that one still.
func (w Window) Span(end time.Time) (from, until time.Time) {
	if w.Rolls() {
		return end.Add(-w.Length), end
	}
	in := w.Calendar.At(end.Add(-1))
	return in.Start, in.End
}

// Shape is what timelines of one resolution and one choice of windows have in
// common. It never changes, and is shared.
type Shape struct {
	resolution int64
	perDay     int
	windows    []Window
	longest    int64
	days       int  // that the longest window can touch, and tomorrow
	calendars  bool // some window is of a calendar
}

// NewShape returns the shape of timelines whose slots have that resolution, in
// whole seconds and dividing an hour, and that keep these windows, of which each
// rolling one is a whole multiple of the resolution and at least one slot long. Those
// of calendars begin at the start of the slot in which they begin.
func NewShape(resolution time.Duration, windows []Window) (*Shape, error) {
	if resolution < time.Second || resolution%time.Second != 0 || time.Hour%resolution != 0 {
		return nil, fmt.Errorf("the resolution %s does not divide an hour into whole seconds", resolution)
	}
	if len(windows) == 0 {
		return nil, fmt.Errorf("a timeline needs a window")
	}
	s := &Shape{resolution: int64(resolution / time.Second), windows: windows}
	s.perDay = int(day / s.resolution)
	for _, w := range windows {
		if w.Rolls() && (w.Length < resolution || w.Length%resolution != 0) {
			return nil, fmt.Errorf("the window %s is no whole multiple of the resolution %s", w.Length, resolution)
		}
		s.calendars = s.calendars || !w.Rolls()
		s.longest = max(s.longest, int64(w.Length/time.Second))
	}
	// The days of the longest window, the one it begins on, today and tomorrow.
	s.days = int(s.longest/day) + 3
	return s, nil
}

// Horizon is the start of the first day that a timeline with that end knows of.
func (s *Shape) Horizon(end time.Time) time.Time { return at(start(dayOf(end.Unix() - s.longest))) }

// begin is when the window of that number begins that ends then, and when it is over
// if it is a calendar's.
func (s *Shape) begin(k int, end int64) (from, until int64) {
	w := &s.windows[k]
	if w.Rolls() {
		return end - int64(w.Length/time.Second), 0
	}
	begin, over := w.Span(at(end))
	return s.align(begin.Unix()), s.align(over.Unix())
}

// splits reports whether the slots of the day are needed on which the window of that
// number begins: a rolling one moves on, and one of a calendar may begin in its midst.
func (s *Shape) splits(k int, begin int64) bool { return s.windows[k].Rolls() || begin%day != 0 }

func (s *Shape) align(t int64) int64 { return t - t%s.resolution }

// slot is the index of the slot at t on its day.
func (s *Shape) slot(t int64) int { return int(uint32(t%day) / uint32(s.resolution)) }

func dayOf(t int64) int32 { return int32(t / day) }

func start(d int32) int64 { return int64(d) * day }

func at(t int64) time.Time { return time.Unix(t, 0).UTC() }
