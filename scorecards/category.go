package scorecards

import (
	"slices"

	"github.com/evenkeel/evenkeel/scorecards/rules"
)

// CategorySums is what the checks of a category come to in a scope.
type CategorySums struct {
	Category string
	Checks   int
	// Outcomes are results, one for each check and service, by the outcome's name.
	Outcomes map[string]int
}

// Categories are those of the checks, each once, in their order.
func (t Terms) Categories() []string {
	var out []string
	for _, c := range t.Checks {
		if !slices.Contains(out, c.Category) {
			out = append(out, c.Category)
		}
	}
	return out
}

// byCategory sums up the checks of each category.
func byCategory(t Terms, sums Sums) []CategorySums {
	out := []CategorySums{}
	for _, name := range t.Categories() {
		of := CategorySums{Category: name, Outcomes: map[string]int{}}
		for _, c := range t.Checks {
			if c.Category != name {
				continue
			}
			of.Checks++
			for outcome, n := range sums.Checks[c.ID] {
				of.Outcomes[outcome] += n
			}
		}
		out = append(out, of)
	}
	return out
}

// Share is how many checks of some pass, of those that count.
type Share struct {
	Passed, Counted int
}

func (s *Share) add(r rules.Result) {
	if !r.Counts {
		return
	}
	s.Counted++
	if r.Outcome == rules.Pass {
		s.Passed++
	}
}

// shares are of the results what named tells of each check.
func shares(t Terms, sheet rules.Sheet, named func(Check) string) map[string]Share {
	out := map[string]Share{}
	for i, r := range sheet.Results {
		name := named(t.Checks[i])
		share := out[name]
		share.add(r)
		out[name] = share
	}
	return out
}
