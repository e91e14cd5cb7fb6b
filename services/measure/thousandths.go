package measure

import (
	"errors"
	"fmt"
	"math"
	"strconv"

	"github.com/evenkeel/evenkeel/services/measure/segment"
)

// Event is one event in the unit of slots: thousandths.
const Event = segment.Whole

// Why a number is no number of events.
var (
	errNotFinite = errors.New("must be a finite number of events")
	errTooLarge  = errors.New("must be a number of events below 9.2 · 10¹⁵")
)

// Thousandths turns a number of events, as JSON holds it, into thousandths of an
// event. It is rounded once, half away from zero, from the shortest decimal that
// is that number: 1.0005 events are 1001, though no binary fraction is 1.0005.
// The sign is kept; Push refuses what is negative. The error says what would be
// right, without the value.
func Thousandths(events float64) (int64, error) {
	if math.IsNaN(events) || math.IsInf(events, 0) {
		return 0, errNotFinite
	}
	const most = math.MaxInt64 / Event
	if events >= most || events <= -most { // as a float, most is one more than it is
		return 0, errTooLarge
	}
	if events == math.Trunc(events) {
		return int64(events) * Event, nil
	}
	var room [32]byte
	text := strconv.AppendFloat(room[:0], math.Abs(events), 'f', -1, 64)
	v, err := round(text)
	if err != nil {
		return 0, fmt.Errorf("reading %s: %w", text, err)
	}
	if events < 0 {
		v = -v
	}
	return v, nil
}

// round reads digits with a point in them and rounds to the third after it.
func round(text []byte) (int64, error) {
	var v int64
	after := -1 // digits read after the point
	for _, c := range text {
		switch {
		case c == '.':
			after = 0
			continue
		case after == 3:
			if c >= '5' {
				v++
			}
			return v, nil
		case after >= 0:
			after++
		}
		if v > (math.MaxInt64-10)/10 {
			return 0, errTooLarge
		}
		v = v*10 + int64(c-'0')
	}
	for after = max(after, 0); after < 3; after++ {
		v *= 10
	}
	return v, nil
}

// Events is the number of events, for people: the value that a caller sent.
func Events(thousandths int64) float64 { return float64(thousandths) / Event }
