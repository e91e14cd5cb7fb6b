package promrules

import (
	"cmp"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/slo/budget"
)

// alerts are the alerts of the SLO: one of the burn pairs of each severity, and one of
// events that stay away.
func (c *composer) alerts() []Rule {
	var rules []Rule
	for _, severity := range []budget.Severity{budget.Page, budget.Ticket} {
		var pairs []string
		for _, p := range budget.Pairs {
			switch {
			case p.Severity != severity || !c.slo.Alerts.RaisesPair(p):
			case !p.Reachable(c.slo.Objective, c.slo.period()):
				c.leave("no alert of the burn pair %s: it could never fire, for with every event bad a budget of %s burns slower than its factor", p.Name, decimal(c.slo.Objective.BudgetPPB()))
			default:
				pairs = append(pairs, c.pair(p))
			}
		}
		if len(pairs) > 0 {
			rules = append(rules, c.burn(severity, strings.Join(pairs, "\nor\n")))
		}
	}
	terms := slo.Terms{Objective: c.slo.Objective, Alerts: c.slo.Alerts}
	if after, raised := alert.AbsentAfter(terms, c.slo.period(), 2*c.slo.resolution()); raised {
		after = (after + time.Minute - 1).Truncate(time.Minute)
		rules = append(rules, Rule{
			Alert: "SLOEventsAbsent",
			Expr:  fmt.Sprintf("absent_over_time(%s%s[%s])", c.total(), c.of, length(after)),
			// Of what is absent there are no labels to take over.
			Labels: with(literally(c.labels), []Label{{c.names.severity, string(budget.Page)}}),
			Annotations: []Label{
				{"description", fmt.Sprintf("Nothing was measured of %s of %s for %s, in which every event may have been bad.", c.slo.Slug, c.slo.Service, length(after))},
				{"summary", fmt.Sprintf("%s of %s is not measured", c.slo.Slug, c.slo.Service)},
			},
		})
	}
	return rules
}

// pair is the condition of a burn pair: the share of bad events above factor × budget in
// both of its windows, and enough bad events in the long one that it is no accident.
func (c *composer) pair(p budget.Pair) string {
	limit := fmt.Sprintf("(%s * %s)", factor(p, c.slo.period()), decimal(c.slo.Objective.BudgetPPB()))
	exceeded := func(window time.Duration) string {
		return "max without (" + c.names.window + ") (" + errorRatio + length(window) + c.of + " > " + limit + ")"
	}
	text := "(\n  " + exceeded(p.Long) + "\n  and\n  " + exceeded(p.Short)
	if least := c.slo.Alerts.MinBadEvents; least > 1 {
		text += fmt.Sprintf("\n  and\n  sum_over_time(%s%s[%s]) - sum_over_time(%s%s[%s]) >= %d",
			c.total(), c.of, length(p.Long), c.good(), c.of, length(p.Long), least)
	}
	return text + "\n)"
}

// factor writes share · period ÷ long window exactly: a decimal where it has an end, and
// otherwise a quotient.
func factor(p budget.Pair, period time.Duration) string {
	exact := new(big.Rat).SetFrac(
		new(big.Int).Mul(big.NewInt(p.SharePercent), big.NewInt(int64(period))),
		new(big.Int).Mul(big.NewInt(100), big.NewInt(int64(p.Long))))
	if digits, ends := exact.FloatPrec(); ends {
		return exact.FloatString(digits)
	}
	return "(" + exact.Num().String() + " / " + exact.Denom().String() + ")"
}

func (c *composer) burn(severity budget.Severity, expr string) Rule {
	words := c.slo.Page
	name, how := "SLOBudgetBurnPage", "fast"
	if severity == budget.Ticket {
		words, name, how = c.slo.Ticket, "SLOBudgetBurnTicket", "steadily"
	}
	usual := []Label{
		{"description", fmt.Sprintf("The error budget of %s of %s (objective %s) burns %s: {{ $value | humanizePercentage }} of the events were bad.", c.slo.Slug, c.slo.Service, c.slo.Objective.Words(), how)},
		{"summary", fmt.Sprintf("%s of %s burns its error budget %s", c.slo.Slug, c.slo.Service, how)},
	}
	if c.names.sloth {
		usual = []Label{
			{"summary", fmt.Sprintf("{{$labels.%s}} {{$labels.%s}} burns its error budget %s.", c.names.service, c.names.slo, how)},
			{"title", fmt.Sprintf("(%s) {{$labels.%s}} {{$labels.%s}} burns its error budget %s.", severity, c.names.service, c.names.slo, how)},
		}
	}
	return Rule{
		Alert: cmp.Or(words.Name, name), Expr: expr,
		// The SLO's own are those of the series that the expression gives; those of its identity
		// are said again, for promtool takes alerts with the same labels for duplicates.
		Labels:      with(Labels(words.Labels), c.identity, []Label{{c.names.severity, string(severity)}}),
		Annotations: with(usual, Labels(words.Annotations)),
	}
}

// literally has the values of labels stand for themselves in the templates of an alert.
func literally(of []Label) []Label {
	out := slices.Clone(of)
	for i, l := range out {
		out[i].Value = strings.ReplaceAll(l.Value, "{{", `{{"{{"}}`)
	}
	return out
}
