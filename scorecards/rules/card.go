package rules

import (
	"fmt"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
)

// TierFact is the fact that tells how critical a service is: 1, the most critical, to 4.
const TierFact = "tier"

// Check is one whose conditions were checked. A nil condition of Passes is one that is not
// understood any more.
type Check struct {
	Level  int // of the scorecard's levels, 0 the lowest
	Weight int // from 1
	// Tier is the least critical tier that it is for: 2 are tiers 1 and 2. 0 are all.
	Tier      int
	AppliesTo *expr.Condition // nil: to every service of those tiers
	Passes    *expr.Condition
	// From is the day from which it counts, such as "2026-12-01"; empty from the beginning.
	From string
}

// Card is a scorecard whose conditions were checked. It never changes, and can be evaluated by
// several goroutines at once.
type Card struct {
	AppliesTo *expr.Condition // nil: to every service
	// Broken says that there is a condition of whom it applies to, which is not understood any more.
	Broken bool
	Levels int
	Checks []Check
}

// Result is what a check came to.
type Result struct {
	Outcome Outcome
	Why     string // of Unknown and Error
	// Counts is whether it is in the denominator: its outcome is, and its day has come.
	Counts bool
}

// Evaluate judges a service on the facts. today is the day, such as "2026-11-27"; exempt tells
// whether the service is excused from the check of that number, and is nil where it is from none.
// Of a service that the scorecard is not for, the sheet has no results.
//
// The tier is judged first, then whom a check applies to, then the exemption: an exemption from
// what does not apply is nothing to see. Where it is unknown whether a check applies, it is
// unknown.
func (c *Card) Evaluate(facts fact.Set, today string, exempt func(check int) bool) Sheet {
	if applies, why := c.applies(facts); applies != expr.Holds {
		return Sheet{Applies: applies, Why: why, Level: NoLevel}
	}
	s := Sheet{Applies: expr.Holds, Results: make([]Result, len(c.Checks))}
	for i := range c.Checks {
		check := &c.Checks[i]
		r := &s.Results[i]
		r.Outcome, r.Why = check.judge(facts, exempt != nil && exempt(i))
		r.Counts = r.Outcome.Counts() && check.From <= today
	}
	s.sum(c)
	return s
}

func (c *Card) applies(facts fact.Set) (expr.Outcome, string) {
	switch {
	case c.Broken:
		return expr.Errored, "the condition of whom the scorecard is for is not understood any more: revise the scorecard"
	case c.AppliesTo == nil:
		return expr.Holds, ""
	}
	return c.AppliesTo.Judge(facts)
}

func (c *Check) judge(facts fact.Set, exempt bool) (Outcome, string) {
	if c.Tier > 0 {
		tier, known := facts[TierFact].(float64)
		if !known {
			return Unknown, fmt.Sprintf("not known: %s", TierFact)
		}
		if tier > float64(c.Tier) {
			return NotApplicable, ""
		}
	}
	if c.AppliesTo != nil {
		switch applies, why := c.AppliesTo.Judge(facts); applies {
		case expr.Fails:
			return NotApplicable, ""
		case expr.Unknown:
			return Unknown, "whether it applies: " + why
		case expr.Errored:
			return Error, "whether it applies: " + why
		}
	}
	if exempt {
		return Exempt, ""
	}
	if c.Passes == nil {
		return Error, "the condition of the check is not understood any more: revise the scorecard"
	}
	switch outcome, why := c.Passes.Judge(facts); outcome {
	case expr.Holds:
		return Pass, ""
	case expr.Fails:
		return Fail, ""
	case expr.Unknown:
		return Unknown, why
	default:
		return Error, why
	}
}
