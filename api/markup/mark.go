package markup

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/renderer"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// Mark is a place of the Markdown that is shown marked: its bytes from From to To. The first part of
// it has the id "mark-N".
type Mark struct{ From, To, N int }

var kindMark = ast.NewNodeKind("Mark")

// marked is text that is shown marked.
type marked struct {
	ast.BaseInline
	n     int
	first bool // of the parts of its mark
}

func (*marked) Kind() ast.NodeKind { return kindMark }

func (m *marked) Dump(source []byte, level int) { ast.DumpHelper(m, source, level, nil, nil) }

// highlight puts the marks around the text of the document that they are about. Of marks that
// overlap the first is shown.
func highlight(doc ast.Node, of []Mark) {
	if len(of) == 0 {
		return
	}
	of = slices.Clone(of)
	slices.SortStableFunc(of, func(a, b Mark) int { return cmp.Compare(a.From, b.From) })
	var texts []*ast.Text
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if n.Kind() == ast.KindCodeSpan {
			return ast.WalkSkipChildren, nil // its renderer takes nothing but text
		}
		if text, is := n.(*ast.Text); is && entering {
			texts = append(texts, text)
		}
		return ast.WalkContinue, nil
	})
	seen := map[int]bool{}
	for _, text := range texts {
		split(text, of, seen)
	}
}

// split replaces a text by its parts, of which some are marked.
func split(text *ast.Text, of []Mark, seen map[int]bool) {
	segment := text.Segment
	at := segment.Start
	var parts []ast.Node
	var last *ast.Text
	add := func(to int) *ast.Text {
		last = ast.NewTextSegment(gmtext.NewSegment(at, to))
		last.SetRaw(text.IsRaw())
		at = to
		return last
	}
	for _, m := range of {
		from, to := max(m.From, at), min(m.To, segment.Stop)
		if from >= to {
			continue
		}
		if from > at {
			parts = append(parts, add(from))
		}
		one := &marked{n: m.N, first: !seen[m.N]}
		seen[m.N] = true
		one.AppendChild(one, add(to))
		parts = append(parts, one)
	}
	if len(parts) == 0 {
		return
	}
	if at < segment.Stop || text.SoftLineBreak() || text.HardLineBreak() {
		rest := add(segment.Stop) // a break at the end is not marked
		rest.SetSoftLineBreak(text.SoftLineBreak())
		rest.SetHardLineBreak(text.HardLineBreak())
		parts = append(parts, rest)
	}
	parent := text.Parent()
	for _, part := range parts {
		parent.InsertBefore(parent, text, part)
	}
	parent.RemoveChild(parent, text)
}

// marks renders what is marked.
type marks struct{}

func (marks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(kindMark, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		m := node.(*marked)
		switch {
		case !entering:
			_, _ = w.WriteString("</mark>")
		case m.first:
			_, _ = fmt.Fprintf(w, `<mark id="mark-%d">`, m.n)
		default:
			_, _ = w.WriteString("<mark>")
		}
		return ast.WalkContinue, nil
	})
}
