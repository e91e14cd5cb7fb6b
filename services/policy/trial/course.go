package trial

import (
	"context"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/supply"
)

// hours are what is known of an SLO at each full hour of a time; slo.Past is one.
type hours interface {
	Hours() int
	// Facts puts what is known at an hour in place of what is in the set.
	Facts(hour int, into fact.Set)
}

// course is what a clause would have made of an SLO.
type course struct {
	spans []span
	// unknown is at how many hours, but for the last one, nobody can say whether the condition
	// held; missing is for how many of them each fact was not known.
	unknown int
	missing map[string]int
}

// span is from an hour on which a violation would have opened, until one at which it would have
// ended, or the last one where it would be open still.
type span struct {
	from, to int
	open     bool
	peak     *float64 // the most that was consumed of the budget, where anything is known of it
}

// follow judges each clause of the rule at every hour, as a pass does: a violation opens when its
// condition holds, and ends when it does not; what is unknown does neither.
func follow(ctx context.Context, past hours, rule policy.Rule) ([]course, error) {
	courses := make([]course, len(rule.Conditions))
	facts, last := fact.Set{}, past.Hours()-1
	for hour := range past.Hours() {
		past.Facts(hour, facts)
		rule.Revision.Add(facts)
		facts[supply.Cause] = supply.Unclassified // as it is until somebody says more, which is kept of the present alone
		for i, condition := range rule.Conditions {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			courses[i].judge(hour, last, condition, facts)
		}
	}
	return courses, nil
}

// judge goes one hour on. A condition that is nil is not understood any more.
func (c *course) judge(hour, last int, condition *expr.Condition, facts fact.Set) {
	outcome := expr.Unknown
	if condition != nil {
		outcome, _ = condition.Judge(facts)
	}
	var open *span
	if n := len(c.spans); n > 0 && c.spans[n-1].open {
		open = &c.spans[n-1]
		open.to = hour
	}
	switch {
	case !outcome.Decided() && hour < last:
		c.unknown++
		c.miss(condition, facts)
	case outcome == expr.Holds && open == nil:
		c.spans = append(c.spans, span{from: hour, to: hour, open: true})
		open = &c.spans[len(c.spans)-1]
	case outcome == expr.Fails && open != nil:
		open.open = false
		return
	}
	if consumed, known := facts["consumed"].(float64); known && open != nil && (open.peak == nil || consumed > *open.peak) {
		open.peak = &consumed
	}
}

// miss notes which facts were not known. Where each is, it was one of the numbers in them.
func (c *course) miss(condition *expr.Condition, facts fact.Set) {
	if condition == nil {
		return
	}
	if c.missing == nil {
		c.missing = map[string]int{}
	}
	reads, absent := condition.Reads(), false
	for _, name := range reads {
		if _, known := facts[name]; !known {
			c.missing[name]++
			absent = true
		}
	}
	for _, name := range reads {
		if _, numbers := facts[name].(map[string]float64); numbers && !absent {
			c.missing[name]++
		}
	}
}
