package yamldoc

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
)

// Parse reads the documents of a text, as yet without a shape; empty ones are left out. The
// error is an *Error with what is wrong in each of them; those that are right come with it. Anchors and aliases are refused: what a
// few lines of them stand for can be larger than any memory. Texts that would take long to read
// are refused as CheckShape does.
func Parse(text []byte) ([]Document, error) {
	if err := CheckShape(text); err != nil {
		return nil, err
	}
	parts := read(chunks(split(text)))
	lines := strings.Split(string(text), "\n")
	widths := make([]int, len(lines))
	for i, line := range lines {
		widths[i] = utf8.RuneCountInString(line)
	}
	var docs []Document
	var wrong []Problem
	before := 0
	for _, p := range parts {
		at := Document{lines: lines, widths: widths}
		for _, one := range p.found {
			at.Number, at.root = before+one.number, one.root
			if one.referring != nil {
				line, column := at.inside(one.referring.Line, one.referring.Column)
				wrong = append(wrong, Problem{Document: at.Number, Line: line, Column: column, Message: "anchors and aliases are not read: write out what is meant"})
				continue
			}
			docs = append(docs, at)
		}
		if p.err != nil {
			at.Number = before + p.count + 1
			wrong = append(wrong, at.unread(p.err, p.first))
			before++
		}
		before += p.count
	}
	if more := len(wrong) - mostProblems; more > 0 {
		wrong = wrong[:mostProblems]
		wrong[mostProblems-1].Message += fmt.Sprintf(" (and %d more in this text)", more)
	}
	if len(wrong) > 0 {
		return docs, &Error{wrong}
	}
	for i := range docs {
		if docs[i].end = len(lines); i+1 < len(docs) {
			docs[i].end = docs[i+1].root.Line - 1
		}
	}
	return docs, nil
}

// chunkSize is how much of a text is read at once, in bytes, where it can be cut.
const chunkSize = 64 << 10

// chunk is parts that are read at once, and each by itself only where something is wrong.
type chunk struct {
	part
	parts []part
}

// chunks joins parts that follow each other.
func chunks(parts []part) []chunk {
	var out []chunk
	for _, p := range parts {
		if n := len(out); n > 0 && len(out[n-1].text) < chunkSize {
			last := &out[n-1]
			last.text = last.text[:len(last.text)+len(p.text)] // which are one text
			last.parts = append(last.parts, p)
			continue
		}
		out = append(out, chunk{p, []part{p}})
	}
	return out
}

// part is some of a text with documents of its own.
type part struct {
	text  []byte
	first int // how many lines are before it
	found []root
	count int // of its documents, empty ones too
	err   error
}

// root is one of the documents of a part.
type root struct {
	number    int
	root      *yaml.Node
	referring *yaml.Node // an anchor or an alias; nil where there is none
}

// split cuts a text where documents begin: no line within one begins with --- (YAML 1.2.2,
// section 9.1.2). Where there may be directives, which stand before that, it is left whole.
func split(text []byte) []part {
	begins := [][]byte{[]byte("\n---\n"), []byte("\n--- "), []byte("\n---\t"), []byte("\n---\r")}
	if bytes.HasPrefix(text, []byte("%")) || bytes.Contains(text, []byte("\n%")) || bytes.Contains(text, []byte("\n...")) {
		return []part{{text: ofVersion.ReplaceAll(text, []byte("%YAML 1.1"))}}
	}
	var parts []part
	line := 0
	for {
		next, from := -1, 0
		for from < len(text) {
			i := bytes.Index(text[from:], []byte("\n---"))
			if i < 0 {
				break
			}
			for _, b := range begins {
				if bytes.HasPrefix(text[from+i:], b) {
					next = from + i + 1
				}
			}
			if next >= 0 {
				break
			}
			from += i + 1
		}
		if next < 0 {
			return append(parts, part{text: text, first: line})
		}
		parts = append(parts, part{text: text[:next], first: line})
		line += bytes.Count(text[:next], []byte("\n"))
		text = text[next:]
	}
}

// ofVersion is what the YAML library, which reads documents of 1.2 as well, refuses.
var ofVersion = regexp.MustCompile(`(?m)^%YAML 1\.2`)

// read reads chunks side by side, and gives the parts of them that were read.
func read(of []chunk) []part {
	var all sync.WaitGroup
	workers := min(len(of), runtime.GOMAXPROCS(0))
	for w := range workers {
		all.Go(func() {
			for i := w; i < len(of); i += workers {
				of[i].read()
			}
		})
	}
	all.Wait()
	var out []part
	for _, c := range of {
		out = append(out, c.parts...)
	}
	return out
}

func (c *chunk) read() {
	whole := c.part
	if whole.read(); whole.err == nil {
		c.parts = []part{whole}
		return
	}
	for i := range c.parts {
		c.parts[i].read()
	}
}

func (p *part) read() {
	loader, err := yaml.NewLoader(bytes.NewReader(p.text), yaml.WithV4Defaults())
	if err != nil {
		p.err = err
		return
	}
	for {
		var node yaml.Node
		err := loader.Load(&node)
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			p.err = err
			return
		}
		p.count++
		if node.Kind != yaml.DocumentNode || len(node.Content) != 1 {
			continue
		}
		if n := node.Content[0]; !isNull(n) || n.Value != "" {
			p.found = append(p.found, root{p.count, n, settle(n, p.first)})
		}
	}
}

// settle moves a node and all below it down by some lines, and returns the first that is an anchor
// or an alias.
func settle(n *yaml.Node, lines int) (referring *yaml.Node) {
	n.Line += lines
	if n.Kind == yaml.AliasNode || n.Anchor != "" || n.Tag == "!!merge" {
		referring = n
	}
	for _, c := range n.Content {
		if found := settle(c, lines); referring == nil {
			referring = found
		}
	}
	return referring
}
