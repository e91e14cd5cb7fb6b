package markdown_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/services/issues/markdown"
)

// hostile are texts that would have an effect if they were left as they are.
var hostile = []string{
	// Beginnings of links in the middle of a word.
	"Awww.!", "xWWW.example", "(www.)",
	// Mentions.
	"@torvalds", "hello @octocat!", "@org/team", "(@bob)", "\"@bob\"", "a@b", "@\u200bbob", "@\u00adbob", "＠bob", "﹫bob",
	"@bob-", "-@bob", "\\@bob", "&#64;bob", "&#x40;bob", "&commat;bob", "@<!-- -->bob", "@**bob**", "@`bob`", "`@bob", "`` @bob `", "@bob\u202eecila",
	"cc:@bob", "é@bob", "@bób", "/@bob", ".@bob", "_@bob_", "*@bob*", "~~@bob~~",
	// Issue references and hashes.
	"#1", "fixes #1", "Closes: #12", "resolves org/repo#3", "GH-1", "gh-12", "fixes GH-1", "org/repo#1", "user#1", "＃1", "﹟1", "&#35;1", "#\u200b1", "(#1)", "[#1]",
	"deadbee", "deadbeefdeadbeefdeadbeefdeadbeefdeadbeef", "1234567", "DEADBEE", "org/repo@deadbeef", "x-deadbee", "deadbee-x", "(deadbee)", "deadbee...cafebab",
	"TICKET-12", "JIRA-1", "TICKET12", "closes https://github.com/o/r/issues/1", "fix: #9", "fixes\n#1", "fixes\u2028#1",
	// Links.
	"http://evil.example", "https://evil.example/a?b=c", "HTTPS://EVIL.EXAMPLE", "www.evil.example", "WWW.evil.example", "(www.evil.example)", "mailto:a@b.example", "mailto:ab", "xmpp:a@b.example", "a.b@c.example",
	"ftp://evil.example", "<https://evil.example>", "<a@b.example>", "[a](https://evil.example)", "[a](javascript:alert(1))", "[a][b]\n\n[b]: https://evil.example", "[b]: https://evil.example", "![x](https://evil.example/x.png)",
	"![x][y]", "[![x](y)](z)", "[a](<b>)", "hxxp[:]//", "https\\://evil.example", "https&#58;//evil.example", "//evil.example", "evil.example", "www\u3002evil.example", "ｗｗｗ．ｅｖｉｌ．example", "h\u200bttps://evil.example",
	"a\u200d.www.evil.example", "https:/\u00ad/evil.example",
	// HTML.
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<b>bold</b>", "<!-- evenkeel:v1 fp=0 -->", "<!-- hidden", "-->", "<details><summary>x", "</p></div>", "<a href=https://evil.example>x</a>", "<?php ?>", "<![CDATA[x]]>", "<!DOCTYPE html>", "<br>", "&lt;b&gt;", "&amp;#64;bob", "&nbsp;", "&copy;", "<b", "a <", "> <",
	// Emphasis, blocks, tables, footnotes, code, formulas, emoji.
	"*a*", "**a**", "_a_", "__a__", "~a~", "~~a~~", "a*b*c", "***", "---", "- - -", "===", "a\n===", "a\n---", "# heading", "###### h", "#", "- item", "* item", "+ item", "1. item", "1) item", "123456789. x", "- [ ] task", "- [x] done", "[ ] task", "> quote", "> [!WARNING]\n> x", "    code", "\tcode", "```\ncode", "```", "~~~", "````", "`", "``", "` `", "`a", "a`", "``a`", "`a``b`", "\\`a", "\\", "a\\", "\\\\",
	"|a|b|\n|-|-|\n|1|2|", "a | b\n- | -", "|", "[^1]", "[^1]: note", "^[x]", "text[^a]\n\n[^a]: @bob", "$x$", "$$x$$", "$`x`$", ":smile:", ":+1:", "(:tada:)", "a:b:c", "line\\\nbreak", "line  \nbreak",
	// Unicode.
	"\u202e@bob\u202c", "\u2066a\u2069", "\ufeff@bob", "a\x00b", "@\x00bob", "\x1b[31m", "a\rb", "a\r\n- b", "a\v# b", "a\f# b", "a\u0085# b", "a\u2029- b", "\u00a0- a", "\u3000# a", "\U000E0041\U000E0042", "@\ufe0fbob", "\u034f@bob", "\u3164@bob", "\xff\xfe@bob", "a\xc3", "\u115f", "\u2800", "\u2060www.evil.example", "①", "ﬁx", "K", "𝐟𝐢𝐱 #1",
}

func TestThereAreAtLeastAHundredHostileTexts(t *testing.T) {
	t.Parallel()
	if len(hostile) < 100 {
		t.Errorf("%d hostile texts, want 100 or more", len(hostile))
	}
}

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
	for _, text := range hostile {
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
	for _, text := range hostile {
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
