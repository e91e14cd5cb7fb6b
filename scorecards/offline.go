package scorecards

import (
	"fmt"
	"slices"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/scorecards/rules"
	"github.com/evenkeel/evenkeel/services/expr"
)

// ValidateOffline is Validate without a server, where the language has the facts that come with the
// program. Of other names that administrators may have declared facts by nothing is wrong: they are
// told, each where it is named first in a condition or in words, and all else is checked.
func (d Draft) ValidateOffline(language *expr.Environment) (unknown []fault.Violation, err error) {
	s := supposing{language: language}
	s.condition("/appliesTo", d.AppliesTo)
	for i, c := range d.Checks[:min(len(d.Checks), maxChecks)] {
		at := fmt.Sprintf("/checks/%d", i)
		s.condition(at+"/passes", c.Passes)
		s.condition(at+"/appliesTo", c.AppliesTo)
		for _, name := range rules.Named(c.Fix) {
			s.name(at+"/fix", name, "")
		}
	}
	on, err := language.Supposing(s.names...)
	if err != nil {
		return nil, err
	}
	return s.unknown, d.Validate(on)
}

// InspectOffline notes what is wrong with a condition on a service, as ValidateOffline does, and
// returns what it names that only a server may know.
func InspectOffline(check *fault.Check, at, condition string, language *expr.Environment) (unknown []fault.Violation, err error) {
	s := supposing{language: language}
	s.condition(at, condition)
	on, err := language.Supposing(s.names...)
	if err != nil {
		return nil, err
	}
	inspectCondition(check, at, condition, on)
	return s.unknown, nil
}

// supposing gathers names of facts that are not known here.
type supposing struct {
	language *expr.Environment
	names    []string
	unknown  []fault.Violation
}

func (s *supposing) condition(at, text string) {
	if len([]rune(text)) > expr.MaxText {
		return // which is wrong with it
	}
	var here []string
	for _, n := range s.language.Unnamed(text) {
		if !slices.Contains(here, n.Name) {
			here = append(here, n.Name)
			s.name(at, n.Name, fmt.Sprintf("line %d, column %d: ", n.Line, n.Column))
		}
	}
}

// name takes a name that a fact can be declared by; any other is wrong on every server.
func (s *supposing) name(at, name, place string) {
	known := slices.ContainsFunc(s.language.Facts(), func(d fact.Declaration) bool { return d.Name == name })
	if known || name == parameters || !given.IsName(name) {
		return
	}
	if !slices.Contains(s.names, name) {
		s.names = append(s.names, name)
	}
	s.unknown = append(s.unknown, fault.Violation{Pointer: at, Message: fmt.Sprintf("%sno fact %q comes with Evenkeel: whether one is declared only the server knows", place, name)})
}
