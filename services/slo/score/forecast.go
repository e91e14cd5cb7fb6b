package score

import (
	"time"

	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/stats"
)

// Horizon is how far a forecast looks.
type Horizon string

// The horizons.
const (
	// Week is seven days, of SLOs with a longer rolling window.
	Week Horizon = "week"
	// Window is the length of a rolling window, and until the end of a calendar's.
	Window Horizon = "window"
)

// Horizons lists every horizon.
var Horizons = []Horizon{Week, Window}

// Forecast is one as it was made.
type Forecast struct {
	ID          int64 // given by the store
	SLO         id.ID
	Revision    int // the number of the SLO's
	Horizon     Horizon
	From, Until time.Time
	Probability float64 // in whole parts of stats.Scale, which any number of 400 futures is
}

const (
	day = 24 * time.Hour
	// atOnce is how many forecasts of an SLO with one horizon last at a time, at most: more
	// of them would tell of nearly the same days. Those of a week and of four weeks are made
	// each day, those of longer times less often.
	atOnce = 28
	// slack is by how much earlier than due a forecast is made, because a run was late the
	// last time and is not now.
	slack = 2 * time.Hour
	// settledAfter is how long after the end of its time it is asked what came of a forecast:
	// what is late has come by then.
	settledAfter = day
	// shortest is for how long a forecast has to be made that is scored.
	shortest = day
)

// Every is how long after one forecast the next of the SLO with that horizon is made.
func Every(h Horizon, v slo.View) time.Duration {
	if h == Week {
		return day
	}
	return max(day, v.Length()/atOnce)
}

// forecasts are those that an outlook is, without those that tell nothing: of a budget that
// is spent already.
func forecasts(v slo.View, o slo.Outlook) []Forecast {
	if o.Unknown != "" || o.Spent() {
		return nil
	}
	var out []Forecast
	f := Forecast{SLO: v.SLO.ID, Revision: v.Revision.Number, From: o.From}
	if o.Week != nil {
		f.Horizon, f.Until, f.Probability = Week, o.From.Add(slo.Week), *o.Week
		out = append(out, f)
	}
	if o.Until.Sub(o.From) >= shortest {
		f.Horizon, f.Until, f.Probability = Window, o.Until, o.Probability
		out = append(out, f)
	}
	return out
}

// Settled is a forecast with what came of it.
type Settled struct {
	Forecast
	// Void is set when that is not known, or was promised otherwise meanwhile: the forecast
	// is counted, and not scored.
	Void     bool
	Happened bool // the budget was spent
}

const (
	// Bins is in how many bins forecasts are counted, by their probability.
	Bins = 10
	// Enough is of how many forecasts there is a score.
	Enough = 30
)

// Account is what came of forecasts with one horizon.
type Account struct {
	Horizon Horizon
	Tally   stats.Tally // of Bins
	Void    int64
	Open    int64 // made, and not settled yet
}

// Missing is how many more forecasts have to be settled until there is a score.
func (a Account) Missing() int64 { return max(0, Enough-a.Tally.All().N) }

// Score is how good the forecasts were; false where there are not enough.
func (a Account) Score() (stats.Score, bool) {
	if a.Missing() > 0 {
		return stats.Score{}, false
	}
	return a.Tally.Score()
}
