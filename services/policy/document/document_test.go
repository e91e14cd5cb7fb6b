package document_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/expr"
	"github.com/evenkeel/evenkeel/services/policy"
	"github.com/evenkeel/evenkeel/services/policy/document"
	"github.com/evenkeel/evenkeel/services/policy/supply"
	"github.com/evenkeel/evenkeel/services/slo"
)

func language(t testing.TB) *expr.Environment {
	t.Helper()
	l, err := policy.Language(fact.NewBook[slo.View](&slo.Service{}, supply.Source{}))
	if err != nil {
		t.Fatal(err)
	}
	return l
}

const payments = `apiVersion: evenkeel/v1
kind: ErrorBudgetPolicy
slug: payments
name: Payments # of all that takes money
reserve: 0.25
approval:
  author: Ada Lovelace
  reviewers: [Grace]
  approvedOn: 2026-11-27
  revisitOn: "2027-05-27"
clauses:
  - name: budget-exceeded
    description: |
      Releases wait.
      Until when?
    when: consumed > 1 && unplanned > 1.0 - reserve
    freeze:
      allow: [reliability]
      earlyExit: true
    issue: {}
  - name: one-class
    when: |
      events >= 1000 &&
        outageShares.exists(class, outageShares[class] > 0.2)
    escalate: { to: parent_team, afterDays: 14 }
    notify: { to: [team, approver] }
    postmortem: { priorityActions: 1 }
`

func TestADocumentIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	d, err := document.Read([]byte(payments))
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(language(t)); err != nil {
		t.Fatal(err)
	}
	want := policy.Draft{Slug: "payments", Name: "Payments", Terms: policy.Terms{
		Reserve: 0.25, DisputeHours: 48, Approval: policy.Approval{Author: "Ada Lovelace", Reviewers: []string{"Grace"}, ApprovedOn: "2026-11-27", RevisitOn: "2027-05-27"},
		Clauses: []policy.Clause{
			{
				Name: "budget-exceeded", Description: "Releases wait.\nUntil when?\n", When: "consumed > 1 && unplanned > 1.0 - reserve",
				Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Reliability}, EarlyExit: true}, Issue: &policy.IssueAction{Priority: policy.PriorityP1},
			},
			{
				Name: "one-class", When: "events >= 1000 &&\n  outageShares.exists(class, outageShares[class] > 0.2)\n",
				Escalate: &policy.Escalation{To: policy.ParentTeam, AfterDays: 14}, Notify: &policy.Notification{To: []policy.Audience{policy.TheTeam, policy.Approver}},
				Postmortem: &policy.PostmortemClaim{PriorityActions: 1},
			},
		},
	}}
	if !reflect.DeepEqual(d.Draft, want) {
		t.Errorf("read was %+v\nwant %+v", d.Draft, want)
	}
}

// The places were counted by hand.
func TestWhatIsWrongIsToldAtItsPlace(t *testing.T) {
	t.Parallel()
	for was, c := range map[string]struct{ now, want string }{
		"name: Payments # of":         {"nam: Payments # of", `4:1: unknown field "nam"`},
		"slug: payments":              {"slug: Pay ments", "3:7: /slug: "},
		"kind: ErrorBudgetPolicy":     {"kind: Policy", `2:7: /kind: must be "ErrorBudgetPolicy" (it is "Policy")`},
		"reserve: 0.25":               {"reserve: 1", "5:10: /reserve: must be a share"},
		"reserve: 0.25\n":             {"reserve: much\n", `5:10: /reserve: must be a number (it is "much")`},
		"  approvedOn: 2026-11-27":    {"  approvedOn: 2026-13-27", `9:15: /approval/approvedOn: must be a day such as "2026-11-27" (it is "2026-13-27")`},
		"consumed > 1 && unplanned":   {"consumed > 1 && unplaned", `16:27: /clauses/0/when: there is no fact "unplaned"`},
		"when: consumed > 1 && unpl":  {"when: \"consumd > 1\" #", `16:12: /clauses/0/when: there is no fact "consumd"`},
		"outageShares[class] > 0.2":   {"outageShares[class] > 'x'", `24:56: /clauses/1/when: ">" cannot be between these: a number, a text`},
		"{ to: parent_team, after":    {"{ to: boss, after", `25:21: /clauses/1/escalate/to: must be one of team, parent_team or approver (it is "boss")`},
		"    issue: {}\n":             {"    issue: []\n", "20:12: "},
		"allow: [reliability]":        {"allow: [reliability, p0]", "18:28: /clauses/0/freeze/allow/1: must be"},
		"  - name: one-class":         {"  - name: budget-exceeded", "21:11: /clauses/1/name: must be unique"},
		"approval:\n  author":         {"approval:\n author", "8:12: mapping values"},
		"slug: payments\nname":        {"slug: payments\nslug: payments\nname", "4:1: "},
		"apiVersion: evenkeel/v1\n":   {"apiVersion: evenkeel/v1\n---\na: 1\n---\n", "there is one ErrorBudgetPolicy in a file"},
		"    when: consumed > 1 && u": {"    wen: consumed > 1 && u", `16:5: /clauses/0: unknown field "wen"`},
	} {
		text := strings.Replace(payments, was, c.now, 1)
		if text == payments {
			t.Fatalf("%q is not in the document", was)
		}
		d, err := document.Read([]byte(text))
		if err == nil {
			err = d.Check(language(t))
		}
		var refused *yamldoc.Error
		if !errors.As(err, &refused) {
			t.Errorf("%q: %v", c.now, err)
			continue
		}
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: told is\n%s\nwant %s", c.now, err, c.want)
		}
	}
}

// Whatever a policy says, writing and reading it changes nothing.
func TestWhatIsWrittenIsReadAgain(t *testing.T) {
	t.Parallel()
	text := rapid.OneOf(rapid.SampledFrom([]string{"", "yes", "1", "~", "- a", "a: b", "#", "'", "\"", " x", "x ", "a\nb", "a\n\nb\n", "|", "{", "null", "0x1", "2026-11-27", "\ttab", "ü 🎈"}), rapid.StringMatching(`[ -~]{0,40}`), rapid.StringMatching(`([ -~]{0,10}\n){1,3}[!-~]{0,5}`))
	rapid.Check(t, func(t *rapid.T) {
		of := func(name string) string { return text.Draw(t, name) }
		d := policy.Draft{Slug: of("slug"), Name: of("name"), Description: of("description"), Terms: policy.Terms{
			Reserve: rapid.Float64Range(0, 1).Draw(t, "reserve"), DisputeHours: rapid.IntRange(0, 168).Draw(t, "hours"),
			Approval: policy.Approval{Author: of("author"), Approver: "01KKPEA9M7CYQ4AF3342Z8340C", ApprovedOn: "2026-11-27", Reviewers: []string{of("reviewer")}},
			Clauses: []policy.Clause{{
				Name: of("clause"), When: of("when"), Freeze: &policy.Freeze{Allow: []policy.ChangeClass{policy.Feature}},
				Issue: &policy.IssueAction{Priority: policy.PriorityP2, Labels: []string{of("label"), "x"}, Template: of("template"), CloseOnRecovery: true},
			}},
		}}
		written, err := document.Write(d)
		if err != nil {
			t.Fatal(err)
		}
		read, err := document.Read(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		if !reflect.DeepEqual(read.Draft, d) {
			t.Fatalf("written was\n%s\nread %+v\nwant %+v", written, read.Draft, d)
		}
	})
}

func TestTheDefaultPolicyIsWrittenAndRead(t *testing.T) {
	t.Parallel()
	written, err := document.Write(policy.Default())
	if err != nil {
		t.Fatal(err)
	}
	d, err := document.Read(written)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Check(language(t)); err != nil {
		t.Errorf("%v\n%s", err, written)
	}
	if !reflect.DeepEqual(d.Draft, policy.Default()) {
		t.Errorf("read again it is %+v", d.Draft)
	}
}

// What is read is written and read again as the same, and what is wrong is within the document.
func FuzzAnyTextIsReadOrRefusedAtAPlace(f *testing.F) {
	whole, err := document.Write(policy.Default())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(payments))
	for _, text := range []string{
		"", "---\n", "a: &a [*a]\n", "apiVersion:", "apiVersion: evenkeel/v1\nkind: ErrorBudgetPolicy\n", strings.Replace(payments, "consumed > 1", "\"ü🎈 > \"", 1), strings.ReplaceAll(payments, "\n", "\r\n"),
		"apiVersion: evenkeel/v1\nkind: ErrorBudgetPolicy\nclauses: [{when: >\n a\n b}]\n",
	} {
		f.Add([]byte(text))
	}
	f.Add([]byte("apiVersion: evenkeel/v1\nkind: ErrorBudgetPolicy\nclauses:\n  - freeze:\n     allow: []"))
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
