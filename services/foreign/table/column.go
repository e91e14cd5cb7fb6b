package table

import (
	"slices"
	"strings"
)

// The columns that are read, and what else they may be called.
var columns = map[string][]string{
	"service":     {"slug", "component"},
	"name":        {"service_name", "title"},
	"team":        {"owner"},
	"tier":        {"criticality"},
	"description": {},
	"system":      {},
	"repository":  {"repo", "git"},
	"depends_on":  {"dependencies"},
	"kind":        {"type"},
	"lifecycle":   {"stage"},
	"on_call":     {"oncall"},
	"runbook":     {},
	"dashboard":   {},
	"docs":        {"documentation"},
	"contact":     {},
	"slo":         {"slo_slug"},
	"slo_name":    {},
	"objective":   {"target"},
	"window_days": {"window"},
	"category":    {"sli"},
	"good":        {"good_query"},
	"bad":         {"bad_query", "error_query"},
	"total":       {"total_query"},
	"data_source": {"datasource"},
	"good_event":  {},
	"rationale":   {},
}

// known are those of a table of services, and of one of SLOs.
var (
	ofServices = []string{"service", "name", "team", "tier", "description", "system", "repository", "depends_on", "kind", "lifecycle", "on_call", "runbook", "dashboard", "docs", "contact"}
	ofSLOs     = []string{"service", "slo", "name", "slo_name", "description", "objective", "window_days", "category", "good", "bad", "total", "data_source", "good_event", "rationale"}
)

var spelled = strings.NewReplacer(" ", "_", "-", "_")

// called is the name of a column, however it is spelt; empty where nothing of the kind is read.
func called(header string) string {
	name := spelled.Replace(strings.ToLower(strings.TrimSpace(header)))
	if _, known := columns[name]; known {
		return name
	}
	for of, others := range columns {
		if slices.Contains(others, name) {
			return of
		}
	}
	return ""
}
