// Package nesting reads Markdown whose parts are within each other no deeper than people write it.
package nesting

import (
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// The bounds. What is beyond them is text, with its marks as they were typed.
const (
	// MaxDepth is how many quotes, lists and their items are within each other.
	MaxDepth = 60
	// MaxMarks is how many characters that may begin or end emphasis, links, code and HTML are looked
	// at in one paragraph, heading, item or cell. What each means depends on all before it, so that
	// 100 kB of them took minutes.
	MaxMarks = 500
)

// Bounded keeps a Markdown within the bounds.
var Bounded goldmark.Extender = bounded{}

type bounded struct{}

// Extend implements goldmark.Extender.
func (bounded) Extend(m goldmark.Markdown) { Bound(m.Parser()) }

// Bound keeps a parser within the bounds. Both of what it adds go before all others.
func Bound(p parser.Parser) {
	p.AddOptions(
		parser.WithBlockParsers(util.Prioritized(blocks{}, 1)),
		parser.WithInlineParsers(util.Prioritized(marks{}, 1)),
	)
}

// blocks takes a line that would begin another block too deep as a paragraph.
type blocks struct{}

// Trigger implements parser.BlockParser: with these begin quotes and items of lists.
func (blocks) Trigger() []byte { return []byte(">-+*0123456789") }

// Open implements parser.BlockParser.
func (blocks) Open(parent ast.Node, reader text.Reader, _ parser.Context) (ast.Node, parser.State) {
	depth := 0
	for n := parent; n != nil; n = n.Parent() {
		depth++
	}
	if depth <= MaxDepth {
		return nil, parser.NoChildren
	}
	_, line := reader.PeekLine()
	if line = line.TrimLeftSpace(reader.Source()); line.IsEmpty() {
		return nil, parser.NoChildren
	}
	p := ast.NewParagraph()
	p.Lines().Append(line)
	reader.AdvanceToEOL()
	return p, parser.NoChildren
}

// Continue implements parser.BlockParser.
func (blocks) Continue(ast.Node, text.Reader, parser.Context) parser.State { return parser.Close }

// Close implements parser.BlockParser.
func (blocks) Close(ast.Node, text.Reader, parser.Context) {}

// CanInterruptParagraph implements parser.BlockParser.
func (blocks) CanInterruptParagraph() bool { return true }

// CanAcceptIndentedLine implements parser.BlockParser.
func (blocks) CanAcceptIndentedLine() bool { return false }

var marksKey = parser.NewContextKey()

// counted is how many marks there were in a block.
type counted struct {
	in ast.Node
	n  int
}

// marks takes a mark beyond those that are looked at as text.
type marks struct{}

// Trigger implements parser.InlineParser.
func (marks) Trigger() []byte { return []byte("[]!*_~`<") }

// Parse implements parser.InlineParser.
func (marks) Parse(parent ast.Node, block text.Reader, pc parser.Context) ast.Node {
	c, _ := pc.Get(marksKey).(*counted)
	if c == nil {
		c = &counted{}
		pc.Set(marksKey, c)
	}
	if c.in != parent {
		*c = counted{in: parent}
	}
	if c.n++; c.n <= MaxMarks {
		return nil
	}
	_, rest := block.PeekLine()
	block.Advance(1)
	return ast.NewTextSegment(rest.WithStop(rest.Start + 1))
}
