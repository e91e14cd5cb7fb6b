package cortex

import (
	"fmt"
	"strings"
)

// node is a part of an expression: an operator with its operands, a literal, or what is asked.
type node struct {
	op      string // "and", "or", "not", or a comparison; empty of others
	of      []node
	literal *token // a text, a number, true, false or null
	asked   []step
}

// step is one of the names in a.b(c).d, with its arguments where it is called.
type step struct {
	name   string
	called bool
	args   []arg
}

// arg is an argument, perhaps with its name.
type arg struct {
	name string
	of   node
}

// maxDepth is how deep parts of an expression may be within one another.
const maxDepth = 50

type parser struct {
	tokens []token
	at     int
	depth  int
}

// parse reads an expression. The error says what of it is not read here.
func parse(expression string) (node, error) {
	all, err := tokens(expression)
	if err != nil {
		return node{}, err
	}
	p := &parser{tokens: all}
	out, err := p.or()
	if err != nil {
		return node{}, err
	}
	if t := p.peek(); t.kind != end {
		return node{}, fmt.Errorf("%q is not read here", t.text)
	}
	return out, nil
}

func (p *parser) peek() token { return p.tokens[p.at] }

func (p *parser) next() token {
	t := p.tokens[p.at]
	if t.kind != end {
		p.at++
	}
	return t
}

// is takes the next token where it is that sign, or one of the words in any case.
func (p *parser) is(wanted string, words ...string) bool {
	t := p.peek()
	found := t.kind == sign && t.text == wanted
	for _, w := range words {
		found = found || t.kind == word && strings.EqualFold(t.text, w)
	}
	if found {
		p.at++
	}
	return found
}

func (p *parser) or() (node, error)  { return p.joined("or", "||", p.and) }
func (p *parser) and() (node, error) { return p.joined("and", "&&", p.not) }

func (p *parser) joined(op, by string, each func() (node, error)) (node, error) {
	if p.depth++; p.depth > maxDepth {
		return node{}, fmt.Errorf("its parts are more than %d deep within one another", maxDepth)
	}
	defer func() { p.depth-- }()
	first, err := each()
	out := node{op: op, of: []node{first}}
	for err == nil && p.is(by, op) {
		var more node
		more, err = each()
		out.of = append(out.of, more)
	}
	if len(out.of) == 1 {
		return first, err
	}
	return out, err
}

func (p *parser) not() (node, error) {
	negated := 0
	for p.is("!", "not") {
		negated++
	}
	out, err := p.comparison()
	if negated%2 == 1 {
		out = node{op: "not", of: []node{out}}
	}
	return out, err
}

var comparisons = []string{"==", "!=", ">=", "<=", ">", "<"}

func (p *parser) comparison() (node, error) {
	left, err := p.operand()
	if err != nil {
		return left, err
	}
	for _, op := range comparisons {
		if p.is(op) {
			right, err := p.operand()
			return node{op: op, of: []node{left, right}}, err
		}
	}
	return left, nil
}

func (p *parser) operand() (node, error) {
	if p.is("(") {
		out, err := p.or()
		if err == nil && !p.is(")") {
			err = fmt.Errorf("a parenthesis has no end, or something is in it that is not read here")
		}
		if err == nil && p.is(".") {
			err = fmt.Errorf("what is in parentheses is not asked further here")
		}
		return out, err
	}
	negative := p.is("-")
	t := p.next()
	switch {
	case t.kind == number:
		if negative {
			t.text = "-" + t.text
		}
		return node{literal: &t}, nil
	case negative:
		return node{}, fmt.Errorf("arithmetic is not read here")
	case t.kind == text:
		return node{literal: &t}, nil
	case t.kind == word && (t.text == "true" || t.text == "false" || t.text == "null"):
		return node{literal: &t}, nil
	case t.kind == word:
		return p.path(t.text)
	case t.kind == end:
		return node{}, fmt.Errorf("it ends too early")
	}
	return node{}, fmt.Errorf("%q is not read here", t.text)
}

func (p *parser) path(name string) (node, error) {
	out := node{}
	for {
		s := step{name: name}
		if p.is("(") {
			s.called = true
			for !p.is(")") {
				if len(s.args) > 0 && !p.is(",") {
					return node{}, fmt.Errorf("the arguments of %s are not read here", name)
				}
				a, err := p.arg()
				if err != nil {
					return node{}, err
				}
				s.args = append(s.args, a)
			}
		}
		out.asked = append(out.asked, s)
		if !p.is(".") {
			return out, nil
		}
		t := p.next()
		if t.kind != word {
			return node{}, fmt.Errorf("a name has to come after a point")
		}
		name = t.text
	}
}

func (p *parser) arg() (arg, error) {
	var a arg
	if t := p.peek(); t.kind == word && p.at+1 < len(p.tokens) && p.tokens[p.at+1] == (token{sign, "="}) {
		a.name, p.at = t.text, p.at+2
	}
	var err error
	a.of, err = p.or()
	return a, err
}
