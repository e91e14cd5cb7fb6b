package prometheus

import (
	"context"

	v1 "github.com/prometheus/client_golang/api/prometheus/v1"

	"github.com/evenkeel/evenkeel/services/source"
)

// Rule is an alerting rule that is installed in a data source.
type Rule struct {
	Name   string
	Labels map[string]string
}

// AlertingRules returns the alerting rules of the data source that can be evaluated, as far
// as it knows. The matchers of teams are not in force: rules are not series.
func (r *Reader) AlertingRules(ctx context.Context, src source.Source) ([]Rule, error) {
	found, _, err := ask(ctx, r, src, func(ctx context.Context, c v1.API, _ ...v1.Option) (v1.RulesResult, v1.Warnings, v1.Infos, error) {
		rules, err := c.Rules(ctx, nil)
		return rules, nil, nil, err
	})
	if err != nil {
		return nil, err
	}
	var out []Rule
	for _, group := range found.Groups {
		for _, one := range group.Rules {
			alerting, is := one.(v1.AlertingRule)
			if !is || alerting.Health == v1.RuleHealthBad {
				continue
			}
			rule := Rule{Name: alerting.Name, Labels: make(map[string]string, len(alerting.Labels))}
			for name, value := range alerting.Labels {
				rule.Labels[string(name)] = string(value)
			}
			out = append(out, rule)
		}
	}
	return out, nil
}
