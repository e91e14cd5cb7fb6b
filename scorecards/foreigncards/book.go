package foreigncards

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/scorecards/given"
	"github.com/evenkeel/evenkeel/services/change"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/incident/action"
	"github.com/evenkeel/evenkeel/services/incident/postmortem"
	"github.com/evenkeel/evenkeel/services/incident/statistics"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/gate"
	"github.com/evenkeel/evenkeel/services/registry"
	"github.com/evenkeel/evenkeel/services/signals"
	"github.com/evenkeel/evenkeel/services/slo"
	"github.com/evenkeel/evenkeel/services/slo/alert"
	"github.com/evenkeel/evenkeel/services/toil"
)

// Told are the facts of services that Evenkeel tells, and those that come declared.
func Told() []fact.Declaration {
	var toil *toil.Service
	var out []fact.Declaration
	for _, d := range []fact.Declarer{
		registry.ServiceFacts{}, slo.ServiceFacts{}, alert.ServiceFacts{}, signals.ServiceFacts{}, policy.ServiceFacts{}, gate.ServiceFacts{},
		statistics.ServiceFacts{}, postmortem.ServiceFacts{}, action.ServiceFacts{}, change.ServiceFacts{}, toil,
	} {
		out = append(out, d.Facts()...)
	}
	for _, d := range given.Builtin() {
		out = append(out, fact.Declaration{Name: d.Name, Type: d.Type, Doc: d.Doc, Values: d.Values, By: given.By})
	}
	return out
}

// Book is what the conditions of an import ask.
type Book struct {
	tool  string // as names begin that another fact has already
	told  []fact.Declaration
	asked map[string]Fact
	// names are those of the facts by what the tool calls them.
	names map[string]string

	language *expr.Environment // of the facts that were asked when it was made
}

// NewBook returns an empty book; the tool's name is a word in lower case.
func NewBook(tool string) *Book {
	return &Book{tool: tool, told: Told(), asked: map[string]Fact{}, names: map[string]string{}}
}

// Facts are those that the scorecards ask and that have to be declared, by name.
func (b *Book) Facts(cards []Scorecard) ([]Fact, error) {
	language, err := b.Language()
	if err != nil {
		return nil, err
	}
	read := map[string]bool{}
	for _, card := range cards {
		conditions := []string{card.AppliesTo}
		for _, check := range card.Checks {
			conditions = append(conditions, check.Passes, check.AppliesTo)
		}
		for _, text := range conditions {
			if text == "" {
				continue
			}
			c, err := language.Compile(text)
			if err != nil {
				return nil, fmt.Errorf("the condition %s: %w", text, err)
			}
			for _, name := range c.Reads() {
				read[name] = true
			}
		}
	}
	var out []Fact
	for _, name := range slices.Sorted(maps.Keys(b.asked)) {
		if read[name] {
			out = append(out, b.asked[name])
		}
	}
	return out, nil
}

// Language is what the conditions may name.
func (b *Book) Language() (*expr.Environment, error) {
	if b.language != nil {
		return b.language, nil
	}
	declared := slices.Clone(b.told)
	for _, name := range slices.Sorted(maps.Keys(b.asked)) {
		f := b.asked[name]
		declared = append(declared, fact.Declaration{Name: f.Name, Type: f.Type, Doc: f.Doc, By: given.By})
	}
	language, err := expr.New(declared)
	b.language = language
	return language, err
}

// Type is that of a fact by what the tool calls it; empty where none was asked yet.
func (b *Book) Type(theirs string) fact.Type { return b.asked[b.names[theirs]].Type }

// Ask returns the name by which a condition asks a fact that the tool calls so. The error says that other
// conditions ask it as of another type.
func (b *Book) Ask(theirs string, of fact.Type, doc string) (string, error) {
	if name, known := b.names[theirs]; known {
		if was := b.asked[name].Type; was != of {
			return "", fmt.Errorf("%q is a %s here, and a %s in another condition", fault.Clip(theirs, 64), of, was)
		}
		return name, nil
	}
	return b.declare(theirs, camel(theirs), of, doc, given.ByPush), nil
}

// Verdict returns the name of the fact that says whether a check passes that does not translate; what is
// given of it holds for so many days at most, or as long as facts do.
func (b *Book) Verdict(scorecard, check, doc string, longestDays int) string {
	name := b.declare("verdict of "+scorecard+"/"+check, camel(check+" passes"), fact.Truth, doc, given.ByPush, given.ByAttestation)
	of := b.asked[name]
	of.LongestDays = longestDays
	b.asked[name] = of
	return name
}

func (b *Book) declare(theirs, name string, of fact.Type, doc string, ways ...given.Way) string {
	unique := name
	for n := 1; !b.free(unique, of); n++ {
		if unique = camel(b.tool + " " + name); n > 1 {
			number := strconv.Itoa(n) // what is cut off is before it
			unique = unique[:min(len(unique), maxName-len(number))] + number
		}
	}
	b.names[theirs], b.language = unique, nil
	b.asked[unique] = Fact{Name: unique, Type: of, Doc: Line(doc, 500), Ways: ways}
	return unique
}

// free reports whether a fact can have the name: nobody tells one, and a condition can speak it.
func (b *Book) free(name string, of fact.Type) bool {
	if _, there := b.asked[name]; there {
		return false
	}
	if slices.ContainsFunc(b.told, func(d fact.Declaration) bool { return d.Name == name }) {
		return false
	}
	language, err := expr.New([]fact.Declaration{{Name: name, Type: of}})
	if err != nil {
		return false
	}
	c, err := language.Compile(name + " == " + name)
	return err == nil && slices.Equal(c.Reads(), []string{name})
}

// The bounds of names of facts, in characters.
const minName, maxName = 3, 50

// camel is a name in camel case, of letters and digits of ASCII, the first a small letter.
func camel(name string) string {
	var b strings.Builder
	up := false
	for _, r := range name {
		switch {
		case r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r):
			up = b.Len() > 0
		case b.Len() == 0 && unicode.IsDigit(r):
			b.WriteString("fact")
			b.WriteRune(r)
		case b.Len() == 0:
			b.WriteRune(unicode.ToLower(r))
		case up:
			b.WriteRune(unicode.ToUpper(r))
			up = false
		default:
			b.WriteRune(r)
		}
	}
	out := cmp.Or(b.String(), "fact")
	if len(out) > maxName {
		out = out[:maxName]
	}
	if len(out) < minName {
		out += "Fact"
	}
	return out
}
