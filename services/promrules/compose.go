package promrules

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/measure/prometheus"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// Compose returns the rules of an SLO, and what of it has no place in them. Errors: Invalid
// with every fault, pointers as in a declaration; Invalid "not_promql" where it is measured
// without queries.
func Compose(s SLO, n Names) ([]Group, []Left, error) {
	var check fault.Check
	s.check(&check)
	if err := check.Err(); err != nil {
		return nil, nil, err
	}
	counting := s.Counting
	if counting == nil {
		var err error
		if counting, err = prometheus.NewCounting("/indicator/source", s.Origin, nil); err != nil {
			return nil, nil, err
		}
	}
	c := composer{slo: s, names: n, identity: n.identity(s), counting: counting}
	c.of = selector(c.identity)
	c.labels = with(Labels(s.Labels), c.identity)
	slots, shares, figures, alerts := c.slots(), c.shares(), c.figures(), c.alerts()
	of := s.Service + "-" + s.Slug
	if !n.sloth {
		return []Group{{Name: "evenkeel-" + of, Interval: s.resolution(), Rules: slices.Concat(slots, shares, figures, alerts)}}, c.left, nil
	}
	groups := []Group{
		{Name: "sloth-slo-sli-recordings-" + of, Rules: shares},
		{Name: "sloth-slo-meta-recordings-" + of, Rules: figures},
		{Name: "sloth-slo-alerts-" + of, Rules: alerts},
		{Name: "sloth-slo-extra-rules-" + of, Interval: s.resolution(), Rules: slots},
	}
	return slices.DeleteFunc(groups, func(g Group) bool { return len(g.Rules) == 0 }), c.left, nil
}

// composer makes the rules of one SLO.
type composer struct {
	slo      SLO
	names    Names
	identity []Label
	of       string // the identity as a selector
	labels   []Label
	counting *prometheus.Counting
	left     []Left
}

func (c *composer) leave(format string, args ...any) {
	c.left = append(c.left, Left{c.slo.Service, c.slo.Slug, fmt.Sprintf(format, args...)})
}

func (c *composer) record(metric, expr string, more ...Label) Rule {
	labels := c.labels // of all rules the same, and never changed
	if len(more) > 0 {
		labels = with(labels, more)
	}
	return Rule{Record: metric, Expr: expr, Labels: labels}
}

func (c *composer) good() string  { return goodEvents + length(c.slo.resolution()) }
func (c *composer) total() string { return totalEvents + length(c.slo.resolution()) }

// slots count the events of each slot: those of the time before an evaluation, for what is made
// of them at once, and of the last slot of the clock, for collection, where it can read them.
func (c *composer) slots() []Rule {
	length := c.slo.resolution()
	now := c.counting.In(length)
	rules := []Rule{c.record(c.good(), now.Good), c.record(c.total(), now.Total)}
	if whole, is := c.counting.Slot(length); is {
		rules = append(rules, c.record(prometheus.GoodSlots+prometheus.Length(length), whole.Good), c.record(prometheus.TotalSlots+prometheus.Length(length), whole.Total))
	}
	return rules
}

// windows are the lengths of all that burn pairs look at, the shortest first.
func windows() []time.Duration {
	var out []time.Duration
	for _, p := range budget.Pairs {
		out = append(out, p.Short, p.Long)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// shares are the shares of bad events in each window.
func (c *composer) shares() []Rule {
	lengths := windows()
	own := time.Duration(c.slo.Days) * 24 * time.Hour
	if own > 0 && !slices.Contains(lengths, own) {
		lengths = append(lengths, own)
	}
	var out []Rule
	for _, l := range lengths {
		expr := c.summed(l)
		if c.names.sloth && l != own {
			expr = c.counting.BadShare(l)
		}
		out = append(out, c.record(errorRatio+length(l), expr, Label{c.names.window, length(l)}))
	}
	return out
}

// summed is the share of bad events in a window by what was recorded of its slots.
func (c *composer) summed(l time.Duration) string {
	in := c.of + "[" + length(l) + "])"
	return "1 - (\n  sum_over_time(" + c.good() + in + "\n  /\n  (sum_over_time(" + c.total() + in + " > 0)\n)"
}

// figures are the objective and what is made of it.
func (c *composer) figures() []Rule {
	objective := decimal(c.slo.Objective.PPB())
	left := decimal(c.slo.Objective.BudgetPPB())
	rules := []Rule{
		c.record(objectiveRatio, fmt.Sprintf("vector(%s)", objective)),
		c.record(budgetRatio, fmt.Sprintf("vector(%s)", left)),
	}
	burn := func(window time.Duration) string {
		return "sum without (" + c.names.window + ") (" + errorRatio + length(window) + c.of + ") / " + left
	}
	current := c.record(currentBurnRate, burn(budget.Pairs[0].Short))
	if c.slo.Days == 0 {
		c.leave("no figures of the whole window are recorded: it is a calendar's, and PromQL has rolling windows alone")
		rules = append(rules, current)
	} else {
		rules = append(rules,
			c.record(periodDays, fmt.Sprintf("vector(%d)", c.slo.Days)),
			current,
			c.record(periodBurnRate, burn(time.Duration(c.slo.Days)*24*time.Hour)),
			c.record(budgetRemaining, fmt.Sprintf("1 - %s%s", periodBurnRate, c.of)),
		)
	}
	info := []Label{{c.names.objective, percent(c.slo.Objective)}}
	if c.names.name != "" {
		info = append(info, Label{c.names.name, cmp.Or(c.slo.Name, c.slo.Slug)})
	}
	return append(rules, c.record(c.names.info, "vector(1)", with(Labels(c.slo.Info), info)...))
}

// percent is the objective in percent without the sign.
func percent(o budget.Objective) string {
	return strconv.FormatFloat(float64(o.PPB())/(budget.Billion/100), 'f', -1, 64)
}

// decimal writes parts per billion as a share, exactly.
func decimal(ppb int64) string { return strconv.FormatFloat(float64(ppb)/budget.Billion, 'f', -1, 64) }
