package foreign_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/foreign"
)

const looseText = `name: a # a comment
number: 2.50
whole: 7
yes: true
list: [1, {x: y}]
names: {b/c: one, a: two}
none: ~
more: {unknown: 1, known: 2}
`

func TestValuesAreTakenByTheirTypes(t *testing.T) {
	t.Parallel()
	var got []any
	notes, refused := foreign.Texts([]foreign.Text{{In: "x", Bytes: []byte(looseText)}}, func(n *foreign.Place) {
		n.Becomes("thing a")
		got = append(got, n.Member("name").Said(), n.Member("number").Float(), n.Member("number").Text(), n.Member("whole").Text(), n.Member("yes").Truth(false),
			n.Member("list").List()[1].Member("x").Text(), n.Member("names").MemberNames(), n.Map("names"), n.Member("none").There(), n.Member("none").Text(),
			n.Member("absent").Truth(true), n.Any("absent", "whole").Float(), n.Member("more").Member("known").Origin())
	}, nil)
	want := []any{
		"a", 2.5, "2.50", "7", true, "y", []string{"b/c", "a"}, map[string]string{"b/c": "one", "a": "two"}, false, "", true, 7.0, foreign.Origin{In: "x", Document: 1, Line: 8},
	}
	if !reflect.DeepEqual(got, want) || len(refused) != 0 {
		t.Errorf("read was\n%#v, want\n%#v (%v)", got, want, refused)
	}
	if n := notes; len(n) != 1 || n[0].Pointer != "/more/unknown" || n[0].Line != 8 || n[0].Column != 17 || n[0].Of != "thing a" {
		t.Errorf("what nobody asked for is %+v", n)
	}
}

// Lines and columns were counted by hand.
func TestWhatIsOfAnotherTypeIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for want, ask := range map[string]func(*foreign.Place){
		"1:7: /name: must be a number":          func(n *foreign.Place) { n.Member("name").Float() },
		"1:7: /name: must be true or false":     func(n *foreign.Place) { n.Member("name").Truth(false) },
		"1:7: /name: must be a list":            func(n *foreign.Place) { n.Member("name").List() },
		"1:7: /name: must be names with values": func(n *foreign.Place) { n.Member("name").Member("x") },
		"/list: must be a text":                 func(n *foreign.Place) { n.Member("list").Text() },
		"/absent: is required":                  func(n *foreign.Place) { n.Member("absent").Said() },
		"/names/b~1c: is odd":                   func(n *foreign.Place) { n.Member("names").Member("b/c").Fail("is odd") },
		`2:9: /number: is odd (it is "2.50")`:   func(n *foreign.Place) { n.Member("number").Fail("is odd") },
		"/list/1/x: must be true or false":      func(n *foreign.Place) { n.Member("list").List()[1].Member("x").Truth(false) },
	} {
		_, refused := foreign.Texts([]foreign.Text{{In: "x", Bytes: []byte(looseText)}}, ask, nil)
		if len(refused) != 1 || !strings.Contains(refused[0].Err.Error(), want) {
			t.Errorf("refused was %v, want %s", refused, want)
		}
	}
}

func TestOneDocumentThatIsWrongRefusesThatOne(t *testing.T) {
	t.Parallel()
	var seen []string
	after := 0
	texts := []foreign.Text{{In: "a", Bytes: []byte("x: 1\n---\nx: [\n")}, {In: "b", Bytes: []byte("x: 1\n---\nx: []\n---\nx: 3\n")}}
	_, refused := foreign.Texts(texts, func(n *foreign.Place) {
		seen = append(seen, fmt.Sprint(n.Origin().In, n.Origin().Document, n.Member("x").Text()))
	}, func() { after = len(seen) })
	// A text that is no YAML is refused as a whole.
	if got := strings.Join(seen, " "); got != "b11 b2 b33" || after != 3 || len(refused) != 2 || refused[0].In != "a" || refused[1].In != "b" {
		t.Errorf("seen were %q, then %d, refused %v", got, after, refused)
	}
}

// Each note looks its place up among all names: of a hundred thousand that would be ten thousand million.
func TestThousandsOfUnknownFieldsAreNotAllTold(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&b, "name-%d: x\n", i)
	}
	notes, refused := foreign.Texts([]foreign.Text{{In: "x", Bytes: []byte(b.String())}}, func(p *foreign.Place) { p.Member("name-0") }, nil)
	if len(refused) != 0 || len(notes) != foreign.MaxNotes+1 || notes[0].Message != "there are 98999 more notes on this document" {
		t.Errorf("%d notes, the first is %+v (%v)", len(notes), notes[0], refused)
	}
}
