package rules

import (
	"cmp"
	"slices"

	"github.com/evenkeel/evenkeel/services/expr"
)

// NoLevel is the level of a service that has not reached the lowest, or of which nothing counts.
const NoLevel = -1

// Sheet is what a scorecard comes to for one service.
type Sheet struct {
	// Applies is whether the scorecard is for the service; unless it holds, there is nothing else
	// but why it is not known.
	Applies expr.Outcome
	Why     string
	Results []Result // of each check, in their order
	// Level is the highest of which, and of all below, every check that counts passes: a level
	// without checks that count is reached with the one below. NoLevel where nothing counts.
	Level int
	// Passed and Counted are checks; the weights are theirs.
	Passed, Counted             int
	PassedWeight, CountedWeight int
	// Missing is how many checks are left to pass for the next level.
	Missing int
}

// Score is the weight of what passes, in percent of the weight of what counts, rounded down so
// that 100 is only all of it; nil where nothing counts.
func (s Sheet) Score() *int {
	if s.CountedWeight == 0 {
		return nil
	}
	score := 100 * s.PassedWeight / s.CountedWeight
	return &score
}

// sum counts what the results come to.
func (s *Sheet) sum(c *Card) {
	missing := make([]int, c.Levels) // by level
	for i, r := range s.Results {
		if !r.Counts {
			continue
		}
		check := c.Checks[i]
		s.Counted++
		s.CountedWeight += check.Weight
		if r.Outcome == Pass {
			s.Passed++
			s.PassedWeight += check.Weight
		} else {
			missing[check.Level]++
		}
	}
	s.Level = NoLevel
	if s.Counted == 0 {
		return
	}
	for level, n := range missing {
		if n > 0 {
			s.Missing = n
			return
		}
		s.Level = level
	}
}

// Next is the level that comes next; false where the highest is reached, or nothing counts.
func (s Sheet) Next(c *Card) (int, bool) {
	return s.Level + 1, s.Counted > 0 && s.Level+1 < c.Levels
}

// Todo are the checks that do not pass and count, by their numbers: those of the lowest level
// first, of a level the heaviest first, failures before what is unknown, and then in the
// scorecard's order.
func (s Sheet) Todo(c *Card) []int {
	var todo []int
	for i, r := range s.Results {
		if r.Counts && r.Outcome != Pass {
			todo = append(todo, i)
		}
	}
	slices.SortStableFunc(todo, func(a, b int) int {
		return cmp.Or(
			cmp.Compare(c.Checks[a].Level, c.Checks[b].Level),
			cmp.Compare(c.Checks[b].Weight, c.Checks[a].Weight),
			cmp.Compare(urgency(s.Results[a].Outcome), urgency(s.Results[b].Outcome)),
		)
	})
	return todo
}

// urgency puts first what is the team's to do.
func urgency(o Outcome) int { return slices.Index([]Outcome{Fail, Unknown, Error}, o) }
