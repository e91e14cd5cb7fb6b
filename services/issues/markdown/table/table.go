// Package table reads tables of GitHub-flavoured Markdown, no larger than people write them.
package table

import (
	"bytes"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// MaxCells is how many cells the tables of a text have together, those included that are missing
// in short rows. No table that people write has so many.
const MaxCells = 50_000

// Bounded reads tables of GitHub-flavoured Markdown, as extension.Table does, but leaves those as
// text with which there would be more than MaxCells. Each row gets as many cells as the header has,
// though it holds a letter: a text of 100 kB would stand for hundreds of millions of them.
var Bounded goldmark.Extender = tables{}

type tables struct{}

// Extend implements goldmark.Extender.
func (tables) Extend(m goldmark.Markdown) {
	extension.Table.Extend(m)
	// In front of that of tables, which is at 200.
	m.Parser().AddOptions(parser.WithParagraphTransformers(util.Prioritized(cellar{}, 199)))
}

var cellsKey = parser.NewContextKey()

// cellar counts the cells that a paragraph would have as a table.
type cellar struct{}

// Transform implements parser.ParagraphTransformer.
func (cellar) Transform(node *ast.Paragraph, reader text.Reader, pc parser.Context) {
	lines := node.Lines()
	widest := 0
	for n := 1; n < lines.Len(); n++ {
		line := lines.At(n)
		if row := bytes.TrimSpace(line.Value(reader.Source())); len(row) > 0 && len(bytes.Trim(row, "|-: \t")) == 0 {
			widest = max(widest, bytes.Count(row, []byte("|"))+1)
		}
	}
	if widest == 0 {
		return
	}
	cells, _ := pc.Get(cellsKey).(int)
	if cells += widest * lines.Len(); cells <= MaxCells {
		pc.Set(cellsKey, cells)
		return
	}
	// What is no paragraph is no table either.
	block := ast.NewTextBlock()
	block.SetLines(lines)
	block.SetBlankPreviousLines(node.HasBlankPreviousLines())
	node.Parent().ReplaceChild(node.Parent(), node, block)
}
