package techinsights

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// translator writes the rule of one check as a condition.
type translator struct {
	book       *foreigncards.Book
	retrievers map[string]bool
	check      string
	depth      int
}

// problem is what of a rule does not translate, and where.
type problem struct {
	at  *foreign.Place
	why string
}

func trouble(at *foreign.Place, format string, args ...any) *problem {
	return &problem{at, fmt.Sprintf(format, args...)}
}

// maxDepth is how deep conditions may be within one another.
const maxDepth = 20

// top is a condition that joins others: all, any or not. The condition is empty where it does not translate.
func (t *translator) top(n *foreign.Place) (string, *problem) {
	if t.depth++; t.depth > maxDepth {
		n.Skip()
		return "", trouble(n, "conditions are more than %d deep within one another", maxDepth)
	}
	defer func() { t.depth-- }()
	if n.Kind() != yamldoc.Names {
		n.Fail("must be a condition: all, any or not, or a fact with an operator and a value")
		return "", nil
	}
	n.Skip("name", "priority")
	all, any, not := n.Member("all"), n.Member("any"), n.Member("not")
	switch {
	case all.There():
		return t.several(all, " && ")
	case any.There():
		return t.several(any, " || ")
	case not.There():
		inner, err := t.one(not)
		if err != nil || inner == "" {
			return "", err
		}
		return "!(" + inner + ")", nil
	case n.Member("condition").There():
		return "", trouble(n.Member("condition"), "a condition that is shared by name is defined in a program, and not in the file")
	}
	n.Fail("must have all, any or not")
	return "", nil
}

func (t *translator) one(n *foreign.Place) (string, *problem) {
	if n.Kind() == yamldoc.Names && n.Member("fact").There() {
		return t.leaf(n)
	}
	return t.top(n)
}

// several joins conditions. Of none json-rules-engine says true, of any as of all.
func (t *translator) several(n *foreign.Place, by string) (string, *problem) {
	var parts []string
	var first *problem
	for _, of := range n.List() {
		part, err := t.one(of)
		if err != nil && first == nil {
			first = err
		}
		parts = append(parts, part)
	}
	switch {
	case first != nil:
		return "", first
	case len(parts) == 0:
		return "true", nil
	case len(parts) == 1:
		return parts[0], nil
	}
	return "(" + strings.Join(parts, by) + ")", nil
}

// known are facts of the retrievers that Tech Insights comes with, which Evenkeel tells itself; each is
// true or false. A service has a team always.
var known = map[string]map[string]string{
	"entityOwnershipFactRetriever": {"hasOwner": `(team != "")`, "hasGroupOwner": `(team != "")`},
	"entityMetadataFactRetriever":  {"hasDescription": "hasDescription"},
	"techdocsFactRetriever":        {"hasAnnotationBackstageIoTechdocsRef": "hasDocs"},
}

// ours is the condition that a fact of Tech Insights is, where Evenkeel tells it.
func (t *translator) ours(name string) string {
	for retriever, facts := range known {
		if t.retrievers[retriever] && facts[name] != "" {
			return facts[name]
		}
	}
	return ""
}

// opposite are the operators that say the contrary of another.
var opposite = map[string]string{"notEqual": "equal", "notIn": "in", "doesNotContain": "contains"}

var compared = map[string]string{"lessThan": "<", "lessThanInclusive": "<=", "greaterThan": ">", "greaterThanInclusive": ">="}

// leaf is a fact with an operator and a value.
func (t *translator) leaf(n *foreign.Place) (string, *problem) {
	n.Skip("name", "priority")
	name, operator, value := n.Member("fact").Said(), n.Member("operator").Said(), n.Member("value")
	n.Skip("factResult", "result", "valueResult") // how it came out, in what the API answers
	for _, more := range []string{"path", "params"} {
		if at := n.Member(more); at.There() {
			return "", trouble(at, "a fact is asked as a whole here: %s reaches into it", more)
		}
	}
	negated := false
	for { // json-rules-engine 7 has decorators in front of operators
		inner, is := strings.CutPrefix(operator, "not:")
		if !is {
			break
		}
		operator, negated = inner, !negated
	}
	if other, is := opposite[operator]; is {
		operator, negated = other, !negated
	}
	out, err := t.compare(n, name, operator, value)
	if err != nil || !negated || out == "" {
		return out, err
	}
	return "!(" + out + ")", nil
}

func (t *translator) compare(n *foreign.Place, name, operator string, value *foreign.Place) (string, *problem) {
	switch operator {
	case "equal":
		return t.equal(n, name, value)
	case "in":
		return t.among(n, name, value)
	case "contains":
		text, is := value.Value().(string)
		if !is {
			return "", trouble(n.Member("value"), "only texts are looked for in a list here")
		}
		asked, err := t.ask(n, name, fact.Texts)
		if err != nil {
			return "", err
		}
		return foreigncards.Quote(text) + " in " + asked, nil
	}
	sign, is := compared[operator]
	if !is {
		return "", trouble(n.Member("operator"), "the operator %q is none of json-rules-engine's own, or is decorated", operator)
	}
	number, is := numberOf(value.Value())
	if !is {
		if other := t.otherFact(value); other != "" {
			return t.both(n, name, other, sign, fact.Number)
		}
		return "", trouble(n.Member("value"), "%s compares numbers", operator)
	}
	asked, err := t.ask(n, name, fact.Number)
	if err != nil {
		return "", err
	}
	return asked + " " + sign + " " + foreigncards.Number(number), nil
}

// numberOf is a value as JavaScript compares it with a number.
func numberOf(value any) (float64, bool) {
	if text, is := value.(string); is {
		n, err := strconv.ParseFloat(strings.TrimSpace(text), 64)
		return n, err == nil && n == n && n-n == 0
	}
	return foreigncards.AsNumber(value)
}

// otherFact is the name of a fact that a value is read from; empty where it is a value.
func (t *translator) otherFact(value *foreign.Place) string {
	if value.Kind() != yamldoc.Names || !value.Member("fact").There() {
		return ""
	}
	return value.Member("fact").Text()
}

func (t *translator) both(n *foreign.Place, one, other, sign string, of fact.Type) (string, *problem) {
	a, err := t.ask(n, one, of)
	if err != nil {
		return "", err
	}
	b, err := t.ask(n, other, of)
	if err != nil {
		return "", err
	}
	return a + " " + sign + " " + b, nil
}

func (t *translator) equal(n *foreign.Place, name string, value *foreign.Place) (string, *problem) {
	switch v := value.Value().(type) {
	case bool:
		asked, err := t.ask(n, name, fact.Truth)
		if err != nil {
			return "", err
		}
		if !v {
			return "!" + asked, nil
		}
		return asked, nil
	case string:
		asked, err := t.ask(n, name, fact.Text)
		if err != nil {
			return "", err
		}
		return asked + " == " + foreigncards.Quote(v), nil
	case nil:
		return "", trouble(n.Member("value"), "a fact that is not known makes a condition unknown here, and is not compared with")
	}
	if number, is := foreigncards.AsNumber(value.Value()); is {
		asked, err := t.ask(n, name, fact.Number)
		if err != nil {
			return "", err
		}
		return asked + " == " + foreigncards.Number(number), nil
	}
	if other := t.otherFact(value); other != "" {
		of := t.book.Type(name)
		if of == "" {
			of = t.book.Type(other)
		}
		if of == "" {
			return "", trouble(n.Member("value"), "nothing says of which type the two facts are")
		}
		return t.both(n, name, other, "==", of)
	}
	return "", trouble(n.Member("value"), "lists and objects are equal to nothing but themselves in JavaScript")
}

// among finds the fact in a list, by value and type; in a text it is looked for as a part of it.
func (t *translator) among(n *foreign.Place, name string, value *foreign.Place) (string, *problem) {
	if text, is := value.Value().(string); is {
		asked, err := t.ask(n, name, fact.Text)
		if err != nil {
			return "", err
		}
		return foreigncards.Quote(text) + ".contains(" + asked + ")", nil
	}
	if value.Kind() != yamldoc.List {
		return "", trouble(n.Member("value"), "must be a list to find the fact in")
	}
	var texts, numbers []string
	for _, one := range value.List() {
		switch v := one.Value().(type) {
		case string:
			texts = append(texts, foreigncards.Quote(v))
		default:
			number, is := foreigncards.AsNumber(v)
			if !is {
				return "", trouble(one, "only texts and numbers are found in a list here")
			}
			numbers = append(numbers, foreigncards.Number(number))
		}
	}
	of, list := fact.Text, texts
	switch {
	case len(texts) > 0 && len(numbers) > 0:
		return "", trouble(n.Member("value"), "the list has texts and numbers, and a fact is of one type here")
	case len(numbers) > 0:
		of, list = fact.Number, numbers
	case len(texts) == 0:
		return "false", nil
	}
	asked, err := t.ask(n, name, of)
	if err != nil {
		return "", err
	}
	return asked + " in [" + strings.Join(list, ", ") + "]", nil
}

// ask is the fact as a condition names it.
func (t *translator) ask(n *foreign.Place, name string, of fact.Type) (string, *problem) {
	if ours := t.ours(name); ours != "" {
		if of != fact.Truth {
			return "", trouble(n.Member("fact"), "is true or false here")
		}
		return ours, nil
	}
	asked, err := t.book.Ask(name, of, fmt.Sprintf("The fact %s of Tech Insights, which its check %s asks.", name, t.check))
	if err != nil {
		return "", trouble(n.Member("fact"), "%s", err)
	}
	return asked, nil
}

// written is a rule as JSON.
func written(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprint(v)
	}
	return string(text)
}
