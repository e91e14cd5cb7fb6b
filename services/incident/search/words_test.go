package search

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestATextIsTakenApartIntoWords(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                           {},
		"Rolled back, to 2.13.9!":    {"rolled", "back", "to", "2", "13", "9"},
		"Zürich Zu\u0308rich ZÜRICH": {"zurich", "zurich", "zurich"},
		"don't e-mail_me":            {"don", "t", "e", "mail", "me"},
		"障害 ab検c":                    {"障", "害", "ab", "検", "c"},
		"a\x00b\xffc":                {"a", "b", "c"},
		"ﬁx ½":                       {"fix", "12"}, // compatibility decompositions of Unicode: fi; 1⁄2, whose slash is no letter
		"😀 👍🏽 \u0301":                {},
		strings.Repeat("x", 100):     {strings.Repeat("x", 60)},
	} {
		if got := texts(text, MaxWords); !slices.Equal(got, want) {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestWhatIsTypedIsReadAsTerms(t *testing.T) {
	t.Parallel()
	word := func(w string) Term { return Term{Words: []string{w}} }
	begins := func(w string) Term { return Term{Words: []string{w}, Prefix: true} }
	phrase := func(w ...string) Term { return Term{Words: w} }
	for text, want := range map[string][]Term{
		"":                  nil,
		"\"\" :*":           nil,
		"one two":           {word("one"), begins("two")},
		"one \"two three\"": {word("one"), phrase("two", "three")},
		"\"one two\" thr":   {phrase("one", "two"), begins("thr")},
		"one \"two":         {word("one"), phrase("two")},
		"one \"":            {word("one")},
		"„eins zwei“ drei":  {phrase("eins", "zwei"), begins("drei")},
		"NOT a*":            {word("not"), begins("a")},
	} {
		got := ParseQuery(text).Terms
		if !slices.EqualFunc(got, want, func(a, b Term) bool { return a.Prefix == b.Prefix && slices.Equal(a.Words, b.Words) }) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
	if n := len(ParseQuery(strings.Repeat("a ", 5000)).Terms); n != maxTerms {
		t.Errorf("%d terms", n)
	}
}

func shown(parts []Part) string {
	var out []string
	for _, p := range parts {
		if p.Hit {
			p.Text = "[" + p.Text + "]"
		}
		out = append(out, p.Text)
	}
	return strings.Join(out, "")
}

func TestASnippetShowsWhereTheWordsAre(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("lorem ", 50)
	for _, c := range []struct{ text, query, want string }{
		{"We rolled back at once.", "\"rolled back\"", "We [rolled] [back] at once."},
		{"Rolled; <b>back</b>", "back", "Rolled; <b>[back]</b>"},
		{"nothing here", "disk", "nothing here"},
		{"", "disk", ""},
		{long + "the disks  died\n" + long, "disk died", "… lorem lorem lorem lorem lorem lorem lorem the [disks] [died] " + strings.TrimSpace(strings.Repeat("lorem ", 20)) + " …"},
	} {
		q := ParseQuery(c.query)
		if c.query == "disk died" { // the last word alone is looked for by its beginning
			q = ParseQuery("died \"disks\"")
		}
		if got := shown(Snippet(c.text, q)); got != c.want {
			t.Errorf("%.40q for %q: %q, want %q", c.text, c.query, got, c.want)
		}
	}
}

func FuzzAnyTextIsSearchedAndShown(f *testing.F) {
	for _, seed := range []string{"", "a b", "\"", "\x00\xff", "障害", strings.Repeat("x", 2000), "e\u0301 😀"} {
		f.Add(seed, seed)
	}
	f.Fuzz(func(t *testing.T, text, typed string) {
		last := 0
		for _, w := range Words(text) {
			if w.From < last || w.To <= w.From || w.To > len(text) || w.Text == "" || strings.ContainsAny(w.Text, "'\"\\ :*") {
				t.Fatalf("the word %+v of %q", w, text)
			}
			last = w.To
		}
		size := 0
		for _, p := range Snippet(text, ParseQuery(typed)) {
			size += len(p.Text)
			if !utf8.ValidString(p.Text) || strings.Contains(p.Text, "\x00") {
				t.Fatalf("shows %q", p.Text)
			}
		}
		if size > 2*maxSnippet+100 && size > len(text) {
			t.Fatalf("shows %d bytes of %d", size, len(text))
		}
	})
}
