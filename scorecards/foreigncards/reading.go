package foreigncards

import (
	"slices"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// Reading is what documents of another tool say.
type Reading struct {
	Scorecards []Scorecard
	Facts      []Fact // that have to be declared before the scorecards, by name
	Notes      []foreign.Placed
	Refused    []foreign.Refusal
}

// Scorecard is a scorecard of another tool.
type Scorecard struct {
	scorecards.Draft
	Origin foreign.Origin
}

// Fact is one that a condition asks and that nobody tells.
type Fact struct {
	Name string
	Type fact.Type
	Doc  string
	Ways []given.Way
	// LongestDays is for how long what is given holds at most; 0 where nothing says so.
	LongestDays int
}

// The level of scorecards without any, and of checks that are on none of a scorecard's.
const (
	OnlyLevel = "Complete"
	Nobody    = "false" // the condition that applies to no service
)

// Finish puts what was read in order, with the facts that the scorecards ask. A scorecard that cannot be
// declared as it was read is refused: a bound of this tool that the other has not.
func (r *Reading) Finish(b *Book) {
	foreign.SortNotes(r.Notes)
	refuse := func(at foreign.Origin, err error) {
		problem := yamldoc.Problem{Line: max(at.Line, 1), Column: 1, Message: err.Error()}
		r.Refused = append(r.Refused, foreign.Refusal{In: at.In, Err: &yamldoc.Error{Problems: []yamldoc.Problem{problem}}})
	}
	language, err := b.Language()
	r.Scorecards = slices.DeleteFunc(r.Scorecards, func(s Scorecard) bool {
		bad := err
		if bad == nil {
			bad = s.Validate(language)
		}
		if bad != nil {
			refuse(s.Origin, bad)
		}
		return bad != nil
	})
	if len(r.Scorecards) == 0 {
		return
	}
	if r.Facts, err = b.Facts(r.Scorecards); err != nil {
		refuse(r.Scorecards[0].Origin, err)
		r.Scorecards = nil
	}
}
