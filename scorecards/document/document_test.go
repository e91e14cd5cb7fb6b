package document_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/scorecards"
	"github.com/evenkeel/evenkeel/scorecards/document"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/registry"
)

func language(t testing.TB) *expr.Environment {
	t.Helper()
	l, err := expr.New(fact.NewBook[registry.Service](registry.ServiceFacts{}).Facts())
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const readiness = `apiVersion: evenkeel/v1
kind: Scorecard
slug: readiness
name: Readiness # before a launch
owner: platform
appliesTo: tier <= 2
levels:
  - name: Bronze
  - name: Silver
    description: |
      It is seen.
      By whom?
issues: { mode: each, graceDays: 7, upTo: Bronze }
checks:
  - id: documented
    title: Documented
    category: Ownership
    level: Bronze
    passes: hasDocs
  - id: looked-at
    title: Looked at
    fix: "At most {parameters.most}."
    category: Ownership
    level: Silver
    weight: 3
    tier: 2
    passes: |
      hasDashboard &&
        members >= parameters.most
    parameters: { most: 2 }
    effectiveFrom: 2026-11-27
    links: [{ title: How, url: "https://example.org" }]
`

func TestADocumentIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	d, err := document.Read([]byte(readiness))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(language(t)); err != nil {
		t.Fatal(err)
	}
	want := scorecards.Draft{Slug: "readiness", Name: "Readiness", Owner: "platform", Terms: scorecards.Terms{
		AppliesTo: "tier <= 2", Levels: []scorecards.Level{{Name: "Bronze"}, {Name: "Silver", Description: "It is seen.\nBy whom?\n"}},
		Issues: scorecards.IssueTerms{Mode: "each", GraceDays: 7, UpTo: "Bronze"},
		Checks: []scorecards.Check{
			{ID: "documented", Title: "Documented", Category: "Ownership", Level: "Bronze", Weight: 1, Passes: "hasDocs"},
			{
				ID: "looked-at", Title: "Looked at", Fix: "At most {parameters.most}.", Category: "Ownership", Level: "Silver", Weight: 3, Tier: 2, Passes: "hasDashboard &&\n  members >= parameters.most\n",
				Parameters: map[string]float64{"most": 2}, EffectiveFrom: "2026-11-27", Links: []scorecards.Link{{Title: "How", URL: "https://example.org"}},
			},
		},
	}}
	want.Terms = want.Complete()
	if !reflect.DeepEqual(d.Draft, want) {
		t.Errorf("read was %+v\nwant %+v", d.Draft, want)
	}
}

// The places were counted by hand.
func TestWhatIsWrongIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for was, c := range map[string]struct{ now, want string }{
		"name: Readiness # before": {"nam: Readiness # before", `4:1: unknown field "nam"`},
		"slug: readiness":          {"slug: Readi ness", "3:7: /slug: "},
		"kind: Scorecard":          {"kind: Card", `2:7: /kind: must be "Scorecard" (it is "Card")`},
		"tier <= 2":                {"tir <= 2", `6:12: /appliesTo: there is no fact "tir"`},
		"passes: hasDocs":          {"passes: hasDoks", `19:13: /checks/0/passes: there is no fact "hasDoks"`},
		"members >= parameters":    {"membrs >= parameters", `29:9: /checks/1/passes: there is no fact "membrs"`},
		"level: Bronze":            {"level: Gold", "18:12: /checks/0/level: "},
		"2026-11-27":               {"2026-02-30", "31:20: /checks/1/effectiveFrom: "},
		"id: looked-at":            {"id: documented", "20:9: /checks/1/id: "},
		"weight: 3":                {"weight: many", `25:13: /checks/1/weight: must be a whole number (it is "many")`},
		"apiVersion: evenkeel/v1":  {"apiVersion:", `1:12: /apiVersion: must be "evenkeel/v1"`}, // nothing is there: behind the end of the line
	} {
		text := strings.Replace(readiness, was, c.now, 1)
		if text == readiness {
			t.Fatalf("%q is not in the document", was)
		}
		d, err := document.Read([]byte(text))
		if err == nil {
			err = d.Check(language(t))
		}
		var refused *yamldoc.Error
		if !errors.As(err, &refused) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: told is\n%v\nwant %s", c.now, err, c.want)
		}
	}
}

// What is read is written and read again as the same, and what is wrong is within the document.
func FuzzAnyTextIsReadOrRefusedAtAPlace(f *testing.F) {
	f.Add([]byte(readiness))
	for _, name := range []string{"production-readiness.yaml", "starter.yaml"} {
		text, err := os.ReadFile(filepath.Join("..", "builtin", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	for _, text := range []string{"", "---\n", "a: &a [*a]\n", "apiVersion:", "apiVersion: evenkeel/v1\nkind: Scorecard\n", strings.Replace(readiness, "tier <= 2", "\"ü🎈 > \"", 1), strings.ReplaceAll(readiness, "\n", "\r\n"), "apiVersion: evenkeel/v1\nkind: Scorecard\nchecks: [{passes: >\n a\n b}]\n"} {
		f.Add([]byte(text))
	}
	known := language(f)
	f.Fuzz(func(t *testing.T, text []byte) {
		d, err := document.Read(text)
		if err != nil {
			within(t, text, err)
			return
		}
		if err := d.Check(known); err != nil {
			within(t, text, err)
		}
		written, err := document.Write(d.Draft)
		if err != nil {
			t.Fatal(err)
		}
		again, err := document.Read(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if !reflect.DeepEqual(again.Draft, d.Draft) {
			t.Fatalf("read was\n%+v, written\n%s\nread again\n%+v", d.Draft, written, again.Draft)
		}
	})
}

// within fails the test unless all that is wrong is at places of the text, or just behind them.
func within(t *testing.T, text []byte, err error) {
	t.Helper()
	var refused *yamldoc.Error
	if !errors.As(err, &refused) || len(refused.Problems) == 0 {
		t.Fatalf("%v is no problem of a document", err)
	}
	lines := strings.Split(string(text), "\n")
	for _, p := range refused.Problems {
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.Column > utf8.RuneCountInString(lines[p.Line-1])+1 {
			t.Errorf("%s is not within %q", p, text)
		}
	}
}
