package document

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aymanbagabas/go-udiff"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
	"golang.org/x/text/cases"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/issues/markdown/nesting"
)

// Template is what a postmortem begins as, and which of its sections have to be written before it is
// approved, by their names.
type Template struct {
	Markdown string
	Required []string
}

// Section is what stands under a heading of the second level, up to the next of the first or second.
type Section struct {
	Name string // the text of the heading, without marks
	Line int    // of the heading, from 1
	// From and To are the bytes of what stands under it: text[From:To].
	From, To int
}

// MaxText is the length of a text in bytes, and maxSections how many sections a template has.
const (
	MaxText     = 100_000
	maxSections = 40
)

var parser = goldmark.New(goldmark.WithExtensions(nesting.Bounded)).Parser()

// Sections are those of the text, in their order. What looks like a heading in code is none.
func Sections(markdown string) []Section {
	source := []byte(markdown)
	var out []Section
	end := func(at int) {
		if n := len(out); n > 0 && out[n-1].To < 0 {
			out[n-1].To = at
		}
	}
	for n := parser.Parse(text.NewReader(source)).FirstChild(); n != nil; n = n.NextSibling() {
		h, is := n.(*ast.Heading)
		if !is || h.Level > 2 || h.Lines().Len() == 0 {
			continue
		}
		first, last := h.Lines().At(0), h.Lines().At(h.Lines().Len()-1)
		start := strings.LastIndexByte(markdown[:first.Start], '\n') + 1
		if end(start); h.Level < 2 {
			continue
		}
		out = append(out, Section{Name: plain(h, source), Line: strings.Count(markdown[:start], "\n") + 1, From: past(h, markdown, last.Stop), To: -1})
	}
	end(len(markdown))
	return out
}

// past is where what stands under a heading begins: after its line, and that which underlines it.
func past(h *ast.Heading, markdown string, at int) int {
	line := func(at int) int {
		if i := strings.IndexByte(markdown[at:], '\n'); i >= 0 {
			return at + i + 1
		}
		return len(markdown)
	}
	first := h.Lines().At(0)
	hashes := strings.HasPrefix(strings.TrimLeft(markdown[strings.LastIndexByte(markdown[:first.Start], '\n')+1:], " "), "#")
	if at > 0 && markdown[at-1] != '\n' {
		at = line(at)
	}
	if hashes {
		return at
	}
	return line(at)
}

// plain is the text of a heading.
func plain(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(n ast.Node, entering bool) (ast.WalkStatus, error) { // the walker fails never
		switch n := n.(type) {
		case *ast.Text:
			if entering {
				b.Write(n.Segment.Value(source))
				if n.SoftLineBreak() {
					b.WriteByte(' ')
				}
			}
		case *ast.String:
			if entering {
				b.Write(n.Value)
			}
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}

// fold makes names comparable, whatever the case of their letters.
func fold(name string) string {
	return cases.Fold().String(strings.Join(strings.Fields(name), " "))
}

// Check appends what is wrong with the template, at pointers from at on.
func (t Template) Check(check *fault.Check, at string) {
	check.Require(len(t.Markdown) <= MaxText, at+"/markdown", len(t.Markdown), "must be at most %d bytes long", MaxText)
	names := map[string]int{}
	for _, s := range Sections(t.Markdown) {
		names[fold(s.Name)]++
		check.Require(s.Name != "", at+"/markdown", s.Line, "has a heading without text in line %d", s.Line)
		check.Require(names[fold(s.Name)] != 2, at+"/markdown", s.Name, "has the section %q twice: sections are told apart by their names", s.Name)
	}
	check.Require(len(names) >= 1 && len(names) <= maxSections, at+"/markdown", len(names), "must have from 1 to %d sections, each under a heading of the second level: ## Summary", maxSections)
	for i, name := range t.Required {
		check.Require(names[fold(name)] > 0, fmt.Sprintf("%s/required/%d", at, i), name, "must be a section of the template")
		check.Require(!slices.ContainsFunc(t.Required[:i], func(o string) bool { return fold(o) == fold(name) }), fmt.Sprintf("%s/required/%d", at, i), name, "is there twice")
	}
}

// Lack is why a required section is not written.
type Lack string

// The reasons.
const (
	Absent   Lack = "absent"   // there is no such section
	Empty    Lack = "empty"    // nothing stands under it
	AsBefore Lack = "as_given" // what stands under it is what the template gave
)

// Missing is a required section that is not written.
type Missing struct {
	Section string
	Why     Lack
}

// Missing are the required sections that the text does not have, in the template's order. A comment
// alone is nothing.
func (t Template) Missing(markdown string) []Missing {
	written, given := bodies(markdown), bodies(t.Markdown)
	out := []Missing{}
	for _, name := range t.Required {
		body, there := written[fold(name)]
		switch {
		case !there:
			out = append(out, Missing{name, Absent})
		case body == "":
			out = append(out, Missing{name, Empty})
		case body == given[fold(name)]:
			out = append(out, Missing{name, AsBefore})
		}
	}
	return out
}

// bodies are what stands under each heading, without comments and the space around it. Of sections
// that have one name they are one after the other.
func bodies(markdown string) map[string]string {
	out := map[string]string{}
	for _, s := range Sections(markdown) {
		body := strings.TrimSpace(uncommented(markdown[s.From:s.To]))
		out[fold(s.Name)] = strings.TrimSpace(out[fold(s.Name)] + "\n" + body)
	}
	return out
}

// uncommented is the Markdown without comments of HTML; one that does not end goes to the end.
func uncommented(markdown string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(markdown, "<!--")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if _, markdown, found = strings.Cut(rest, "-->"); !found {
			return b.String()
		}
	}
}

// Diff is what differs between two versions, as a unified diff; empty where nothing does.
func Diff(oldName, newName, before, after string) string {
	return udiff.Unified(oldName, newName, before, after)
}
