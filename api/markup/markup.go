// Package markup renders Markdown that people typed as HTML that does nothing but show it: for
// pages, and for whoever reads HTML from the API. It is the only place that does.
package markup

import (
	"bytes"
	"fmt"
	"html/template"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"

	"github.com/evenkeel/evenkeel/services/issues/markdown/nesting"
	"github.com/evenkeel/evenkeel/services/issues/markdown/table"
)

// markdown renders GitHub-flavoured Markdown. Raw HTML and addresses that run
// something are left out by goldmark, and pictures become links, because pages
// ask nothing of anybody else.
var markdown = goldmark.New(
	goldmark.WithExtensions(nesting.Bounded, table.Bounded, extension.Strikethrough, extension.TaskList, extension.NewLinkify()),
	goldmark.WithRendererOptions(
		html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(pictures{}, 100), util.Prioritized(tasks{}, 100), util.Prioritized(marks{}, 100)),
	),
)

// HTML renders the Markdown, with its highest headings at the second level, and marks where it is
// said.
func HTML(source string, marks ...Mark) (template.HTML, error) {
	text := []byte(source)
	doc := markdown.Parser().Parse(gmtext.NewReader(text))
	lowerHeadings(doc)
	highlight(doc, marks)
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, text, doc); err != nil {
		return "", fmt.Errorf("render Markdown: %w", err)
	}
	// goldmark escapes text and attributes, and was not told to let HTML through.
	return template.HTML(b.String()), nil
}

// lowerHeadings puts the highest headings below the page's own, which is the
// only one of the first level.
func lowerHeadings(doc ast.Node) {
	var headings []*ast.Heading
	highest := 6
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker returns no error
		if h, ok := n.(*ast.Heading); ok && entering {
			headings = append(headings, h)
			highest = min(highest, h.Level)
		}
		return ast.WalkContinue, nil
	})
	level := 1
	for _, h := range headings {
		h.Level = min(h.Level-highest+2, level+1, 6)
		level = h.Level
	}
}

// pictures renders an image as a link to it.
type pictures struct{}

func (pictures) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(ast.KindImage, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		image := node.(*ast.Image)
		if html.IsDangerousURL(image.Destination) {
			return ast.WalkContinue, nil
		}
		if !entering {
			_, _ = w.WriteString("</a>")
			return ast.WalkContinue, nil
		}
		_, _ = w.WriteString(`<a href="`)
		_, _ = w.Write(util.EscapeHTML(util.URLEscape(image.Destination, true)))
		_, _ = w.WriteString(`">`)
		return ast.WalkContinue, nil
	})
}

// tasks renders the box of a task list with a name: whoever does not see it is
// told what it is, and by its state whether the task is done.
type tasks struct{}

func (tasks) RegisterFuncs(r renderer.NodeRendererFuncRegisterer) {
	r.Register(extast.KindTaskCheckBox, func(w util.BufWriter, _ []byte, node ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		checked := ""
		if node.(*extast.TaskCheckBox).IsChecked {
			checked = ` checked=""`
		}
		_, _ = w.WriteString(`<input type="checkbox" disabled="" aria-label="Task"` + checked + `> `)
		return ast.WalkContinue, nil
	})
}
