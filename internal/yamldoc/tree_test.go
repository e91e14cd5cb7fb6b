package yamldoc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// spelt writes a node as its kinds, names and texts.
func spelt(n yamldoc.Node) string {
	var parts []string
	for _, m := range n.Members() {
		parts = append(parts, m.Name+"="+spelt(m.Node))
	}
	for _, item := range n.Items() {
		parts = append(parts, spelt(item))
	}
	switch n.Kind() {
	case yamldoc.Names:
		return "{" + strings.Join(parts, " ") + "}"
	case yamldoc.List:
		return "[" + strings.Join(parts, " ") + "]"
	case yamldoc.Single:
		return fmt.Sprintf("%q", n.Text())
	}
	return "nothing"
}

func TestADocumentIsLookedAtAsATree(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"a: 99.90\nb: [1, x, null, {}]\nc:\n  d: \"5\"\n  e: |\n    two\n    lines\nf: ~\ng:\n": `{a="99.90" b=["1" "x" nothing {}] c={d="5" e="two\nlines\n"} f=nothing g=nothing}`,
		"a: !!str 5\n":                           `{a="5"}`,
		"{\"a\": -1.50e3, \"b/c\": {\"d\": []}}": `{a="-1.50e3" b/c={d=[]}}`,
		"- a: 1\n- 2\n":                          `[{a="1"} "2"]`,
		"one: only\n":                            `{one="only"}`,
		"5\n":                                    `"5"`,
	} {
		docs, err := yamldoc.Parse([]byte(text))
		if err != nil || len(docs) != 1 {
			t.Fatalf("%q: %d documents (%v)", text, len(docs), err)
		}
		if got := spelt(docs[0].Root()); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	docs, err := yamldoc.Parse([]byte("items:\n  - kind: A\n  - kind: B\n"))
	if err != nil {
		t.Fatal(err)
	}
	if got := docs[0].Root().Member("items").Member("kind").Text(); got != "A" {
		t.Errorf("the first item is of %q", got)
	}
	if docs[0].Root().Member("none").Member("kind").Kind() != yamldoc.Nothing {
		t.Error("there is something in nothing")
	}
}

// The line has two million characters: counted anew for each place that would be two hundred thousand million.
func TestPlacesInOneLongLineAreFoundAtOnce(t *testing.T) {
	t.Parallel()
	const many = 100_000
	docs, err := yamldoc.Parse([]byte("[" + strings.Repeat("abcdefghijklmnopqr, ", many) + "end]"))
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents (%v)", len(docs), err)
	}
	for i := range many {
		if line, column := docs[0].Line(fmt.Sprintf("/%d", i)); line != 1 || column != 2+20*i {
			t.Fatalf("item %d is at %d:%d", i, line, column)
		}
	}
}
