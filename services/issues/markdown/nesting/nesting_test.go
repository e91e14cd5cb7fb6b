package nesting_test

import (
	"bytes"
	"html"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"

	"github.com/evenkeel/evenkeel/services/issues/markdown/nesting"
)

func render(t *testing.T, m goldmark.Markdown, source []byte) string {
	t.Helper()
	var b bytes.Buffer
	if err := m.Convert(source, &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	plain   = goldmark.New(goldmark.WithExtensions(extension.GFM))
	bounded = goldmark.New(goldmark.WithExtensions(extension.GFM, nesting.Bounded))
)

// What people write is our own documentation.
func TestWhatPeopleWriteIsReadAsBefore(t *testing.T) {
	t.Parallel()
	read := 0
	err := filepath.WalkDir("../../../../docs", func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".md" {
			return err
		}
		source, err := os.ReadFile(path)
		if read++; err == nil && render(t, bounded, source) != render(t, plain, source) {
			t.Errorf("%s is read otherwise", path)
		}
		return err
	})
	if err != nil || read < 30 {
		t.Fatalf("read %d documents: %v", read, err)
	}
	// As many as are looked at, and as deep as it goes: a list and its item are two of the document's.
	for _, source := range []string{strings.Repeat("*a* ", nesting.MaxMarks/2), strings.Repeat("> ", nesting.MaxDepth) + "a", strings.Repeat("- ", nesting.MaxDepth/2) + "a"} {
		if got, want := render(t, bounded, []byte(source)), render(t, plain, []byte(source)); got != want {
			t.Errorf("%.20q: %.200s, want %.200s", source, got, want)
		}
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// Each took from seconds to minutes for 50 kB, at goldmark 1.7 and later.
func TestNothingIsNestedSoDeepThatItTakesLong(t *testing.T) {
	t.Parallel()
	for _, part := range []string{"*a_ ", "_a *b_ ", "*a **a ", "a**b*c", "[a](", "[", "![", "[a][", "> ", "- ", "1. ", "> - ", "<a ", "`a``", "~~a ", "[*a](", "**a*"} {
		t.Run(part, func(t *testing.T) {
			t.Parallel()
			source := []byte(strings.Repeat(part, 100_000/len(part)))
			deepest := 0
			doc := bounded.Parser().Parse(text.NewReader(source))
			_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
				depth := 0
				for up := n; entering && up != nil && depth <= 10*nesting.MaxMarks; up = up.Parent() {
					depth++
				}
				deepest = max(deepest, depth)
				return ast.WalkContinue, nil
			})
			if deepest > nesting.MaxDepth+nesting.MaxMarks+3 {
				t.Errorf("it is %d deep", deepest)
			}
			// Nothing that was typed is lost, but for the marks that mean something.
			shown := html.UnescapeString(tag.ReplaceAllString(render(t, bounded, source), ""))
			if got, want := strings.Count(shown, "a"), bytes.Count(source, []byte("a")); got != want {
				t.Errorf("%d of %d letters are shown", got, want)
			}
		})
	}
	few := render(t, bounded, []byte(strings.Repeat("> ", nesting.MaxDepth+3)+"*a*"))
	if n := strings.Count(few, "<blockquote>"); n != nesting.MaxDepth || !strings.Contains(few, "&gt; &gt; &gt; <em>a</em>") {
		t.Errorf("%d quotes, and the rest is %.200s", n, few[strings.LastIndex(few, "<p>"):])
	}
}
