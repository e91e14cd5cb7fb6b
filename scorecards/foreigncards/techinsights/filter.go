package techinsights

import (
	"slices"
	"strings"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// filter is the condition on a service that a filter of entities is; empty for every one. A list of filters
// is any of them, and a list of values any of those, as in the catalog's own queries.
func (r *reader) filter(n *foreign.Place) string {
	switch {
	case !n.There():
		return ""
	case n.Kind() == yamldoc.List:
		var parts []string
		for _, one := range n.List() {
			part := r.filter(one)
			if part == "" {
				return ""
			}
			parts = append(parts, "("+part+")")
		}
		return strings.Join(parts, " || ")
	}
	var parts []string
	for _, key := range n.MemberNames() {
		at := n.Member(key)
		values := []string{}
		if at.Kind() == yamldoc.List {
			for _, v := range at.List() {
				values = append(values, v.Text())
			}
		} else {
			values = append(values, at.Text())
		}
		part, right := narrowed(strings.ToLower(key), values)
		if !right {
			at.Note("applies to nobody until a condition is written: %q is nothing that conditions ask of services", key)
			return foreigncards.Nobody
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, " && ")
}

var lifecycles = []string{"experimental", "production", "deprecated"}

// narrowed is the condition of one field of entities; false where there is none.
func narrowed(key string, values []string) (string, bool) {
	switch key {
	case "kind":
		for _, v := range values {
			if strings.EqualFold(v, "component") {
				return "", true
			}
		}
		return "", false
	case "spec.lifecycle":
		for _, v := range values {
			if !slices.Contains(lifecycles, v) {
				return "", false
			}
		}
		return among("lifecycle", values), true
	case "spec.owner", "spec.system":
		var slugs []string
		for _, v := range values {
			slugs = append(slugs, foreign.Slug(v[strings.LastIndexAny(v, ":/")+1:]))
		}
		return among(map[string]string{"spec.owner": "team", "spec.system": "system"}[key], slugs), true
	}
	return "", false
}

func among(fact string, values []string) string {
	quoted := make([]string, len(values))
	for i, v := range values {
		quoted[i] = foreigncards.Quote(v)
	}
	if len(quoted) == 1 {
		return fact + " == " + quoted[0]
	}
	return fact + " in [" + strings.Join(quoted, ", ") + "]"
}
