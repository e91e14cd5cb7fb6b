package window

import (
	"fmt"
	"slices"
	"time"
)

// day is the length of a day in seconds; all arithmetic is in seconds since 1970, UTC,
// and nothing was measured before.
const day = 86400

// Shape is what timelines of one resolution and one choice of windows have in
// common. It never changes, and is shared.
type Shape struct {
	resolution int64
	perDay     int
	windows    []int64
	longest    int64
}

// NewShape returns the shape of timelines whose slots have that resolution, in
// whole seconds and dividing an hour, and that keep these windows, each a whole
// multiple of the resolution and at least one slot long.
func NewShape(resolution time.Duration, windows []time.Duration) (*Shape, error) {
	if resolution < time.Second || resolution%time.Second != 0 || time.Hour%resolution != 0 {
		return nil, fmt.Errorf("the resolution %s does not divide an hour into whole seconds", resolution)
	}
	if len(windows) == 0 {
		return nil, fmt.Errorf("a timeline needs a window")
	}
	s := &Shape{resolution: int64(resolution / time.Second), windows: make([]int64, len(windows))}
	s.perDay = int(day / s.resolution)
	for i, w := range windows {
		if w < resolution || w%resolution != 0 {
			return nil, fmt.Errorf("the window %s is no whole multiple of the resolution %s", w, resolution)
		}
		s.windows[i] = int64(w / time.Second)
	}
	s.longest = slices.Max(s.windows)
	return s, nil
}

// Horizon is the start of the first day that a timeline with that end knows of.
func (s *Shape) Horizon(end time.Time) time.Time { return at(start(dayOf(end.Unix() - s.longest))) }

func (s *Shape) align(t int64) int64 { return t - t%s.resolution }

// slot is the index of the slot at t on its day.
func (s *Shape) slot(t int64) int { return int(uint32(t%day) / uint32(s.resolution)) }

func dayOf(t int64) int32 { return int32(t / day) }

func start(d int32) int64 { return int64(d) * day }

func at(t int64) time.Time { return time.Unix(t, 0).UTC() }
