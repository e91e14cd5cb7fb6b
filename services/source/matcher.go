package source

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/id"
)

// MatchersOf returns the matchers that every selector of the team's queries has
// to have: those of every team, and its own.
func (s Source) MatchersOf(team id.ID) []Matcher {
	return slices.DeleteFunc(slices.Clone(s.Matchers), func(m Matcher) bool { return m.Team != "" && m.Team != team })
}

// Admits reports whether the team may ask the data source at all.
func (s Source) Admits(team id.ID) bool {
	return !s.MatchersRequired || len(s.MatchersOf(team)) > 0
}
