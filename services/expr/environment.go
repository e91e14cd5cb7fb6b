package expr

import (
	"fmt"
	"maps"
	"slices"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"

	"github.com/evenkeel/evenkeel/internal/fact"
)

// The bounds of a condition.
const (
	MaxText  = 2000 // characters
	maxNodes = 500
	// maxCost is in CEL's own unit, about one for each operation: a comparison of a fact
	// costs 2 to 4, one of each of the 1,000 names that a fact may have some thousands.
	maxCost = 50_000
	// Sizes that are assumed where a cost is estimated.
	mostNames, longestText = 1000, 300
)

// Environment is what conditions may name. It never changes, and is shared.
type Environment struct {
	declared  []fact.Declaration
	constants fact.Set
	supposed  bool // whether there are facts among them of which nobody knows the type
	env       *cel.Env
}

// Constant is a name with a value that is the same for whatever a condition is judged on.
type Constant struct {
	fact.Declaration
	Value any
}

// With returns the environment with constants too, which conditions name like facts.
func (e *Environment) With(constants ...Constant) (*Environment, error) {
	if len(constants) == 0 {
		return e, nil
	}
	out := &Environment{declared: slices.Clone(e.declared), constants: maps.Clone(e.constants), supposed: e.supposed}
	if out.constants == nil {
		out.constants = fact.Set{}
	}
	var options []cel.EnvOption
	for _, c := range constants {
		t, ok := celTypes[c.Type]
		if !ok || e.knows(c.Name) {
			return nil, fmt.Errorf("the constant %q is of the unknown type %q, or a fact", c.Name, c.Type)
		}
		options = append(options, cel.VariableWithDoc(c.Name, t, c.Doc))
		out.declared = append(out.declared, c.Declaration)
		out.constants[c.Name] = c.Value
	}
	env, err := e.env.Extend(options...)
	if err != nil {
		return nil, fmt.Errorf("declaring %d constants: %w", len(constants), err)
	}
	out.env = env
	return out, nil
}

// Supposing returns the environment with facts of these names too, of which nobody knows what they
// are: whatever a condition does with one is right. It is for whoever does not know all facts that
// there are, and nothing is judged on it.
func (e *Environment) Supposing(names ...string) (*Environment, error) {
	if len(names) == 0 {
		return e, nil
	}
	out := &Environment{declared: slices.Clone(e.declared), constants: e.constants, supposed: true}
	var options []cel.EnvOption
	for _, name := range names {
		if e.knows(name) {
			return nil, fmt.Errorf("the fact %q is not to be supposed: it is known", name)
		}
		options = append(options, cel.Variable(name, cel.DynType))
		out.declared = append(out.declared, fact.Declaration{Name: name})
	}
	env, err := e.env.Extend(options...)
	if err != nil {
		return nil, fmt.Errorf("supposing %d facts: %w", len(names), err)
	}
	out.env = env
	return out, nil
}

// New returns the environment of the facts.
func New(declared []fact.Declaration) (*Environment, error) {
	options := []cel.EnvOption{
		cel.OptionalTypes(),
		cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(4 * MaxText), // in bytes
		cel.ExpressionNodeLimit(maxNodes),
		cel.ASTValidators(cel.ValidateRegexLiterals(), cel.ValidateComprehensionNestingLimit(maxNesting)),
	}
	for _, d := range declared {
		t, ok := celTypes[d.Type]
		if !ok {
			return nil, fmt.Errorf("the fact %q is of the unknown type %q", d.Name, d.Type)
		}
		options = append(options, cel.VariableWithDoc(d.Name, t, d.Doc))
	}
	env, err := cel.NewEnv(options...)
	if err != nil {
		return nil, fmt.Errorf("declaring %d facts: %w", len(declared), err)
	}
	return &Environment{declared: declared, env: env}, nil
}

var celTypes = map[fact.Type]*cel.Type{
	fact.Number:  cel.DoubleType,
	fact.Text:    cel.StringType,
	fact.Truth:   cel.BoolType,
	fact.Numbers: cel.MapType(cel.StringType, cel.DoubleType),
	fact.Texts:   cel.MapType(cel.StringType, cel.StringType),
	fact.Age:     cel.DoubleType,
}

// Facts are those that may be named, as they were declared, and the constants.
func (e *Environment) Facts() []fact.Declaration { return e.declared }

// Compile checks a condition: what it names, its types, and what it may cost. Of one that
// is refused the error is an *Error with every problem and its place.
func (e *Environment) Compile(text string) (*Condition, error) {
	parsed, issues := e.env.Parse(text)
	if issues.Err() != nil {
		return nil, refused(issues)
	}
	if problems := e.unnamed(parsed.NativeRep()); len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	checked, issues := e.env.Check(parsed)
	if issues.Err() != nil {
		return nil, refused(issues)
	}
	if out := checked.OutputType(); !out.IsExactType(cel.BoolType) && !(e.supposed && out.IsExactType(cel.DynType)) {
		return nil, &Error{Problems: []Problem{{1, 1, fmt.Sprintf("a condition is true or false; this is %s", described(out))}}}
	}
	tree := checked.NativeRep()
	if problems := e.impossible(tree); len(problems) > 0 {
		return nil, &Error{Problems: problems}
	}
	estimate, err := e.env.EstimateCost(checked, sizes{})
	if err != nil {
		return nil, fmt.Errorf("estimating what a condition costs: %w", err)
	}
	if estimate.Max > maxCost {
		return nil, &Error{Problems: []Problem{{1, 1, fmt.Sprintf("it may take up to %d steps, more than %d: go through the names of a fact once, not in one another", estimate.Max, maxCost)}}}
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize, cel.OptPartialEval)}
	if larger, err := e.env.EstimateCost(checked, sizes{more: 1}); err != nil {
		return nil, fmt.Errorf("estimating what a condition costs: %w", err)
	} else if larger.Max > estimate.Max {
		// What it costs follows from its facts, which may be larger than was assumed. To count
		// while it is judged takes twice as long: of any other it is known beforehand.
		options = append(options, cel.CostLimit(2*maxCost))
	}
	if len(e.constants) > 0 {
		options = append(options, cel.Globals(map[string]any(e.constants)))
	}
	program, err := e.env.Program(checked, options...)
	if err != nil {
		return nil, fmt.Errorf("planning a condition: %w", err)
	}
	c := &Condition{text: text, program: program, reads: e.reads(tree)}
	for _, name := range c.reads {
		c.unknown = append(c.unknown, cel.AttributePattern(name))
	}
	return c, nil
}

// reads are the facts that the expression names, in the order of their declaration; constants
// are known, and not among them.
func (e *Environment) reads(tree *ast.AST) []string {
	named := map[string]bool{}
	ast.PreOrderVisit(tree.Expr(), ast.NewExprVisitor(func(x ast.Expr) {
		if x.Kind() == ast.IdentKind {
			named[x.AsIdent()] = true
		}
	}))
	var names []string
	for _, d := range e.declared {
		if _, constant := e.constants[d.Name]; named[d.Name] && !constant {
			names = append(names, d.Name)
		}
	}
	return names
}

func (e *Environment) fact(name string) (fact.Declaration, bool) {
	i := slices.IndexFunc(e.declared, func(d fact.Declaration) bool { return d.Name == name })
	if i < 0 {
		return fact.Declaration{}, false
	}
	return e.declared[i], true
}

func (e *Environment) knows(name string) bool {
	_, known := e.fact(name)
	return known
}

// sizes tells how large facts can be, and by how much more than is assumed.
type sizes struct{ more uint64 }

var _ cost.Estimator = sizes{}

// EstimateSize implements cost.Estimator.
func (s sizes) EstimateSize(of cost.AstNode) *cost.SizeEstimate {
	switch of.Type().Kind() {
	case types.MapKind, types.DynKind: // what is supposed may be the largest
		return &cost.SizeEstimate{Max: mostNames + s.more}
	case types.StringKind:
		return &cost.SizeEstimate{Max: longestText + s.more}
	}
	return nil
}

// EstimateCallCost implements cost.Estimator.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}
