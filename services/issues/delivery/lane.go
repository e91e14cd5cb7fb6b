package delivery

import (
	"time"
)

// Lane is what shares the limits of a tracker: an installation of an App, or a
// token. One request after the other goes through it.
type Lane struct {
	Name string
	// NotBefore is until when no request goes through, as the tracker told; Reason is
	// why, in words for people.
	NotBefore time.Time
	Reason    string
	// Doublings is how often in a row it was told to wait and not for how long.
	Doublings int
	// WroteAt is when the last write began.
	WroteAt time.Time
	// Usage is what went through in the last hour, in buckets, the oldest first.
	Usage []Usage
}

// Usage is what went through a lane in the time from Start on.
type Usage struct {
	Start   time.Time `json:"start"`
	Points  int       `json:"points"`  // a read costs one, a write five
	Content int       `json:"content"` // what people are told of
}

// Limits are how much goes through a lane.
type Limits struct {
	Spacing       time.Duration // from the beginning of a write to the next
	Points        int           // in a minute
	ContentMinute int           // in a minute
	ContentHour   int           // in an hour
}

// Documented are GitHub's, from "Rate limits for the REST API" and "Best practices
// for using the REST API".
func Documented() Limits {
	return Limits{Spacing: time.Second, Points: 900, ContentMinute: 80, ContentHour: 500}
}

// Effort is what a request costs.
type Effort struct{ Points, Content int }

// The efforts of requests.
var (
	Reading = Effort{Points: 1}
	Writing = Effort{Points: 5}
	Making  = Effort{Points: 5, Content: 1}
)

// grain is how long a bucket of usage is. Sums over a minute or an hour take in the
// bucket at their beginning whole, so that they are never too low.
const grain = 10 * time.Second

// silence is how long to wait at least when it was not told for how long ("Rate
// limits for the REST API": one minute), and mostSilence at most.
const (
	silence     = time.Minute
	mostSilence = time.Hour
)

// Next is when a request can go through.
func (l *Lane) Next(now time.Time, e Effort, limits Limits) time.Time {
	at := now
	later := func(t time.Time) {
		if t.After(at) {
			at = t
		}
	}
	later(l.NotBefore)
	if e.Points > Reading.Points {
		later(l.WroteAt.Add(limits.Spacing))
	}
	points := func(u Usage) int { return u.Points }
	content := func(u Usage) int { return u.Content }
	later(l.room(now, time.Minute, limits.Points-e.Points, points))
	if e.Content > 0 {
		later(l.room(now, time.Minute, limits.ContentMinute-e.Content, content))
		later(l.room(now, time.Hour, limits.ContentHour-e.Content, content))
	}
	return at
}

// room is when no more than limit is in the span before.
func (l *Lane) room(now time.Time, span time.Duration, limit int, of func(Usage) int) time.Time {
	total := 0
	for i := len(l.Usage) - 1; i >= 0; i-- {
		leaves := l.Usage[i].Start.Add(grain + span)
		if !leaves.After(now) {
			break
		}
		if total += of(l.Usage[i]); total > limit {
			return leaves
		}
	}
	return now
}

// Pass notes that a request goes through now.
func (l *Lane) Pass(now time.Time, e Effort) {
	for len(l.Usage) > 0 && !l.Usage[0].Start.Add(grain+time.Hour).After(now) {
		l.Usage = l.Usage[1:]
	}
	start := now.Truncate(grain)
	if n := len(l.Usage); n == 0 || l.Usage[n-1].Start.Before(start) {
		l.Usage = append(l.Usage, Usage{Start: start})
	}
	last := &l.Usage[len(l.Usage)-1]
	last.Points += e.Points
	last.Content += e.Content
	if e.Points > Reading.Points {
		l.WroteAt = now
	}
}

// Close keeps requests back until the time; where none was told, for a minute, and
// twice as long each time in a row.
func (l *Lane) Close(now, until time.Time, reason string) {
	if until.IsZero() {
		until = now.Add(min(silence<<min(l.Doublings, 10), mostSilence))
		l.Doublings++
	}
	if until.After(l.NotBefore) {
		l.NotBefore = until
	}
	l.Reason = reason
}

// Opened notes that the tracker answered as it should.
func (l *Lane) Opened() { l.Doublings, l.Reason = 0, "" }
