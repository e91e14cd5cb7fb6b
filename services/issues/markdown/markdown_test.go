package markdown_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/services/issues/markdown"
	"github.com/evenkeel/evenkeel/services/issues/markdown/markdowntest"
)

func TestTheJudgeSeesWhatIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"@bob", "#1", "GH-1", "deadbee", "https://evil.example", "www.evil.example", "mailto:a@b.example", "[a](b)", "![a](b)", "<b>x</b>", "<!-- x -->",
		"*a*", "~~a~~", "# a", "- a", "1. a", "a\n===", "---", "```\na\n```", "|a|\n|-|", "a[^1]\n\n[^1]: b", "$x$", ":smile:", "&#64;bob", "> a", "@\u200bbob", "TICKET-12", "\\@bob",
	} {
		if faults, _ := judge(text); len(faults) == 0 {
			t.Errorf("%q has an effect that the judge does not see", text)
		}
	}
}

func TestNothingThatPeopleTypedHasAnEffect(t *testing.T) {
	t.Parallel()
	for _, text := range markdowntest.Hostile {
		requireHarmless(t, text)
		for _, other := range []string{"@bob", "` ``", "see [x](", "fixes", "2.", "<!--"} {
			requireHarmless(t, text+" "+other)
			requireHarmless(t, other+" "+text)
			requireHarmless(t, other+text)
			requireHarmless(t, text+"\n"+other)
		}
	}
}

func TestPlainWordsAreLeftAsTheyAre(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Checkout answers within 300 ms, for 99.9 % of requests.",
		"The customer's order - or a copy (rarely) - is lost; 1,000 of them, e.g. yesterday.",
		"Zahlungsverkehr für Großkunden: die “Übergabe” läuft weiter!",
		"支払いサービス",
	} {
		if got := markdown.Escape(text); got != text {
			t.Errorf("Escape(%q) = %q", text, got)
		}
	}
	// Worked by hand.
	for text, want := range map[string]string{
		"see https://evil.example @bob now": "see `https://evil.example @bob` now",
		"a ` b":                             "a `` ` `` b",
		"- item":                            "`-` item",
		"1. one 2. two":                     "`1.` one 2. two",
		"  two\n\nlines ":                   "two lines",
		"p99 of API-7":                      "`p99` of `API-7`",
		"":                                  "",
		" \n\u200b":                         "",
	} {
		if got := markdown.Escape(text); got != want {
			t.Errorf("Escape(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestCodeHoldsBackticksOfAnyLength(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{ // by CommonMark 0.31, section 6.1
		"a":     "`a`",
		"`":     "`` ` ``",
		"a``b`": "``` a``b` ```",
		"":      "",
		"a\nb":  "`a b`",
	} {
		if got := markdown.Code(text); got != want {
			t.Errorf("Code(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestLimitCutsBetweenCharactersAndSaysSo(t *testing.T) {
	t.Parallel()
	if got := markdown.Limit("short", 20); got != "short" {
		t.Errorf("Limit left %q of a short text", got)
	}
	long := strings.Repeat("ü", 100)
	got := markdown.Limit(long, 50)
	if len(got) > 50 || !utf8.ValidString(got) || !strings.HasSuffix(got, markdown.Cut) {
		t.Errorf("Limit gave %d bytes: %q", len(got), got)
	}
}

func FuzzEscape(f *testing.F) {
	for _, text := range markdowntest.Hostile {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) < 4096 {
			requireHarmless(t, text)
		}
	})
}

// requireHarmless puts the text everywhere that templates do, and requires that
// the words are all there and nothing came of them.
func requireHarmless(t *testing.T, text string) {
	t.Helper()
	// Of printable ASCII every word is shown, as it was typed.
	want := ""
	if !strings.ContainsFunc(text, func(r rune) bool { return r != '\n' && (r < ' ' || r > '~') }) {
		want = strings.Join(strings.Fields(text), " ")
	}
	for _, place := range []struct {
		before, text, after string
		allowed             []string
	}{
		{"", markdown.Escape(text), "", nil},
		{"Before ", markdown.Escape(text), " after.", nil},
		{"- **Name**: ", markdown.Escape(text), "\n- next", []string{"ul", "li", "strong"}},
		{"", markdown.Code(text), "", nil},
		{"Before ", markdown.Code(text), ", after.", nil},
		{"Before:\n\n", markdown.Quote(text), "\n\nAfter.", []string{"blockquote"}},
	} {
		faults, shown := judge(place.before+place.text+place.after, place.allowed...)
		if len(faults) > 0 {
			t.Errorf("%q in %q…%q became %q, which has an effect: %v", text, place.before, place.after, place.text, faults)
		}
		if !strings.Contains(shown, want) {
			t.Errorf("%q in %q…%q is shown as %q, which lacks %q", text, place.before, place.after, shown, want)
		}
	}
}
