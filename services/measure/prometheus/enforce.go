package prometheus

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/source"
)

// teamPlaceholder stands for the team's slug in a matcher's value.
const teamPlaceholder = "$team"

// Enforced are the matchers that every selector of a team's queries of a data source
// has to have. Errors: Forbidden when the source wants a matcher and has none for the
// team; Invalid when one of them would not narrow anything or is none.
func Enforced(src source.Source, team id.ID, slug string) ([]*labels.Matcher, error) {
	var all []*labels.Matcher
	for _, m := range src.MatchersOf(team) {
		made, err := matcher(m, slug)
		if err != nil {
			return nil, fault.New(fault.Invalid, "matcher_unusable", "the data source %q has a matcher on %q that cannot be used: %v", src.Slug, m.Label, err)
		}
		all = append(all, made)
	}
	if !src.Admits(team) {
		return nil, fault.New(fault.Forbidden, "team_not_served", "the data source %q is for teams with a matcher of their own, and the team %q has none", src.Slug, slug)
	}
	return all, nil
}

// matcher makes the matcher with the team's slug in it.
func matcher(m source.Matcher, slug string) (*labels.Matcher, error) {
	kind := labels.MatchEqual
	switch m.Op {
	case "=":
	case "=~":
		kind, slug = labels.MatchRegexp, regexp.QuoteMeta(slug)
	default:
		return nil, fmt.Errorf("its operator must be = or =~")
	}
	if m.Label == model.MetricNameLabel || m.Label == "" {
		return nil, fmt.Errorf("its label must be one that metrics are told apart by, and not their name")
	}
	if strings.Contains(m.Value, teamPlaceholder) && slug == "" {
		return nil, fmt.Errorf("the team has no slug")
	}
	value := strings.ReplaceAll(m.Value, teamPlaceholder, slug)
	if value == "" {
		// label="" is kept by every series without the label: the opposite of narrow.
		return nil, fmt.Errorf("its value is empty")
	}
	return labels.NewMatcher(kind, m.Label, value)
}

// enforce adds the matchers to every selector of a tree. They are added beside the
// matchers that are there, also those on the same label: all of a selector's matchers
// have to hold, so that none of the user's can widen what is added. Nothing around a
// selector can either: label_replace renames what was selected.
func enforce(tree parser.Expr, matchers []*labels.Matcher) {
	if len(matchers) == 0 {
		return
	}
	parser.Inspect(tree, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			selector.LabelMatchers = append(selector.LabelMatchers, matchers...)
		}
		return nil
	})
}

// shared are those matchers that are the same whoever asks.
func shared(src source.Source) ([]*labels.Matcher, error) {
	var common source.Source
	common.Slug = src.Slug
	for _, m := range src.Matchers {
		if m.Team == "" && !strings.Contains(m.Value, teamPlaceholder) {
			common.Matchers = append(common.Matchers, m)
		}
	}
	return Enforced(common, "", "")
}
