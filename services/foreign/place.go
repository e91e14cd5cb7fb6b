package foreign

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// MaxNotes is how many notes are made of one document.
const MaxNotes = 1000

// document is one that is read.
type document struct {
	of yamldoc.Document
	in string // the text
	// loose is one of which not every field is known: what was asked for and not looked into is taken as a whole.
	loose bool
	// subject is the thing that it becomes, as notes name it.
	subject  string
	number   int
	check    fault.Check
	into     *Reading
	names    map[[2]string]int // services with slugs that are taken in the text, and the last number behind each
	notes    int
	unnoted  int
	problems int
}

// Place is a value of a document, which is read member by member. What was not asked for is noted
// at the end, so that a field is translated, told of, or skipped by its name.
type Place struct {
	doc     *document
	node    yamldoc.Node
	pointer string
	members map[string]*Place
	names   []string
	items   []*Place
	asked   bool // for itself, not for its members
	whole   bool // for all of it
}

// Documents reads the documents of a text one by one. The error is a *yamldoc.Error with all that
// is wrong in any of them.
func Documents(text []byte, read func(*Place)) (Reading, error) {
	docs, err := yamldoc.Parse(text)
	if err != nil {
		return Reading{}, err
	}
	var into Reading
	all := &yamldoc.Error{}
	names := map[[2]string]int{}
	for i, of := range docs {
		var wrong *yamldoc.Error
		if errors.As((&document{of: of, number: i + 1, into: &into, names: names}).read(read), &wrong) {
			all.Problems = append(all.Problems, wrong.Problems...)
		}
	}
	if len(docs) == 0 {
		all.Problems = append(all.Problems, yamldoc.Problem{Line: 1, Column: 1, Message: "there is no document in it"})
	}
	if len(all.Problems) > 0 {
		return Reading{}, all
	}
	return into.sorted(), nil
}

// Document reads one document, which is at that place in its text, from 1. The error is a
// *yamldoc.Error with all that is wrong in it.
func Document(of yamldoc.Document, number int, read func(*Place)) (Reading, error) {
	var into Reading
	if err := (&document{of: of, number: number, into: &into, names: map[[2]string]int{}}).read(read); err != nil {
		return Reading{}, err
	}
	return into.sorted(), nil
}

// sorted has the notes by their places.
func (r Reading) sorted() Reading {
	slices.SortStableFunc(r.Notes, func(a, b Note) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column)) })
	return r
}

func (d *document) read(read func(*Place)) error {
	root := &Place{doc: d, node: d.of.Root(), asked: true}
	read(root)
	root.unread()
	d.close()
	return d.of.Check(d.check.Err())
}

// unread notes what nobody asked for.
func (p *Place) unread() {
	if p.whole || p.doc.loose && p.asked && p.members == nil {
		return
	}
	switch {
	case p.asked:
	case p.doc.loose && p.There():
		p.Note("has no place here, and was left out")
		return
	case p.says():
		if p.doc.problems > 0 { // such as that something is missing, whose name is spelt so
			p.FailName("is not known")
			return
		}
		p.Note("is not known, and was left out")
		return
	}
	p.open()
	for _, name := range p.names {
		p.members[name].unread()
	}
	for _, item := range p.items {
		item.unread()
	}
}

// close says how much was not told of.
func (d *document) close() {
	if d.unnoted > 0 {
		d.into.Notes = append(d.into.Notes, Note{Document: d.number, Line: 1, Column: 1, Message: fmt.Sprintf("there are %d more notes on this document", d.unnoted)})
	}
}

// open finds the members and items, once.
func (p *Place) open() {
	if p.members != nil {
		return
	}
	p.members = map[string]*Place{}
	for _, m := range p.node.Members() {
		if before := p.members[m.Name]; before != nil {
			before.FailName("is there twice")
			continue
		}
		p.names = append(p.names, m.Name)
		p.members[m.Name] = &Place{doc: p.doc, node: m.Node, pointer: p.pointer + "/" + escape.Replace(m.Name)}
	}
	for i, n := range p.node.Items() {
		p.items = append(p.items, &Place{doc: p.doc, node: n, pointer: p.pointer + "/" + strconv.Itoa(i)})
	}
}

// escape writes a step of a pointer (RFC 6901, section 3).
var escape = strings.NewReplacer("~", "~0", "/", "~1")

// unescape reads a step of a pointer.
var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// There reports whether there is anything at the place.
func (p *Place) There() bool { return p.node.Kind() != yamldoc.Nothing }

// says reports whether there is anything but an empty list, or names without any.
func (p *Place) says() bool {
	switch p.node.Kind() {
	case yamldoc.List:
		return len(p.node.Items()) > 0
	case yamldoc.Names:
		return len(p.node.Members()) > 0
	}
	return p.There()
}

// Kind is what there is.
func (p *Place) Kind() yamldoc.Kind { return p.node.Kind() }

// Fail notes that the document is wrong there.
func (p *Place) Fail(format string, args ...any) {
	if p.doc.problems++; p.doc.problems <= MaxNotes {
		p.doc.check.Fail(p.pointer, p.node.Text(), format, args...)
	}
}

// FailName is Fail where it is the name that is wrong.
func (p *Place) FailName(format string, args ...any) {
	if p.doc.problems++; p.doc.problems <= MaxNotes {
		p.doc.check.Fail(p.pointer, unescape.Replace(p.pointer[strings.LastIndexByte(p.pointer, '/')+1:]), format, args...)
	}
}

// Note notes what has no place here, or was taken for something.
func (p *Place) Note(format string, args ...any) { p.note(false, format, args...) }

// Leave notes why an SLO, or another thing, is not translated, and what to do. Nothing more is said of what
// is in it, but where not every field is known.
func (p *Place) Leave(format string, args ...any) {
	p.note(true, format, args...)
	p.whole = !p.doc.loose
}

func (p *Place) note(left bool, format string, args ...any) {
	d := p.doc
	if d.notes++; d.notes > MaxNotes && !left {
		d.unnoted++
		return
	}
	n := p.noteOf(format, args...)
	n.Left = left
	d.into.Notes = append(d.into.Notes, n)
}

func (p *Place) noteOf(format string, args ...any) Note {
	n := Note{Document: p.doc.number, Pointer: p.pointer, Message: fmt.Sprintf(format, args...)}
	n.Line, n.Column = p.doc.of.Line(p.pointer)
	return n
}

// Member is what the place has by that name, which is asked for by this. In a document of which not every
// field is known it is wrong that the place has something else than names.
func (p *Place) Member(name string) *Place {
	if p.doc.loose && !p.whole {
		p.is(yamldoc.Names)
	}
	p.open()
	m := p.members[name]
	if m == nil {
		m = &Place{doc: p.doc, pointer: p.pointer + "/" + escape.Replace(name)}
		p.members[name] = m
	}
	m.asked = true
	return m
}

// Peek is a single value by that name, without that anybody asked for it.
func (p *Place) Peek(name string) string {
	p.open()
	if m := p.members[name]; m != nil {
		return m.node.Text()
	}
	return ""
}

// Has reports whether there is anything by that name, without that anybody asked for it.
func (p *Place) Has(name string) bool {
	p.open()
	m := p.members[name]
	return m != nil && m.There()
}

// Skip leaves out members that have no meaning here, with all that is in them; where not every field is
// known, unless they are looked into all the same.
func (p *Place) Skip(names ...string) {
	for _, name := range names {
		p.Member(name).whole = !p.doc.loose
	}
}

// Whole asks for all that is at the place: it is told of as a whole.
func (p *Place) Whole() *Place {
	p.whole = true
	return p
}

// Tell notes a member that has no place here, if it is there.
func (p *Place) Tell(name, format string, args ...any) {
	if m := p.Member(name).Whole(); m.says() {
		m.Note(format, args...)
	}
}

// is requires that there is a value of the kind, or nothing.
func (p *Place) is(want yamldoc.Kind) bool {
	got := p.node.Kind()
	if got != want && got != yamldoc.Nothing {
		p.whole = true
		if p.doc.loose {
			p.Fail("must be %s", [...]string{"nothing", "a text", "a list", "names with values"}[want])
		} else {
			p.Fail("must be %s, and is %s", want, got)
		}
	}
	return got == want
}

// Names requires that the place has names with values, and reports whether it has.
func (p *Place) Names() bool {
	if !p.There() {
		p.Fail("is required")
		return false
	}
	return p.is(yamldoc.Names)
}

// Text is a single value as it is written, empty where there is none.
func (p *Place) Text() string {
	if p.is(yamldoc.Single) {
		return p.node.Text()
	}
	return ""
}

// TextOf is the single value of that name, empty where there is none.
func (p *Place) TextOf(name string) string { return p.Member(name).Text() }

// Required is the single value of that name, which there has to be.
func (p *Place) Required(name string) string { return p.Member(name).Said() }

// Said is the single value that there has to be.
func (p *Place) Said() string {
	text := p.Text()
	if text == "" && (p.node.Kind() == yamldoc.Nothing || p.node.Kind() == yamldoc.Single) {
		p.Fail("is required")
	}
	return text
}

// Number is the decimal number of that name as it is written; empty where there is none.
func (p *Place) Number(name string) string {
	m := p.Member(name)
	text := m.Text()
	if text != "" && !yamldoc.IsNumber(text) {
		m.Fail("must be a number")
		return ""
	}
	return text
}

// Integer is the whole number of that name; false where there is none.
func (p *Place) Integer(name string) (int64, bool) {
	m := p.Member(name)
	text := m.Text()
	if text == "" {
		return 0, false
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		m.Fail("must be a whole number")
	}
	return n, err == nil
}

// Bool is true or false, and otherwise where there is nothing by that name.
func (p *Place) Bool(name string, otherwise bool) bool { return p.Member(name).Truth(otherwise) }

// Truth is true or false, and otherwise where there is nothing.
func (p *Place) Truth(otherwise bool) bool {
	switch text := p.Text(); text {
	case "true", "false":
		return text == "true"
	case "":
	default:
		p.Fail("must be true or false")
	}
	return otherwise
}

// Items are the values of the list of that name.
func (p *Place) Items(name string) []*Place { return p.Member(name).List() }

// List are the values of the list that is there.
func (p *Place) List() []*Place {
	if !p.is(yamldoc.List) {
		return nil
	}
	p.open()
	for _, item := range p.items {
		item.asked = true
	}
	return p.items
}

// Texts are the texts of the list of that name.
func (p *Place) Texts(name string) []string {
	var out []string
	for _, item := range p.Items(name) {
		out = append(out, item.Text())
	}
	return out
}

// Map are the names of that name with their texts; nil where there are none.
func (p *Place) Map(name string) map[string]string {
	m := p.Member(name)
	if !m.is(yamldoc.Names) {
		return nil
	}
	m.open()
	out := make(map[string]string, len(m.names))
	for _, name := range m.names {
		out[name] = m.TextOf(name)
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// Pairs are lists of a key and a value, by their keys; nil where there are none.
func (p *Place) Pairs(name string) map[string]string {
	var out map[string]string
	for _, item := range p.Items(name) {
		if !item.Names() {
			continue
		}
		if out == nil {
			out = map[string]string{}
		}
		out[item.Required("key")] = item.TextOf("value")
	}
	return out
}

// MemberNames are what the members of the place are called, in their order.
func (p *Place) MemberNames() []string {
	if !p.is(yamldoc.Names) {
		return nil
	}
	p.open()
	return slices.Clone(p.names)
}

// Words are all that is at the place in a line, which is told of as a whole by this.
func (p *Place) Words() string {
	p.whole = true
	return words(p.node)
}

func words(n yamldoc.Node) string {
	var out []string
	for _, m := range n.Members() {
		if of := words(m.Node); of != "" {
			out = append(out, m.Name+": "+of)
		}
	}
	for _, item := range n.Items() {
		out = append(out, words(item))
	}
	if n.Kind() == yamldoc.Single {
		return strings.TrimSpace(n.Text())
	}
	return strings.Join(out, ", ")
}
