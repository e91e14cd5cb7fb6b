package walk_test

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/services/foreign"
	"github.com/evenkeel/evenkeel/services/foreign/walk"
)

const text = `name: a # a comment
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
	notes, refused := walk.Each(foreign.Text{In: "x", Bytes: []byte(text)}, func(d *walk.Document, n walk.Node) {
		d.Of = "thing a"
		got = append(got, n.Field("name").Required(), n.Field("number").Number(), n.Field("number").Text(), n.Field("whole").Text(), n.Field("yes").Truth(false),
			n.Field("list").List()[1].Field("x").Text(), n.Field("names").Names(), n.Field("names").Texts(), n.Field("none").There(), n.Field("none").Text(),
			n.Field("absent").Truth(true), n.Any("absent", "whole").Number(), n.Field("more").Field("known").Origin())
	})
	want := []any{
		"a", 2.5, "2.5", "7", true, "y", []string{"b/c", "a"}, map[string]string{"b/c": "one", "a": "two"}, false, "", true, 7.0, foreign.Origin{In: "x", Document: 1, Line: 8},
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
	for want, ask := range map[string]func(walk.Node){
		"1:7: /name: must be a number":          func(n walk.Node) { n.Field("name").Number() },
		"1:7: /name: must be true or false":     func(n walk.Node) { n.Field("name").Truth(false) },
		"1:7: /name: must be a list":            func(n walk.Node) { n.Field("name").List() },
		"1:7: /name: must be names with values": func(n walk.Node) { n.Field("name").Field("x") },
		"/list: must be a text":                 func(n walk.Node) { n.Field("list").Text() },
		"/absent: is required":                  func(n walk.Node) { n.Field("absent").Required() },
		"/names/b~1c: is odd":                   func(n walk.Node) { n.Field("names").Field("b/c").Fail("is odd") },
		`2:9: /number: is odd (it is "2.5")`:    func(n walk.Node) { n.Field("number").Fail("is odd") },
		"/list/1/x: must be true or false":      func(n walk.Node) { n.Field("list").List()[1].Field("x").Truth(false) },
	} {
		_, refused := walk.Each(foreign.Text{In: "x", Bytes: []byte(text)}, func(_ *walk.Document, n walk.Node) { ask(n) })
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
	_, refused := walk.All(texts, func(d *walk.Document, n walk.Node) {
		seen = append(seen, fmt.Sprint(d.In, d.Number, n.Field("x").Text()))
	}, func() { after = len(seen) })
	// A text that is no YAML is refused as a whole.
	if got := strings.Join(seen, " "); got != "b11 b2 b33" || after != 3 || len(refused) != 2 || refused[0].In != "a" || refused[1].In != "b" {
		t.Errorf("seen were %q, then %d, refused %v", got, after, refused)
	}
}
