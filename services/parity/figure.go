package parity

import (
	"math/big"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/foreign"
)

// Figure is what was said of an SLO over a time. What is nil, or zero, was not said.
type Figure struct {
	// Service and SLO are as who said it calls them. Further names lead to it as well, the
	// likeliest first.
	Service, SLO string
	Also         []string
	ID           string
	From, To     time.Time
	SLI          *big.Rat // a share of good events
	Good, Total  *big.Rat // events
	Remaining    *big.Rat // a share of the budget; below 0 when it was overspent
	Objective    *big.Rat // a share of good events
}

// Complete fills what follows from what was said.
func (f Figure) Complete() Figure {
	if f.SLI == nil && f.Good != nil && f.Total != nil && f.Total.Sign() > 0 {
		f.SLI = new(big.Rat).Quo(f.Good, f.Total)
	}
	if f.Remaining == nil && f.SLI != nil && f.Objective != nil {
		f.Remaining = Remaining(f.SLI, f.Objective)
	}
	return f
}

var one = big.NewRat(1, 1)

// Remaining is the share of the budget that an SLI leaves of an objective: (SLI − T) / (1 − T)
// (SRE Workbook, chapter 5); nil where there is no budget.
func Remaining(sli, objective *big.Rat) *big.Rat {
	budget := new(big.Rat).Sub(one, objective)
	if budget.Sign() <= 0 {
		return nil
	}
	left := new(big.Rat).Sub(sli, objective)
	return left.Quo(left, budget)
}

// percent is the share that so many percent are.
func percent(r *big.Rat) *big.Rat { return new(big.Rat).Quo(r, big.NewRat(100, 1)) }

// ShareOf reads a share, 0.9995 or 99.95%; false where it is neither.
func ShareOf(text string) (*big.Rat, bool) {
	number, signed := strings.CutSuffix(strings.TrimSpace(text), "%")
	r, ok := foreign.Rational(strings.TrimSpace(number))
	if ok && signed {
		r = percent(r)
	}
	return r, ok
}

// between reports whether it is a share, 0 to 1.
func between(r *big.Rat) bool { return r.Sign() >= 0 && r.Cmp(one) <= 0 }
