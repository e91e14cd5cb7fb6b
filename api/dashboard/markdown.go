package dashboard

import (
	"bytes"
	"fmt"
	"html/template"
	"strings"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	extast "github.com/yuin/goldmark/extension/ast"
	"github.com/yuin/goldmark/renderer"
	"github.com/yuin/goldmark/renderer/html"
	gmtext "github.com/yuin/goldmark/text"
	"github.com/yuin/goldmark/util"
)

// markdown renders GitHub-flavoured Markdown. Raw HTML and addresses that run
// something are left out by goldmark, and pictures become links, because pages
// ask nothing of anybody else.
var markdown = goldmark.New(
	goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList, extension.NewLinkify()),
	goldmark.WithRendererOptions(
		html.WithHardWraps(),
		renderer.WithNodeRenderers(util.Prioritized(pictures{}, 100), util.Prioritized(tasks{}, 100)),
	),
)

func rendered(source string) (template.HTML, error) {
	text := []byte(source)
	doc := markdown.Parser().Parse(gmtext.NewReader(text))
	lowerHeadings(doc)
	var b bytes.Buffer
	if err := markdown.Renderer().Render(&b, text, doc); err != nil {
		return "", fmt.Errorf("render Markdown: %w", err)
	}
	// goldmark escapes text and attributes, and was not told to let HTML through.
	return template.HTML(b.String()), nil
}

// renderedTitle renders a title as GitHub does: code spans, and nothing else.
func renderedTitle(title string) template.HTML {
	var b strings.Builder
	for i, part := range codeSpans(title) {
		escaped := template.HTMLEscapeString(part)
		if i%2 == 1 {
			escaped = "<code>" + escaped + "</code>"
		}
		b.WriteString(escaped)
	}
	return template.HTML(b.String()) // escaped above
}

// plainTitle is a title without the marks of code spans.
func plainTitle(title string) string { return strings.Join(codeSpans(title), "") }

// codeSpans cuts text into what is outside and inside of code spans, in turn: a
// run of backticks opens one, which the next run of the same length closes.
func codeSpans(text string) []string {
	out := []string{""}
	for text != "" {
		run := len(text) - len(strings.TrimLeft(text, "`"))
		if run == 0 {
			i := strings.IndexByte(text, '`')
			if i < 0 {
				i = len(text)
			}
			out[len(out)-1] += text[:i]
			text = text[i:]
			continue
		}
		inside, after, closed := closing(text[run:], run)
		if !closed {
			out[len(out)-1] += text[:run]
			text = text[run:]
			continue
		}
		if trimmed := strings.TrimSpace(inside); trimmed != "" && strings.HasPrefix(inside, " ") && strings.HasSuffix(inside, " ") {
			inside = inside[1 : len(inside)-1]
		}
		out = append(out, inside, "")
		text = after
	}
	return out
}

// closing finds the run of exactly so many backticks.
func closing(text string, run int) (inside, after string, found bool) {
	for i := 0; i < len(text); {
		if text[i] != '`' {
			i++
			continue
		}
		length := len(text[i:]) - len(strings.TrimLeft(text[i:], "`"))
		if length == run {
			return text[:i], text[i+length:], true
		}
		i += length
	}
	return "", "", false
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
