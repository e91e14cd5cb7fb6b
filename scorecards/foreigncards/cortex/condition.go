package cortex

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/scorecards/foreigncards"
)

// translator writes expressions as conditions.
type translator struct {
	book *foreigncards.Book
	rule string
}

// condition is an expression of CQL as a condition; the error says why it is none.
func (t translator) condition(expression string) (string, error) {
	tree, err := parse(expression)
	if err != nil {
		return "", err
	}
	t.learn(tree)
	return t.truth(tree)
}

func (t translator) truth(n node) (string, error) {
	switch n.op {
	case "and", "or":
		var parts []string
		for _, of := range n.of {
			part, err := t.truth(of)
			if err != nil {
				return "", err
			}
			parts = append(parts, part)
		}
		return "(" + strings.Join(parts, map[string]string{"and": " && ", "or": " || "}[n.op]) + ")", nil
	case "not":
		inner, err := t.truth(n.of[0])
		return "!(" + inner + ")", err
	case "":
		return t.bare(n)
	}
	left, right, op := n.of[0], n.of[1], n.op
	if left.literal != nil {
		left, right, op = right, left, flipped(op)
	}
	if left.literal != nil || right.literal == nil {
		return "", fmt.Errorf("only what is asked is compared with a text, a number, true, false or null here")
	}
	if left.op != "" {
		return "", fmt.Errorf("an outcome is compared with nothing here")
	}
	return t.compared(left.asked, op, *right.literal)
}

func flipped(op string) string {
	if other, is := map[string]string{"<": ">", ">": "<", "<=": ">=", ">=": "<="}[op]; is {
		return other
	}
	return op
}

// bare is what is asked without a comparison.
func (t translator) bare(n node) (string, error) {
	if n.literal != nil {
		if n.literal.kind == word && n.literal.text != "null" {
			return n.literal.text, nil
		}
		return "", fmt.Errorf("a condition is true or false")
	}
	if name, is := customName(n.asked); is {
		return t.book.Ask(name, fact.Truth, t.doc(name))
	}
	return "", fmt.Errorf("%s is nothing that is true or false here", written(n.asked))
}

// presence are what Cortex has of an entity of which Evenkeel knows whether it is there: by how it is asked,
// and the condition.
var presence = map[string]string{
	"ownership":              `team != ""`,
	"ownership.teams()":      `team != ""`,
	"ownership.allOwners()":  `team != ""`,
	"git":                    "hasRepository",
	"description":            "hasDescription",
	"entity.description()":   "hasDescription",
	"oncall":                 "hasOnCall",
	`links("runbook")`:       "hasRunbook",
	`links("documentation")`: "hasDocs",
	`links("dashboard")`:     "hasDashboard",
}

// counted are those of which Evenkeel knows how many there are.
var counted = map[string]string{
	"slos": "slos", "slos()": "slos", "dependencies.out()": "dependencies",
}

func (t translator) compared(asked []step, op string, with token) (string, error) {
	if name, is := customName(asked); is {
		return t.custom(name, op, with)
	}
	whole, last := asked, asked[len(asked)-1]
	if (last.name == "length" || last.name == "count") && len(last.args) == 0 && len(asked) > 1 {
		rest := asked[:len(asked)-1]
		if with.kind != number {
			return "", fmt.Errorf("a number of things is compared with a number")
		}
		n, err := strconv.ParseFloat(with.text, 64)
		if err != nil {
			return "", err
		}
		if is := counted[written(rest)]; is != "" {
			return is + " " + op + " " + foreigncards.Number(n), nil
		}
		if is := presence[written(rest)]; is != "" {
			return whether(is, op, n, written(rest))
		}
		if days, is := lookback(rest); is {
			within, err := whether(fmt.Sprintf("lastChangeAge <= %s", foreigncards.Number(days)), op, n, written(rest))
			return within, err
		}
		whole = rest
	}
	name := written(whole)
	is, there := presence[name]
	if n := counted[name]; n != "" {
		is, there = n+" > 0.0", true
	}
	none := with == (token{word, "null"}) || with == (token{text, ""})
	switch {
	case there && none && op == "!=":
		return is, nil
	case there && none && op == "==":
		return "!(" + is + ")", nil
	case name == "entity.type()" && with.kind == text && op == "==":
		return strconv.FormatBool(with.text == "service"), nil
	case name == "entity.type()" && with.kind == text && op == "!=":
		return strconv.FormatBool(with.text != "service"), nil
	}
	return "", fmt.Errorf("%s is nothing that conditions ask of services here", name)
}

// whether is a comparison of how many there are of what is only known to be there or not.
func whether(is, op string, n float64, name string) (string, error) {
	switch {
	case op == ">" && n == 0, op == ">=" && n == 1, op == "!=" && n == 0:
		return is, nil
	case op == "==" && n == 0, op == "<" && n == 1, op == "<=" && n == 0:
		return "!(" + is + ")", nil
	}
	return "", fmt.Errorf("of %s is only known here whether there is one", name)
}

var days = regexp.MustCompile(`^P([0-9]{1,3})D$`)

// lookback is over how many days deploys(lookback=duration("P7D")) looks.
func lookback(asked []step) (float64, bool) {
	if len(asked) != 1 || asked[0].name != "deploys" || len(asked[0].args) != 1 || asked[0].args[0].name != "lookback" {
		return 0, false
	}
	of := asked[0].args[0].of.asked
	if len(of) != 1 || of[0].name != "duration" || len(of[0].args) != 1 || of[0].args[0].of.literal == nil {
		return 0, false
	}
	found := days.FindStringSubmatch(of[0].args[0].of.literal.text)
	if found == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(found[1], 64)
	return n, err == nil && n <= 400 // as far back as the fact is known
}

// jqPath is the plainest of what jq asks of custom data.
var jqPath = regexp.MustCompile(`^\.(?:([A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*))?(?: *\| *tonumber)?$`)

// customName is the name of the custom data that is asked: custom("cost").total is cost.total.
func customName(asked []step) (string, bool) {
	if len(asked) == 1 && asked[0].name == "jq" && len(asked[0].args) == 2 && asked[0].args[1].of.literal != nil {
		inner, is := customName(asked[0].args[0].of.asked)
		path := jqPath.FindStringSubmatch(asked[0].args[1].of.literal.text)
		if !is || path == nil {
			return "", false
		}
		return strings.TrimSuffix(inner+"."+path[1], "."), true
	}
	if len(asked) == 0 || asked[0].name != "custom" || len(asked[0].args) != 1 || asked[0].args[0].of.literal == nil || asked[0].args[0].of.literal.kind != text {
		return "", false
	}
	name := asked[0].args[0].of.literal.text
	for _, s := range asked[1:] {
		if s.called || s.name == "length" || s.name == "count" {
			return "", false
		}
		name += "." + s.name
	}
	return name, name != ""
}

// learn asks custom data by the comparisons that tell of which type they are, before those with null, which
// do not.
func (t translator) learn(n node) {
	for _, of := range n.of {
		t.learn(of)
	}
	if len(n.of) != 2 || !slices.Contains(comparisons, n.op) {
		return
	}
	asked, with := n.of[0], n.of[1]
	if asked.literal != nil {
		asked, with = with, asked
	}
	if name, is := customName(asked.asked); is && with.literal != nil {
		if of := typeOf(*with.literal); of != "" && t.book.Type(name) == "" {
			_, _ = t.book.Ask(name, of, t.doc(name)) // what is asked first is of any type
		}
	}
}

// typeOf is that of a fact which is compared with it; empty of null.
func typeOf(with token) fact.Type {
	switch {
	case with.kind == number:
		return fact.Number
	case with.kind == text:
		return fact.Text
	case with.text == "null":
		return ""
	}
	return fact.Truth
}

func (t translator) doc(name string) string {
	return fmt.Sprintf("The custom data %s of Cortex, which its rule %q asks.", name, t.rule)
}

// custom compares custom data. What is not given is unknown, and no comparison with null tells so.
func (t translator) custom(name, op string, with token) (string, error) {
	of := typeOf(with)
	if of == "" {
		if op != "!=" {
			return "", fmt.Errorf("that %s is not there cannot be asked: what nobody gives is unknown", name)
		}
		if of = t.book.Type(name); of == "" {
			of = fact.Text
		}
	}
	asked, err := t.book.Ask(name, of, t.doc(name))
	if err != nil {
		return "", err
	}
	switch {
	case with.text == "null" && with.kind == word && of == fact.Text:
		return asked + ` != ""`, nil
	case with.text == "null" && with.kind == word:
		return asked + " == " + asked, nil // it holds of every value, and is unknown without one
	case of == fact.Number:
		n, err := strconv.ParseFloat(with.text, 64)
		if err != nil {
			return "", err
		}
		return asked + " " + op + " " + foreigncards.Number(n), nil
	case op != "==" && op != "!=":
		return "", fmt.Errorf("only numbers are compared by %s here", op)
	case of == fact.Text:
		return asked + " " + op + " " + foreigncards.Quote(with.text), nil
	case (with.text == "true") == (op == "=="):
		return asked, nil
	}
	return "!" + asked, nil
}

// written is what is asked, in one spelling.
func written(asked []step) string {
	var b strings.Builder
	for i, s := range asked {
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
		if !s.called {
			continue
		}
		b.WriteByte('(')
		for i, a := range s.args {
			if i > 0 {
				b.WriteString(", ")
			}
			if a.name != "" {
				b.WriteString(a.name + "=")
			}
			switch of := a.of; {
			case of.op != "":
				b.WriteString("…")
			case of.literal != nil && of.literal.kind == text:
				b.WriteString(strconv.Quote(of.literal.text))
			case of.literal != nil:
				b.WriteString(of.literal.text)
			default:
				b.WriteString(written(of.asked))
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}
