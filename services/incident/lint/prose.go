package lint

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/clipperhouse/uax29/v2/sentences"
	"github.com/clipperhouse/uax29/v2/words"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/evenkeel/evenkeel/services/issues/markdown/nesting"
	"github.com/evenkeel/evenkeel/services/issues/markdown/table"
)

// passage is the prose of a paragraph, heading or item of a list. at[i] is where byte i of it is in
// the Markdown.
type passage struct {
	text string
	at   []int
}

// stand is what stands in prose for code and quotes, which are left alone: a thing, and no person.
const stand = "code"

var markdownParser = goldmark.New(goldmark.WithExtensions(nesting.Bounded, extension.Linkify, table.Bounded, extension.Strikethrough, extension.TaskList)).Parser()

// prose returns the passages of a text, without block quotes and code.
func prose(markdown string) []passage {
	source := []byte(markdown)
	var out []passage
	var walk func(n ast.Node)
	walk = func(n ast.Node) {
		switch n.Kind() {
		case ast.KindBlockquote, ast.KindCodeBlock, ast.KindFencedCodeBlock, ast.KindHTMLBlock:
			return
		}
		if n.Type() == ast.TypeBlock && n.FirstChild() != nil && n.FirstChild().Type() == ast.TypeInline {
			var p passage
			p.inline(n, source)
			out = append(out, p.unquoted())
			return
		}
		for c := n.FirstChild(); c != nil; c = c.NextSibling() {
			walk(c)
		}
	}
	walk(markdownParser.Parse(text.NewReader(source)))
	return out
}

// inline adds the text within n.
func (p *passage) inline(n ast.Node, source []byte) {
	for c := n.FirstChild(); c != nil; c = c.NextSibling() {
		switch c := c.(type) {
		case *ast.CodeSpan:
			if t, is := c.FirstChild().(*ast.Text); is {
				p.add(stand, t.Segment.Start, 0)
			}
		case *ast.Text:
			p.add(string(c.Segment.Value(source)), c.Segment.Start, 1)
			if c.SoftLineBreak() || c.HardLineBreak() {
				p.add(" ", c.Segment.Stop-1, 0)
			}
		default: // what is a link or emphasised is read as well; raw HTML and images' addresses have no text
			p.inline(c, source)
		}
	}
}

// add appends text that begins at a byte of the source, and goes on there step by step.
func (p *passage) add(s string, from, step int) {
	for i := range len(s) {
		p.at = append(p.at, from+i*step)
	}
	p.text += s
}

// closing are the quotes that end those that begin with the key.
var closing = map[rune]rune{'"': '"', '“': '”', '„': '“', '«': '»'}

// unquoted is the passage with something that stands for each quotation. One that does not end is none.
func (p passage) unquoted() passage {
	var b strings.Builder
	at := make([]int, 0, len(p.at))
	for i := 0; i < len(p.text); {
		r, size := utf8.DecodeRuneInString(p.text[i:])
		if end, quotes := closing[r]; quotes {
			if n := strings.IndexRune(p.text[i+size:], end); n >= 0 {
				b.WriteString(stand)
				at = append(at, slices.Repeat(p.at[i:i+1], len(stand))...)
				i += size + n + utf8.RuneLen(end)
				continue
			}
		}
		b.WriteString(p.text[i : i+size])
		at = append(at, p.at[i:i+size]...)
		i += size
	}
	return passage{b.String(), at}
}

// word is one of a sentence: in lower case, with straight apostrophes, and where it is in the passage.
type word struct {
	text     string
	from, to int
}

// sentence is its words and marks of punctuation, without spaces.
type sentence struct{ words []word }

// sentences divides the passage as Unicode's annex 29 does.
func (p passage) sentences() []sentence {
	var out []sentence
	from := 0
	for each := sentences.FromString(p.text); each.Next(); {
		var s sentence
		at := from
		for w := words.FromString(each.Value()); w.Next(); {
			v := w.Value()
			if strings.TrimFunc(v, unicode.IsSpace) != "" {
				s.add(word{strings.ReplaceAll(strings.ToLower(v), "’", "'"), at, at + len(v)})
			}
			at += len(v)
		}
		from += len(each.Value())
		if len(s.words) > 0 {
			out = append(out, s)
		}
	}
	return out
}

// add appends the word, to a word before it with a hyphen if that is how it is written: "on-call".
func (s *sentence) add(w word) {
	if n := len(s.words); n > 1 && s.words[n-1].text == "-" && s.words[n-1].to == w.from && s.words[n-2].to == s.words[n-1].from {
		w.text, w.from = s.words[n-2].text+"-"+w.text, s.words[n-2].from
		s.words = s.words[:n-2]
	}
	s.words = append(s.words, w)
}

// is reports whether the words from i on are those, in their order; one with "|" is any of these.
func (s sentence) is(i int, those ...string) bool {
	if i < 0 || i+len(those) > len(s.words) {
		return false
	}
	for n, that := range those {
		if !oneOf(s.words[i+n].text, that) {
			return false
		}
	}
	return true
}

func oneOf(text, alternatives string) bool {
	for one := range strings.SplitSeq(alternatives, "|") {
		if text == one {
			return true
		}
	}
	return false
}
