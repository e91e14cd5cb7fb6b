package expr

import (
	"cmp"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/operators"
	"cel.dev/cel-go/common/types"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/hidden"
)

// Problem is why a condition is refused, at its place in the text.
type Problem struct {
	Line, Column int // from 1; columns are in characters
	Message      string
}

// Error is all that is wrong with a condition.
type Error struct {
	Problems []Problem // at least one
}

// Error tells each problem with its line and column.
func (e *Error) Error() string {
	texts := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		texts[i] = fmt.Sprintf("line %d, column %d: %s", p.Line, p.Column, p.Message)
	}
	return strings.Join(texts, "; ")
}

// refused are the problems that CEL itself found.
func refused(issues *cel.Issues) error {
	e := &Error{}
	for _, found := range issues.Errors() {
		said := plain(seen(found.Message))
		if slices.ContainsFunc(e.Problems, func(p Problem) bool { return said == nested && p.Message == said }) {
			continue // it is said of each that is within another, and the outermost is the one to mend
		}
		e.Problems = append(e.Problems, Problem{max(found.Location.Line(), 1), max(found.Location.Column(), 0) + 1, said})
	}
	return e
}

// maxNesting is how deep conditions over the names of facts may be within one another.
const maxNesting = 2

var nested = fmt.Sprintf("all, exists, filter and map may be within one another at most %d deep: it could take too long", maxNesting)

// mismatched is how CEL says that an operator or function does not take such values.
var mismatched = regexp.MustCompile(`^found no matching overload for '(.+)' applied to '(.*)'$`)

// inWords are the types of facts, as CEL calls them.
var inWords = strings.NewReplacer("map(string, double)", "numbers by name", "map(string, string)", "texts by name", "double", "a number", "int", "a number", "string", "a text", "bool", "true or false")

// plain is a message of CEL, in words for somebody who does not know its types and functions.
func plain(message string) string {
	if message == "comprehension exceeds nesting limit" {
		return nested
	}
	found := mismatched.FindStringSubmatch(message)
	if found == nil {
		return message
	}
	types := inWords.Replace(strings.TrimSuffix(strings.TrimPrefix(found[2], "("), ")"))
	if symbol, operator := operators.FindReverseBinaryOperator(found[1]); operator {
		return fmt.Sprintf("%q cannot be between these: %s. Both sides have to be of one type that it is for", symbol, types)
	}
	return fmt.Sprintf("%q cannot be used with: %s", found[1], types)
}

// seen is a message of CEL, which repeats what was typed, with what cannot be seen escaped.
func seen(message string) string {
	var b strings.Builder
	for _, r := range message {
		if hidden.Rune(r) {
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// at is where an expression stands.
func at(tree *ast.AST, x ast.Expr, format string, args ...any) Problem {
	place := tree.SourceInfo().GetStartLocation(x.ID())
	return Problem{max(place.Line(), 1), max(place.Column(), 0) + 1, fmt.Sprintf(format, args...)}
}

// Unnamed is a name in a condition of which there is no fact, at its place.
type Unnamed struct {
	Line, Column int // from 1; columns are in characters
	Name         string
}

// Unnamed are the names in a condition of which there is no fact, in their order; none of a text that
// is no expression, of which Compile tells why.
func (e *Environment) Unnamed(text string) []Unnamed {
	parsed, issues := e.env.Parse(text)
	if issues.Err() != nil {
		return nil
	}
	tree := parsed.NativeRep()
	bound, _ := e.bound(tree)
	return e.strange(tree, bound)
}

// unnamed tells of the names of which there is no fact.
func (e *Environment) unnamed(tree *ast.AST) []Problem {
	bound, problems := e.bound(tree)
	for _, n := range e.strange(tree, bound) {
		problems = append(problems, Problem{n.Line, n.Column, fmt.Sprintf("there is no fact %q; there are %s", n.Name, e.names())})
	}
	return problems
}

// bound are the names that macros bind, in any part of the condition, and those of them that are facts.
func (e *Environment) bound(tree *ast.AST) (map[string]bool, []Problem) {
	var problems []Problem
	bound := map[string]bool{}
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() != ast.ComprehensionKind {
			return
		}
		c := x.AsComprehension()
		for _, name := range []string{c.IterVar(), c.IterVar2(), c.AccuVar()} {
			if bound[name] = true; e.knows(name) {
				problems = append(problems, at(tree, x, "%q is a fact: call what goes through the names by another name", name))
			}
		}
	}))
	return bound, problems
}

// strange are the names that nothing binds and of which there is no fact.
func (e *Environment) strange(tree *ast.AST, bound map[string]bool) []Unnamed {
	var out []Unnamed
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.IdentKind && !bound[x.AsIdent()] && !e.knows(x.AsIdent()) {
			place := at(tree, x, "")
			out = append(out, Unnamed{place.Line, place.Column, x.AsIdent()})
		}
	}))
	return out
}

func (e *Environment) names() string {
	names := make([]string, len(e.declared))
	for i, d := range e.declared {
		names[i] = d.Name
	}
	return strings.Join(names, ", ")
}

// impossible are the values that facts are compared with and never have, names that they
// never know, and single names of facts that can know any: such a name can go again, and the
// condition would be unknown then instead of failing.
func (e *Environment) impossible(tree *ast.AST) []Problem {
	var problems []Problem
	single := func(of ast.Expr, place ast.Expr, name string) {
		if d, known := e.fact(identOf(of)); known && (d.Type == fact.Numbers || d.Type == fact.Texts) && len(d.Values) == 0 {
			none := "0.0"
			if d.Type == fact.Texts {
				none = `""`
			}
			problems = append(problems, at(tree, place, "%q may know no %q, and what depends on it would be unknown: write %s[?%q].orValue(%s)", d.Name, name, d.Name, name, none))
		}
	}
	refuse := func(of ast.Expr, names ...ast.Expr) {
		if of.Kind() != ast.IdentKind {
			return
		}
		d, known := e.fact(of.AsIdent())
		if !known || len(d.Values) == 0 {
			return
		}
		for _, x := range names {
			if text, ok := literal(x); ok && !slices.Contains(d.Values, text) {
				problems = append(problems, at(tree, x, "%q is never among what %q %s: %s", text, d.Name, has(d.Type), strings.Join(d.Values, ", ")))
			}
		}
	}
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.SelectKind {
			s := x.AsSelect()
			if !s.IsTestOnly() {
				single(s.Operand(), x, s.FieldName())
			}
			if d, known := e.fact(identOf(s.Operand())); known && len(d.Values) > 0 && !slices.Contains(d.Values, s.FieldName()) {
				problems = append(problems, at(tree, x, "%q is never among what %q %s: %s", s.FieldName(), d.Name, has(d.Type), strings.Join(d.Values, ", ")))
			}
			return
		}
		if x.Kind() != ast.CallKind {
			return
		}
		args := x.AsCall().Args()
		switch x.AsCall().FunctionName() {
		case operators.Equals, operators.NotEquals:
			refuse(args[0], args[1])
			refuse(args[1], args[0])
		case operators.Index:
			if text, ok := literal(args[1]); ok {
				single(args[0], args[1], text)
			}
			refuse(args[0], args[1])
		case operators.OptIndex:
			refuse(args[0], args[1])
		case operators.In:
			if refuse(args[1], args[0]); args[1].Kind() == ast.ListKind {
				refuse(args[0], args[1].AsList().Elements()...)
			}
		}
	}))
	slices.SortStableFunc(problems, func(a, b Problem) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return problems
}

// literal is the text that stands there.
func literal(x ast.Expr) (string, bool) {
	if x.Kind() != ast.LiteralKind {
		return "", false
	}
	text, ok := x.AsLiteral().(types.String)
	return string(text), ok
}

func identOf(x ast.Expr) string {
	if x.Kind() == ast.IdentKind {
		return x.AsIdent()
	}
	return ""
}

func has(t fact.Type) string {
	if t == fact.Numbers || t == fact.Texts {
		return "knows"
	}
	return "can be"
}

// described is a type in words.
func described(t *cel.Type) string {
	switch t.Kind() {
	case types.DoubleKind, types.IntKind, types.UintKind:
		return "a number: compare it with one"
	case types.StringKind:
		return "a text: compare it with one"
	}
	return "of the type " + cel.FormatCELType(t)
}
