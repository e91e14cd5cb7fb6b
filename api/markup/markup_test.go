package markup_test

import (
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/evenkeel/evenkeel/api/markup"
)

// hostile is what somebody may type to have something done: each by a way of its own.
var hostile = []string{
	`<script>alert(1)</script>`, `<img src=x onerror=alert(1)>`, `<svg/onload=alert(1)>`, `<iframe src="https://evil.example"></iframe>`,
	`[x](javascript:alert(1))`, `[x](JaVaScRiPt:alert(1))`, `[x](data:text/html;base64,PHNjcmlwdD4=)`, `[x](vbscript:x)`, `[x]( javascript:alert(1))`, "[x](java\nscript:alert(1))",
	`<javascript:alert(1)>`, `![x](https://evil.example/pixel.png)`, `![x](data:image/svg+xml;base64,PHN2Zz4=)`, `![x](javascript:alert(1))`, "[x]: javascript:alert(1)\n\n[x]",
	`[x](https://example.org "onmouseover=alert(1)")`, `[x](https://example.org" onmouseover="alert(1))`, `@all @evenkeel/payments #1`, "<!-- <script>alert(1)</script> -->",
	"| a | b |\n|---|---|\n| <script>x</script> | ![x](https://evil.example/p) |", "- [x] <form action=https://evil.example><input name=q>", "<style>body{display:none}</style>", "`<script>`", "```html\n<script>\n```",
	`<a href="javascript:alert(1)">x</a>`, `&lt;script&gt;alert(1)&lt;/script&gt;`, `[x](&#106;avascript:alert(1))`,
}

// What HTML can do is judged on the tree that a browser would make of it.
func TestWhatPeopleTypeDoesNothing(t *testing.T) {
	t.Parallel()
	allowed := map[string]bool{"a": true, "p": true, "br": true, "code": true, "pre": true, "ul": true, "li": true, "input": true, "table": true, "thead": true, "tbody": true, "tr": true, "th": true, "td": true, "mark": true, "html": true, "head": true, "body": true, "em": true, "strong": true}
	for _, text := range append(hostile, strings.Join(hostile, "\n\n")) {
		shown, err := markup.HTML(text, markup.Mark{From: 0, To: len(text), N: 1})
		if err != nil {
			t.Fatal(err)
		}
		doc, err := html.Parse(strings.NewReader(string(shown)))
		if err != nil {
			t.Fatal(err)
		}
		for n := range doc.Descendants() {
			if n.Type != html.ElementNode {
				continue
			}
			if !allowed[n.Data] {
				t.Errorf("%q has the element %s: %s", text, n.Data, shown)
			}
			for _, a := range n.Attr {
				value := strings.ToLower(strings.TrimSpace(a.Val))
				switch {
				case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "src", a.Key == "action", a.Key == "name":
					t.Errorf("%q has the attribute %s=%q", text, a.Key, a.Val)
				case a.Key == "href" && value != "" && !strings.HasPrefix(value, "https://") && !strings.HasPrefix(value, "#"):
					t.Errorf("%q leads to %q", text, a.Val)
				case n.Data == "input" && a.Key == "type" && a.Val != "checkbox":
					t.Errorf("%q asks for %q", text, a.Val)
				}
			}
		}
	}
}

func TestMarksAreAroundTheirWordsAndNothingElse(t *testing.T) {
	t.Parallel()
	for text, c := range map[string]struct {
		words []string
		want  string
	}{
		"one two three":                   {[]string{"two"}, `<p>one <mark id="mark-1">two</mark> three</p>`},
		"one *two* three":                 {[]string{"one *two* th"}, `<p><mark id="mark-1">one </mark><em><mark>two</mark></em><mark> th</mark>ree</p>`},
		"one\ntwo":                        {[]string{"one", "two"}, "<p><mark id=\"mark-1\">one</mark><br>\n<mark id=\"mark-2\">two</mark></p>"},
		"a & b <i>":                       {[]string{"& b"}, `<p>a <mark id="mark-1">&amp; b</mark> <!-- raw HTML omitted --></p>`},
		"## A\n\nb":                       {[]string{"A"}, "<h2><mark id=\"mark-1\">A</mark></h2>\n<p>b</p>"},
		"one two three four":              {[]string{"two three", "three four"}, `<p>one <mark id="mark-1">two three</mark><mark id="mark-2"> four</mark></p>`},
		"größer [als](https://x.example)": {[]string{"größer", "als"}, `<p><mark id="mark-1">größer</mark> <a href="https://x.example"><mark id="mark-2">als</mark></a></p>`},
	} {
		var marks []markup.Mark
		for n, words := range c.words {
			at := strings.Index(text, words)
			marks = append(marks, markup.Mark{From: at, To: at + len(words), N: n + 1})
		}
		got, err := markup.HTML(text, marks...)
		if shown := strings.TrimSpace(string(got)); err != nil || shown != c.want {
			t.Errorf("%q is shown as %s, %v; want %s", text, shown, err, c.want)
		}
	}
}

// Each row of a table has as many cells as its header, by GFM, section "Tables (extension)": a text
// that a postmortem may have would stand for 100 million.
func TestATableOfMoreCellsThanAnybodyWritesStaysText(t *testing.T) {
	t.Parallel()
	table := func(columns, rows int) string {
		return strings.Repeat("a|", columns) + "\n" + strings.Repeat("-|", columns) + "\n" + strings.Repeat("x\n", rows)
	}
	for name, c := range map[string]struct {
		text  string
		cells int // at most
	}{
		"one":         {table(500, 2_000), 0},
		"many":        {strings.Repeat(table(100, 100)+"\n", 20), 50_000},
		"of people":   {table(5, 1_000), 5_005},
		"with a line": {"text\n" + table(500, 2_000), 0},
	} {
		out, err := markup.HTML(c.text)
		if err != nil {
			t.Fatal(err)
		}
		got := strings.Count(string(out), "<td") + strings.Count(string(out), "<th")
		got -= strings.Count(string(out), "<thead")
		if got > c.cells || c.cells > 0 && got == 0 {
			t.Errorf("%s: there are %d cells, want at most %d", name, got, c.cells)
		}
		if !strings.Contains(string(out), "x") {
			t.Errorf("%s: its text is lost", name)
		}
	}
}
