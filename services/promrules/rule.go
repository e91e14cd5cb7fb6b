package promrules

import (
	"slices"
	"time"
)

// Rule is a recording rule or an alerting one.
type Rule struct {
	Record string // the metric that is recorded; empty for an alert
	Alert  string // the name of the alert; empty for a recording
	Expr   string // PromQL
	Labels []Label
	// Annotations are of alerts.
	Annotations []Label
}

// Label is a label or annotation; lists of them are sorted by name.
type Label struct{ Name, Value string }

// Group are rules that Prometheus evaluates one after the other.
type Group struct {
	Name     string        // unique in a file
	Interval time.Duration // whole seconds; 0 for that of the Prometheus
	Rules    []Rule
}

// Count returns how many recording rules and alerts there are.
func Count(groups []Group) (recordings, alerts int) {
	for _, g := range groups {
		for _, r := range g.Rules {
			if r.Alert == "" {
				recordings++
			} else {
				alerts++
			}
		}
	}
	return recordings, alerts
}

// Without leaves out recording rules or alerts, and groups of which nothing is left then.
func Without(groups []Group, recordings, alerts bool) []Group {
	var out []Group
	for _, g := range groups {
		g.Rules = slices.DeleteFunc(g.Rules, func(r Rule) bool { return r.Alert != "" && alerts || r.Record != "" && recordings })
		if len(g.Rules) > 0 {
			out = append(out, g)
		}
	}
	return out
}
