package expr

import (
	"fmt"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/types"

	"github.com/evenkeel/evenkeel/internal/fact"
)

// Outcome is what a condition comes to.
type Outcome string

// The outcomes.
const (
	Holds   Outcome = "holds"
	Fails   Outcome = "fails"
	Unknown Outcome = "unknown" // it depends on what is not known
	Errored Outcome = "error"   // it cannot be judged on these facts: it takes too long, or divides what cannot be
)

// Decided reports whether the condition holds or fails.
func (o Outcome) Decided() bool { return o == Holds || o == Fails }

// Condition was checked by an environment. It never changes, and can be judged by several
// goroutines at once.
type Condition struct {
	text    string
	program cel.Program
	reads   []string
	unknown []*cel.AttributePatternType // of each of reads
}

// Text is the condition as it was written.
func (c *Condition) Text() string { return c.text }

// Reads are the names of the facts that it depends on.
func (c *Condition) Reads() []string { return slices.Clone(c.reads) }

// noSuchKey is how CEL begins to say that a name is not in a map (there is no type for it).
const noSuchKey = "no such key"

// Judge tells whether the condition holds on the facts. Where it is unknown, why says what
// is not known, and of an error what went wrong; otherwise why is empty. A condition that is decided whatever a fact may be is
// decided without it: of "a || b" one that holds is enough.
func (c *Condition) Judge(facts fact.Set) (outcome Outcome, why string) {
	var absent []string
	var patterns []*cel.AttributePatternType
	for i, name := range c.reads {
		if _, known := facts[name]; !known {
			absent, patterns = append(absent, name), append(patterns, c.unknown[i])
		}
	}
	var vars any = map[string]any(facts)
	if len(patterns) > 0 {
		partial, err := cel.PartialVars(vars, patterns...)
		if err != nil {
			return Unknown, err.Error()
		}
		vars = partial
	}
	value, _, err := c.program.Eval(vars)
	switch {
	case err != nil && strings.HasPrefix(err.Error(), noSuchKey):
		return Unknown, err.Error()
	case err != nil:
		return Errored, err.Error()
	case types.IsUnknown(value):
		return Unknown, fmt.Sprintf("not known: %s", strings.Join(absent, ", "))
	case value == types.True:
		return Holds, ""
	}
	return Fails, ""
}
