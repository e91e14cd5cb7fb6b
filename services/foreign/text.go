package foreign

import (
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
