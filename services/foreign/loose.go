package foreign

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
