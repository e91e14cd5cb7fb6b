package given

import (
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/id"
	"github.com/evenkeel/evenkeel/services/access"
	"github.com/evenkeel/evenkeel/services/expr"
)

// Way is how a fact is given.
type Way string

// The ways.
const (
	ByPush        Way = "pushed"   // by a program, or a member of the team
	ByAttestation Way = "attested" // by a person, with evidence
)

// Ways lists every way.
var Ways = []Way{ByPush, ByAttestation}

// By is who tells given facts, in their declarations.
const By = "given"

// Declaration says that there is a fact that can be given.
type Declaration struct {
	ID   id.ID // empty of what is built in
	Name string
	Terms
	// BuiltIn ones come with the program, and nobody changes them.
	BuiltIn bool

	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	UpdatedBy string
	Version   int64
}

// Terms are what is declared of a fact.
type Terms struct {
	Type fact.Type
	Doc  string
	Unit string // of numbers; may be empty
	// Values are all texts that it can be, or all names that numbers can have; none where they
	// can be any.
	Values           []string
	Pushed, Attested bool
	// LongestDays is for how many days what is given holds at most.
	LongestDays int
}

// The bounds of a declaration, in characters where nothing else is said.
const (
	minName, maxName = 3, 60
	maxDoc           = 500
	maxUnit          = 40
	maxValues        = 50
	maxValue         = 100
	mostDays         = 730
	// DefaultDays is how long what is given holds at most, where nothing else is declared.
	DefaultDays = 180
	// maxDeclared is how many facts administrators may declare.
	maxDeclared = 200
)

// Types lists every type that a given fact can have.
var Types = []fact.Type{fact.Number, fact.Text, fact.Truth, fact.Numbers, fact.Texts, fact.Age}

// longest is how long what is given holds at most.
func (t Terms) longest() time.Duration { return time.Duration(t.LongestDays) * 24 * time.Hour }

// Takes reports whether it may be given so.
func (t Terms) Takes(w Way) bool { return w == ByPush && t.Pushed || w == ByAttestation && t.Attested }

// Ways are those in which it may be given.
func (t Terms) Ways() []Way {
	return slices.DeleteFunc(slices.Clone(Ways), func(w Way) bool { return !t.Takes(w) })
}

// fact is it as conditions know it.
func (d Declaration) fact() fact.Declaration {
	doc := d.Doc
	if d.Unit != "" {
		doc += " In " + d.Unit + "."
	}
	return fact.Declaration{Name: d.Name, Type: d.Type, Doc: doc, Values: d.Values, By: By}
}

// settled are the terms as they are kept.
func (t Terms) settled() Terms {
	t.Doc = strings.TrimSpace(t.Doc)
	if t.LongestDays == 0 {
		t.LongestDays = DefaultDays
	}
	if t.Values == nil {
		t.Values = []string{}
	}
	return t
}

var camelCase = regexp.MustCompile(`^[a-z][a-zA-Z0-9]*$`)

// checkName notes what is wrong with the name of a fact of the type.
func checkName(check *fault.Check, name string, of fact.Type) {
	n := utf8.RuneCountInString(name)
	switch {
	case n < minName || n > maxName:
		check.Fail("/name", name, "must have %d to %d characters, has %d", minName, maxName, n)
	case !camelCase.MatchString(name):
		check.Fail("/name", name, "must be in camel case: letters and digits, the first a small letter, such as lastPenetrationTest")
	case slices.Contains(Types, of) && !speakable(name, of):
		check.Fail("/name", name, "means something else in conditions: call it otherwise")
	}
}

// IsName reports whether a fact may be declared by the name.
func IsName(name string) bool {
	var check fault.Check
	checkName(&check, name, fact.Truth)
	return check.Err() == nil
}

// speakable reports whether a condition can name the fact. That is tried, so that no list of the
// language's own words has to be kept.
func speakable(name string, of fact.Type) bool {
	language, err := expr.New([]fact.Declaration{{Name: name, Type: of}})
	if err != nil {
		return false
	}
	c, err := language.Compile(name + " == " + name)
	return err == nil && slices.Equal(c.Reads(), []string{name})
}

func (t Terms) check(check *fault.Check) {
	check.Require(slices.Contains(Types, t.Type), "/type", string(t.Type), "must be one of %s", fault.Or(Types))
	n := utf8.RuneCountInString(t.Doc)
	if n < 1 || n > maxDoc {
		check.Fail("/doc", t.Doc, "must say in 1 to %d characters what it is, has %d", maxDoc, n)
	} else {
		access.CheckLine(check, "/doc", t.Doc, 1, maxDoc)
	}
	access.CheckLine(check, "/unit", t.Unit, 0, maxUnit)
	numeric := t.Type == fact.Number || t.Type == fact.Numbers
	check.Require(t.Unit == "" || numeric, "/unit", t.Unit, "must be left out: only numbers have a unit, and an age is in days")
	t.checkValues(check)
	check.Require(t.Pushed || t.Attested, "/ways", nil, "must have at least one of %s", fault.Or(Ways))
	check.Require(t.LongestDays >= 1 && t.LongestDays <= mostDays, "/longestDays", t.LongestDays, "must be 1 to %d days", mostDays)
}

func (t Terms) checkValues(check *fault.Check) {
	if len(t.Values) == 0 {
		return
	}
	if t.Type != fact.Text && t.Type != fact.Numbers {
		check.Fail("/values", nil, "must be left out: only a text is one of some values, and only numbers have names that are known before")
		return
	}
	if len(t.Values) > maxValues {
		check.Fail("/values", nil, "must be at most %d, are %d", maxValues, len(t.Values))
		return
	}
	for n, value := range t.Values {
		at := place("/values", n)
		access.CheckLine(check, at, value, 1, maxValue)
		check.Require(slices.Index(t.Values, value) == n, at, value, "is there twice")
	}
}

// record is what the audit log keeps of a declaration.
func (d Declaration) record() any {
	return struct {
		Name string
		Terms
	}{d.Name, d.Terms}
}

func (d Declaration) object() access.Object {
	return access.Object{Kind: access.KindFact, ID: d.ID, Label: d.Name}
}
