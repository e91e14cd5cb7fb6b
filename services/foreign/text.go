package foreign

import (
	"maps"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// Text is a text with documents, and where it was read from.
type Text struct {
	In    string
	Bytes []byte
}

// Placed is a note on one of several texts.
type Placed struct {
	In string
	Note
	// Of is the thing that it is about, as it is called here; empty where it is about none that is made.
	Of string
}

// Refusal is a text that could not be read, or a document of it; Err is a *yamldoc.Error where what is
// wrong has a place.
type Refusal struct {
	In  string
	Err error
}

// Union is both together; the second wins.
func Union(a, b map[string]string) map[string]string {
	out := maps.Clone(a)
	if out == nil {
		out = map[string]string{}
	}
	maps.Copy(out, b)
	if len(out) == 0 {
		return nil
	}
	return out
}

// Texts reads documents of which not every field is known, one by one: what nobody asked for is told, and
// what was asked for and not looked into is not. So a document of a newer release of a tool is read for what
// is known of it. A document that is wrong is refused by itself. After is what can be done only once all
// were read; nil for nothing.
func Texts(texts []Text, read func(*Place), after func()) (notes []Placed, refused []Refusal) {
	var all []*Place
	for _, text := range texts {
		docs, err := yamldoc.Parse(text.Bytes)
		if err != nil {
			refused = append(refused, Refusal{In: text.In, Err: err})
			continue
		}
		for i, of := range docs {
			var any any // for names that are there twice, wherever it is
			if err := of.Decode(&any); err != nil {
				refused = append(refused, Refusal{In: text.In, Err: err})
				continue
			}
			root := &Place{doc: &document{of: of, in: text.In, number: i + 1, loose: true, into: &Reading{}, names: map[[2]string]int{}}, node: of.Root(), asked: true}
			read(root)
			all = append(all, root)
		}
	}
	if after != nil {
		after()
	}
	for _, root := range all {
		d := root.doc
		if root.Wrong() {
			refused = append(refused, Refusal{In: d.in, Err: d.of.Check(d.check.Err())})
			continue
		}
		root.unread()
		d.close()
		for _, n := range d.into.sorted().Notes {
			notes = append(notes, Placed{In: d.in, Note: n, Of: d.subject})
		}
	}
	return notes, refused
}

// Becomes says what thing the document of the place becomes, as its notes name it.
func (p *Place) Becomes(thing string) { p.doc.subject = thing }

// Wrong reports whether something was wrong with the document so far.
func (p *Place) Wrong() bool { return p.doc.problems > 0 }

// FailAt notes that the document is wrong at a pointer.
func (p *Place) FailAt(pointer string, value any, format string, args ...any) {
	if p.doc.problems++; p.doc.problems <= MaxNotes {
		p.doc.check.Fail(pointer, value, format, args...)
	}
}

// Origin is where the place is.
func (p *Place) Origin() Origin {
	line, _ := p.doc.of.Line(p.pointer)
	return Origin{In: p.doc.in, Document: p.doc.number, Line: line}
}

// Placed is a note on the place that is about a thing, for whoever finds out once all was read.
func (p *Place) Placed(of, format string, args ...any) Placed {
	return Placed{In: p.doc.in, Of: of, Note: p.noteOf(format, args...)}
}

// Any is the first of the members by those names that is there, for one that is called otherwise in another
// release.
func (p *Place) Any(names ...string) *Place {
	out := p.Member(names[0])
	for _, name := range names[1:] {
		if next := p.Member(name); !out.There() && next.There() {
			out = next
		}
	}
	return out
}

// Float is the number that is there; 0 where there is nothing.
func (p *Place) Float() float64 {
	text := p.Text()
	if text == "" {
		return 0
	}
	n, is := Float(text)
	if !is {
		p.Fail("must be a number")
	}
	return n
}

// Value is all that is at the place as texts, numbers, truths, lists and maps.
func (p *Place) Value() any { return p.node.Plain() }
