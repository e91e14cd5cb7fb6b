package otlp

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
)

// Bounds of what is told of refused points.
const (
	maxReasons = 5
	maxReason  = 300 // characters
	maxQuoted  = 64  // characters of a value
)

// refusals are the points of an export that were not counted, and why.
type refusals struct {
	points  map[int]bool
	many    int      // others, that nobody looked at
	reasons []string // the first few, each once
	more    bool
	last    string // reason of many
}

func (r *refusals) add(point int, metric, reason string) {
	if r.points == nil {
		r.points = map[int]bool{}
	}
	r.points[point] = true
	r.note(metric, reason)
}

// addMany refuses points that are not refused one by one.
func (r *refusals) addMany(points int, metric, reason string) {
	r.many += points
	if r.last != reason {
		r.last = reason
		r.note(metric, reason)
	}
}

func (r *refusals) note(metric, reason string) {
	text := fault.Clip("a point of "+quote(metric)+" "+reason, maxReason)
	switch {
	case slices.Contains(r.reasons, text):
	case len(r.reasons) == maxReasons:
		r.more = true
	default:
		r.reasons = append(r.reasons, text)
	}
}

// take adds what others refused.
func (r *refusals) take(metric string, refused []refusal) {
	for _, one := range refused {
		r.add(one.point, metric, one.reason)
	}
}

// refusal is a point that one indicator did not count.
type refusal struct {
	point  int
	reason string
}

// outcome tells how many points were refused, and why.
func (r *refusals) outcome() Outcome {
	n := len(r.points) + r.many
	if n == 0 {
		return Outcome{}
	}
	text := fmt.Sprintf("%d points were not counted by every indicator that wants them: %s", n, strings.Join(r.reasons, "; "))
	if r.more {
		text += "; and for other reasons"
	}
	return Outcome{Rejected: int64(n), Message: text}
}

// quote escapes a value and keeps the beginning of a long one.
func quote(value string) string { return strconv.QuoteToGraphic(fault.Clip(value, maxQuoted)) }
