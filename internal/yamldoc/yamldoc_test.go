package yamldoc_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

type shape struct {
	Name   yamldoc.Text                 `yaml:"name"`
	Count  int                          `yaml:"count,omitempty"`
	On     *bool                        `yaml:"on,omitempty"`
	Share  yamldoc.Number               `yaml:"share,omitempty"`
	For    yamldoc.Scalar               `yaml:"for,omitempty"`
	Labels map[string]yamldoc.OneOrMany `yaml:"labels,omitempty"`
	Below  []shape                      `yaml:"below,omitempty"`
	Any    yamldoc.Value                `yaml:"any,omitempty"`
}

func told(err error) []string {
	var refused *yamldoc.Error
	if !errors.As(err, &refused) {
		return nil
	}
	var out []string
	for _, p := range refused.Problems {
		out = append(out, fmt.Sprintf("%d %s", p.Document, p))
	}
	return out
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Errorf("told is\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// The places were counted by hand.
func TestAllThatIsNotOfAShapeIsToldAtOnce(t *testing.T) {
	t.Parallel()
	docs, err := yamldoc.Parse([]byte(`# first
---
name: [a]
count: many
count: 2
on: maybe
share: "much"
for: {a: 1}
labels: {a: {}, b: [c], b: d}
below:
  - nam: x
  - 5
any: {x: [{y: 1, y: 2}]}
`))
	if err != nil || len(docs) != 1 {
		t.Fatal(docs, err)
	}
	var into shape
	same(t, told(docs[0].Decode(&into)), []string{
		`1 3:7: /name: must be a text`,
		`1 4:8: /count: must be a whole number (it is "many")`,
		`1 5:1: the field "count" is there twice`,
		`1 6:5: /on: must be true or false (it is "maybe")`,
		`1 7:8: /share: must be a number (it is "much")`,
		`1 8:6: /for: must be one value`,
		`1 9:13: /labels/a: must be a text or a list of texts`,
		`1 9:25: /labels: the name "b" is there twice`,
		`1 11:5: /below/0: unknown field "nam"`,
		`1 12:5: /below/1: must be names with values (it is "5")`,
		`1 13:18: /any/x/0: the name "y" is there twice`,
	})
	docs, err = yamldoc.Parse([]byte(strings.Repeat("- {nam: 1}\n", 30)))
	if err != nil {
		t.Fatal(err)
	}
	var list []shape
	if got := told(docs[0].Decode(&list)); len(got) != 20 || !strings.HasSuffix(got[19], "(and 10 more in this document)") {
		t.Errorf("of thirty are told %q", got)
	}
}

func TestWhatIsTakenForAnotherTypeIsTold(t *testing.T) {
	t.Parallel()
	docs, err := yamldoc.Parse([]byte("name: 5\nshare: \"0.50\"\nfor: 2026-01-01\nlabels: {a: yes, b: [1, \"2\"]}\non: yes\n"))
	if err != nil {
		t.Fatal(err)
	}
	var into shape
	loose, err := docs[0].Loosely(&into)
	var at []string
	for _, l := range loose {
		at = append(at, fmt.Sprintf("%s %v", l.Pointer, l.Number))
	}
	same(t, at, []string{"/name false", "/share true", "/labels/a false", "/labels/b/0 false"})
	if err != nil || into.Name != "5" || into.Share != "0.50" || into.For != "2026-01-01" || !*into.On {
		t.Errorf("read is %+v (%v)", into, err)
	}
}

func TestDocumentsOfALongTextAreAtTheirLines(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("# all of them\n")
	const many = 100 // so that they are read side by side
	for i := range many {
		fmt.Fprintf(&text, "---\nname: n%d\nany: |\n  --- no\n  ---\n", i)
	}
	docs, err := yamldoc.Parse([]byte(text.String()))
	if err != nil || len(docs) != many {
		t.Fatalf("%d documents (%v)", len(docs), err)
	}
	for i, d := range docs {
		line, column := d.Line("/name")
		if want := 3 + 5*i; d.Number != i+1 || line != want || column != 7 || d.Head("name") != fmt.Sprintf("n%d", i) {
			t.Fatalf("document %d is number %d, at %d:%d, want line %d", i, d.Number, line, column, want)
		}
	}
	broken := strings.NewReplacer("n3\n", "[\n", "n50\n", "&a x\n").Replace(text.String())
	_, err = yamldoc.Parse([]byte(broken))
	if got := told(err); len(got) != 2 || !strings.HasPrefix(got[0], "4 ") || !strings.HasPrefix(got[1], "51 253:7: anchors") {
		t.Errorf("told is %q", got)
	}
}

func TestNumbersOfDocumentsCountEmptyOnes(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]int{
		"a: 1": {1}, "---\na: 1\n---\n---\nb: 1\n": {1, 3}, "# c\n---\na: 1": {1}, "a: 1\n---\n": {1}, "%YAML 1.2\n---\na: 1\n...\n---\nb: 1": {1, 2}, "": nil, "a: 1\r\n---\r\nb: 1\r\n": {1, 2},
	} {
		docs, err := yamldoc.Parse([]byte(text))
		var got []int
		for _, d := range docs {
			got = append(got, d.Number)
		}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%q has %v, want %v (%v)", text, got, want, err)
		}
	}
}

func TestAListIsDocumentsOfItsOwn(t *testing.T) {
	t.Parallel()
	docs, err := yamldoc.Parse([]byte("- name: a\n- name: b\n  count: x\n"))
	if err != nil {
		t.Fatal(err)
	}
	items := docs[0].Items()
	if len(items) != 2 || items[1].Head("name") != "b" {
		t.Fatalf("the items are %+v", items)
	}
	var into shape
	same(t, told(items[1].Decode(&into)), []string{`1 3:10: /1/count: must be a whole number (it is "x")`})
	same(t, told(items[0].Place([]fault.Violation{{Pointer: "/name", Message: "is wrong"}})), []string{"1 1:9: /0/name: is wrong"})
}

func TestTextsThatTakeLongToReadAreRefused(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"brackets": strings.Repeat("[", 51), "lists in a line": strings.Repeat("- ", 51), "keys in a line": strings.Repeat("? ", 51), "documents": strings.Repeat("---\n", 10_001), "bytes": strings.Repeat("#", 8<<20+1),
	} {
		if _, err := yamldoc.Parse([]byte(text)); err == nil {
			t.Errorf("too many %s are read", name)
		}
	}
	if _, err := yamldoc.Parse([]byte(strings.Repeat("- [[{a: 1}]]\n", 1000))); err != nil {
		t.Errorf("a long list is refused: %v", err)
	}
}

func TestAnythingIsWrittenAsItWasRead(t *testing.T) {
	t.Parallel()
	texts := []string{"a: 99.90", "[1, 0x10, .5, 1e3, ~, null, true, 2026-01-01, 12345678901234567890]", "{b: 1, a: {}}", "|\n  x\n  y", "'5'", "\"a\\nb\\t\\u00fc\"", "!x {a: !y b}", "[]", "- - a\n  - b"}
	rapid.Check(t, func(t *rapid.T) {
		of := rapid.SliceOfN(rapid.SampledFrom(texts), 1, 4).Draw(t, "values")
		text := "any:\n"
		for i, one := range of {
			text += fmt.Sprintf("  n%d:\n    %s\n", i, strings.ReplaceAll(one, "\n", "\n    "))
		}
		read := func(text string) shape {
			docs, err := yamldoc.Parse([]byte(text))
			if err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			var out shape
			if err := docs[0].Decode(&out); err != nil {
				t.Fatalf("%v\n%s", err, text)
			}
			return out
		}
		was := read(text)
		written, err := yamldoc.Write(was)
		if err != nil {
			t.Fatal(err)
		}
		now := read(string(written))
		if !now.Any.Equal(was.Any) || !reflect.DeepEqual(now.Any.Plain(), was.Any.Plain()) {
			t.Fatalf("read was\n%s\nwritten\n%s", text, written)
		}
	})
}
