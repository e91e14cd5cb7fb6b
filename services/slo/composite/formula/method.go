package formula

import (
	"fmt"
	"strconv"
	"strings"
)

// Method is how the budget of a composite is made of its members.
type Method string

// The methods. The first three are OpenSLO's, in snake case: its specification, version 1,
// "Notes (Composite SLO)", at commit aa5cb78 of github.com/OpenSLO/OpenSLO. b is the budget
// of an objective, 1 − T; w a member's weight, a plain multiplier that is not normalised.
const (
	// Occurrences adds up how far members are through budgets of their own:
	// burned = Σ wᵢ · (badᵢ ÷ totalᵢ) ÷ bᵢ, a share of one. The composite has no objective:
	// the budgets are the members'.
	Occurrences Method = "occurrences"
	// Timeslices calls a slice of time bad in which any member is bad:
	// burned = (bad ÷ total slices) ÷ b. There are no weights: a slice is bad or it is not.
	Timeslices Method = "timeslices"
	// RatioTimeslices adds up what members miss: SLI = 1 − Σ wᵢ · (1 − SLIᵢ), at least 0,
	// where SLIᵢ is the mean, over slices, of the share of good events; burned = (1 − SLI) ÷ b.
	RatioTimeslices Method = "ratio_timeslices"
	// WeightedAverage is no method of OpenSLO, but what Elastic, Nobl9 and others call a
	// composite: SLI = Σ wᵢ · SLIᵢ ÷ Σ wᵢ; burned = (1 − SLI) ÷ b.
	WeightedAverage Method = "weighted_average"
)

// Methods lists every method.
var Methods = []Method{Occurrences, Timeslices, RatioTimeslices, WeightedAverage}

// Slices reports whether members are looked at slice by slice.
func (m Method) Slices() bool { return m == Timeslices || m == RatioTimeslices }

// Weighs reports whether weights count.
func (m Method) Weighs() bool { return m != Timeslices }

// Promises reports whether the composite has an objective.
func (m Method) Promises() bool { return m != Occurrences }

// Missing is what a member counts as in a window, or a slice, of which it has no data. Where
// no member has any, the composite has none either, whatever the rules are.
type Missing string

// The rules.
const (
	Ignore  Missing = "ignore"  // it leaves the sum, and its weight leaves it too
	Good    Missing = "good"    // as if all of it were good
	Bad     Missing = "bad"     // as if all of it were bad
	Unknown Missing = "unknown" // the composite has no data
)

// Missings lists every rule.
var Missings = []Missing{Ignore, Good, Bad, Unknown}

// MaxWeight is the largest weight; the smallest is a thousandth.
const MaxWeight = 1000

// Weight is a decimal above 0, in whole thousandths, and as it was written.
type Weight struct {
	thousandths int64
	text        string
}

// One is the weight of a member that names none.
var One = Weight{thousandths: 1000, text: "1"}

// ParseWeight reads a decimal such as "2.5": digits, and at most three of them after the
// point. The error says what would be right.
func ParseWeight(text string) (Weight, error) {
	whole, fraction, pointed := strings.Cut(text, ".")
	if !digits(whole) || pointed && !digits(fraction) || len(whole) > 4 || len(fraction) > 3 {
		return Weight{}, fmt.Errorf("must be a decimal with at most three digits after the point, such as %q", "2.5")
	}
	n, err := strconv.ParseInt(whole+fraction+strings.Repeat("0", 3-len(fraction)), 10, 64)
	if err != nil || n <= 0 || n > MaxWeight*1000 {
		return Weight{}, fmt.Errorf("must be above 0 and at most %d", MaxWeight)
	}
	return Weight{thousandths: n, text: text}, nil
}

// String is the decimal as it was written.
func (w Weight) String() string { return w.text }

// Thousandths is the weight in thousandths.
func (w Weight) Thousandths() int64 { return w.thousandths }

func digits(s string) bool {
	for _, r := range s {
		if r < '0' || r > '9' {
			return false
		}
	}
	return s != ""
}
