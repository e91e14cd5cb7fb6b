package lint

import (
	"runtime"
	"slices"
	"strings"
	"testing"
)

// named are the people of the sentences.
var named = []string{"Ada Lovelace", "Grace Hopper", "Bob Kahn", "Kurt Gödel"}

// fair is the least precision and recall: of nine warnings in ten there is reason, and of nine places
// in ten there is a warning. People stop to read warnings of which many are wrong.
const fair = 0.9

func TestBlameIsFoundInWhatReadersJudged(t *testing.T) {
	t.Parallel()
	measure(t, "blame", fair, append(slices.Clone(statements), heldout...), func(text string) bool { return len(Text(text, named)) > 0 })
}

// unknown is the least of both by sentences that somebody else wrote after the rules: what a team
// will see of it.
const unknown = 0.6

func TestItIsRightOfSentencesThatTheRulesDoNotKnow(t *testing.T) {
	t.Parallel()
	measure(t, "blame, unseen", unknown, unseen, func(text string) bool { return len(Text(text, named)) > 0 })
	measure(t, "actions, unseen", unknown, unseenActions, func(text string) bool { return len(Action(text)) > 0 })
}

func TestActionsThatNobodyCanVerifyAreFoundInWhatReadersJudged(t *testing.T) {
	t.Parallel()
	measure(t, "actions", fair, append(slices.Clone(actions), heldoutActions...), func(text string) bool { return len(Action(text)) > 0 })
}

// measure prints precision and recall, and what was judged otherwise.
func measure(t *testing.T, what string, least float64, of []judged, lint func(string) bool) {
	t.Helper()
	var right, wrong, missed, guilty int
	for _, s := range of {
		if s.blame {
			guilty++
		}
		switch found := lint(s.text); {
		case found && s.blame:
			right++
		case found:
			wrong++
			t.Logf("%s: found, and innocent: %s", what, s.text)
		case s.blame:
			missed++
			t.Logf("%s: missed: %s", what, s.text)
		}
	}
	precision, recall := float64(right)/float64(right+wrong), float64(right)/float64(right+missed)
	t.Logf("%s: %d sentences, %d of them innocent: precision %.3f, recall %.3f", what, len(of), len(of)-guilty, precision, recall)
	if precision < least || recall < least {
		t.Errorf("%s: precision %.3f and recall %.3f, want %.2f of both at least", what, precision, recall, least)
	}
}

// The places are counted by hand.
func TestAFindingIsAtItsPlaceInTheMarkdown(t *testing.T) {
	t.Parallel()
	const text = "# Zusammenfassung\n\n- Größe: 3\n- Später **forgot Kurt**, and\n  the on-call engineer _should_ have\n  called.\n"
	got := Text(text, named)
	if len(got) != 1 || got[0].Rule != Counterfactual || got[0].Line != 5 || got[0].Column != 15 || got[0].Text != "engineer _should_ have" || text[got[0].From:got[0].To] != got[0].Text || got[0].Advice == "" {
		t.Errorf("%+v", got)
	}
}

func TestQuotesAndCodeAreLeftAlone(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"> Bob should have checked.",
		"Grace said: \"Bob should have checked.\"",
		"Grace said: “Bob should have checked.” Then the queue was empty.",
		"The log said `Bob failed to answer` at noon.",
		"```\nBob forgot the flag\n```",
		"    Bob forgot the flag",
		"<!-- Bob forgot the flag -->",
		"![a graph](https://example.org/bob-forgot.png \"Bob forgot the flag\")",
		"The `validator` failed to see the empty list.",
	} {
		if got := Text(text, named); len(got) != 0 {
			t.Errorf("%q: %+v", text, got)
		}
	}
	for text, want := range map[string]Rule{
		"He said \"yes and Bob forgot the flag.": Person, // a quotation that does not end is none
		"[Bob forgot](https://example.org) it.":  Person,
		"| who |\n|---|\n| Bob forgot it. |":     Person,
		"## Root cause: a full disk":             SingleCause,
		"Bob's fault, says nobody here.":         Fault,
	} {
		if got := Text(text, named); len(got) != 1 || got[0].Rule != want {
			t.Errorf("%q: %+v, want one of %s", text, got, want)
		}
	}
}

// Whoever is not among the people is known by no name.
func TestOnlyWhoMayBeNamedIsKnownByName(t *testing.T) {
	t.Parallel()
	const text = "Mallory forgot to renew the certificate."
	if got := Text(text, named); len(got) != 0 {
		t.Errorf("%+v", got)
	}
	if got := Text(text, []string{"Mallory Archer"}); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

func TestAllActionsThatChangePeopleOnlyAreFound(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		of   []string
		want bool
	}{
		{nil, false},
		{[]string{"Train everybody on the console."}, true},
		{[]string{"Train everybody on the console.", "Remind people to be careful."}, true},
		{[]string{"Train everybody on the console.", "Refuse to delete a volume that is mounted."}, false},
	} {
		if got := Actions(c.of); got != c.want {
			t.Errorf("%q: %t, want %t", c.of, got, c.want)
		}
	}
}

// Whatever the text, a finding is a part of it, in whole characters.
func FuzzText(f *testing.F) {
	for _, s := range statements {
		f.Add(s.text)
	}
	f.Add("- a\n\n\t> \"Bob\" forgot `x\r\n`  \n[Bob forgot][1]\n\n[1]: <a b>")
	f.Add("| a | b |\n|--|--|\n| Bob forgot | „Bob\u200b forgot“ |")
	f.Add("That should have been tested.")
	f.Fuzz(func(t *testing.T, text string) {
		for _, found := range append(Text(text, named), Action(text)...) {
			if found.From < 0 || found.To > len(text) || found.From >= found.To || text[found.From:found.To] != found.Text || found.Line < 1 || found.Column < 1 {
				t.Errorf("%q: %+v", text, found)
			}
		}
	})
}

// A text may have 100 kB in one paragraph. Not parallel: what is allocated is counted for all that run.
func TestALongParagraphIsNotCopiedForEachOfItsLetters(t *testing.T) {
	text := strings.Repeat("The queue grew. ", 6_000)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	Text(text, nil)
	runtime.ReadMemStats(&after)
	if mib := (after.TotalAlloc - before.TotalAlloc) >> 20; mib > 200 {
		t.Errorf("for %d bytes %d MiB were allocated", len(text), mib)
	}
}
