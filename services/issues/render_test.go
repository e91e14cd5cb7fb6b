package issues

import (
	"bytes"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
	"pgregory.net/rapid"

	"github.com/evenkeel/evenkeel/internal/fact"
	"github.com/evenkeel/evenkeel/services/issues/markdown/markdowntest"
	"github.com/evenkeel/evenkeel/services/policy"
)

// example is worked by hand: of 12,345.678 events at 99.9 % 12.345678 may be bad,
// 12.345 in whole thousandths; 24.6 were, which is 24.6 ÷ 12.345678 = 199.26 %.
func example() sheet {
	return sheet{
		Service: "Checkout", SLO: "Orders are accepted", Path: "checkout/availability",
		Runbook: "https://wiki.example.org/checkout", Mode: policy.Warn,
		Clause: policy.Clause{Name: "budget-exceeded", Description: "Releases wait.\nP0 issues do not.", When: "consumed > 1", Issue: &policy.IssueAction{Priority: policy.PriorityP1}},
		Evidence: policy.Evidence{
			Objective: "99.9%", WindowEnd: time.Date(2026, 3, 14, 15, 0, 0, 0, time.UTC),
			Good: 12_321_078, Total: 12_345_678, ConsumedPercent: "199.26", When: "consumed > 1", Facts: fact.Set{"consumed": 1.9926}.Known("consumed"),
		},
		Link: "https://evenkeel.example.org/services/checkout/slos/availability", Violation: "https://evenkeel.example.org/violations/01KKPB0S0AAAAAAAAAAAAAAAAA", Fingerprint: strings.Repeat("ab", 32),
	}
}

func TestABudgetViolationReadsAsInTheExample(t *testing.T) {
	t.Parallel()
	title, err := render(KindBudgetViolation, "title", example())
	if err != nil {
		t.Fatal(err)
	}
	if want := "`checkout/availability`: `budget-exceeded` (199.26 % of the error budget is consumed)"; title != want {
		t.Errorf("title %q, want %q", title, want)
	}
	body, err := render(KindBudgetViolation, "body", example())
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("testdata/budget_violation.md")
	if err != nil {
		t.Fatal(err)
	}
	if body+"\n" != string(want) {
		t.Errorf("the body differs from testdata/budget_violation.md:\n%s", body)
	}
}

func TestTheMarkerIsTheLastLineOfEveryBody(t *testing.T) {
	t.Parallel()
	s := example()
	for _, description := range []string{"", "short", strings.Repeat("@`\n", 100_000), strings.Repeat("長い", 50_000), strings.Repeat("` a ", 50_000)} {
		s.Clause.Description = description
		body, err := render(KindBudgetViolation, "body", s)
		if err != nil {
			t.Fatal(err)
		}
		body = fit(body, s.Fingerprint)
		if len(body) > MaxBody || !strings.HasSuffix(body, "\n"+Marker(s.Fingerprint)) || strings.Count(body, "evenkeel:v1") != 1 {
			t.Errorf("a description of %d bytes gave a body of %d bytes that ends with %q", len(description), len(body), body[len(body)-100:])
		}
		if !strings.Contains(body, "## How to get out of it") {
			t.Errorf("a description of %d bytes left no room for the rest", len(description))
		}
	}
	long := fit(strings.Repeat("a line of a body\n", 10_000), s.Fingerprint)
	if len(long) > MaxBody || !strings.Contains(long, "cut") || !strings.HasSuffix(long, Marker(s.Fingerprint)) {
		t.Errorf("a body that is too long was cut to %d bytes, ending %q", len(long), long[len(long)-100:])
	}
}

// What is below the list of a group is there however many are in it, and whatever they
// are called; a name has 400 bytes at most before it is escaped.
func TestAGroupOfAnySizeSaysWhatIsAskedAndTheWayOut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.IntRange(10, 5000).Draw(t, "size")
		paths := rapid.SliceOfN(rapid.OneOf(rapid.StringN(1, 400, 400), rapid.StringMatching("[a-z]{1,63}/[a-z]{1,63}"), rapid.Just(strings.Repeat("`", 400))), 1, 5).Draw(t, "paths")
		over := rapid.IntRange(0, size).Draw(t, "over")
		g := groupSheet{Page: "https://evenkeel.example.org/issues?group=01KKPB0S0AAAAAAAAAAAAAAAAA", Fingerprint: strings.Repeat("ab", 32)}
		titles := make([]string, len(paths))
		for n, path := range paths {
			one := example()
			one.Path = path
			var err error
			if titles[n], err = render(KindBudgetViolation, "title", one); err != nil {
				t.Fatal(err)
			}
		}
		for n := range size {
			state := lasting
			if n < over {
				state = "recovered"
			}
			g.Members = append(g.Members, groupMember{titles[n%len(titles)], fmt.Sprintf("https://evenkeel.example.org/violations/%026d", n), state})
		}
		body, err := groupBody(KindBudgetViolation, g)
		if err != nil {
			t.Fatal(err)
		}
		if n := utf8.RuneCountInString(body); n > 65_536 {
			t.Fatalf("%d characters, and GitHub takes 65,536", n)
		}
		for _, want := range []string{
			fmt.Sprintf("\n%d SLOs broke clauses", size), "\n## What the policies ask\n", "\n## How to get out of it\n", "dispute it on its page", "\n" + Marker(g.Fingerprint),
		} {
			if !strings.Contains(body, want) {
				t.Fatalf("a body of %d lacks %q", size, want)
			}
		}
		if !strings.HasSuffix(body, Marker(g.Fingerprint)) {
			t.Fatalf("it ends with %q", body[len(body)-100:])
		}
		listed := regexp.MustCompile(`(?m)^- \[.*\]\(<https://evenkeel\.example\.org/violations/\d{26}>\): (\*\*broken\*\*|recovered)$`).FindAllStringSubmatch(body, -1)
		rest := 0
		if m := regexp.MustCompile(`(?m)^- and (\d+) more, listed \[in Evenkeel\]\(<` + regexp.QuoteMeta(g.Page) + `>\)$`).FindStringSubmatch(body); m != nil {
			if rest, err = strconv.Atoi(m[1]); err != nil || rest == 0 {
				t.Fatalf("it counts %q more", m[1])
			}
		}
		if len(listed)+rest != size {
			t.Fatalf("%d are listed and %d counted, of %d", len(listed), rest, size)
		}
		if rest > 0 && len(body) < MaxBody-2500 {
			t.Fatalf("%d are not listed, and there is room for %d bytes more", rest, MaxBody-len(body))
		}
		for n, m := range listed {
			if lasts := n < size-over; rest > 0 && (m[1] == lasting) != lasts {
				t.Fatalf("the line %d of a list that was cut is of one that is %s", n, m[1])
			}
		}
	})
}

var (
	// effects are what GitHub makes something of in text outside of code.
	effects = regexp.MustCompile(`(?i)@|#\d|gh-\d|[0-9a-f]{7,}|://|www\.`)
	// elements are what no text of people may become.
	elements = regexp.MustCompile(`<(a|img|table|h1|input|pre|del)\b|<!--`)
	code     = regexp.MustCompile(`(?s)<code>.*?</code>`)
	tag      = regexp.MustCompile(`<[^>]*>`)
	asGitHub = goldmark.New(goldmark.WithExtensions(extension.GFM, extension.Footnote), goldmark.WithRendererOptions(html.WithUnsafe()))
)

// judge renders Markdown as GitHub does, and complains of whatever has an effect, but for
// what is its own: each of these has to be there once.
func judge(t *testing.T, about, source string, own ...string) {
	t.Helper()
	var out bytes.Buffer
	if err := asGitHub.Convert([]byte(source), &out); err != nil {
		t.Fatal(err)
	}
	others := code.ReplaceAllString(out.String(), "<code></code>")
	for _, one := range own {
		if n := strings.Count(others, one); n != 1 {
			t.Errorf("%s: %s is there %d times:\n%s", about, one, n, others)
		}
		others = strings.Replace(others, one, "", 1)
	}
	if hit := elements.FindString(others); hit != "" {
		t.Errorf("%s has the effect %s:\n%s", about, hit, others)
	}
	if hit := effects.FindString(tag.ReplaceAllString(others, "")); hit != "" {
		t.Errorf("%s left %q:\n%s", about, hit, others)
	}
}

// A group repeats the titles of its members, each in a link.
func TestHostileNamesHaveNoEffectInAnIssueOrAGroup(t *testing.T) {
	t.Parallel()
	if len(markdowntest.Hostile) < 200 {
		t.Errorf("%d hostile texts, want 200 or more", len(markdowntest.Hostile))
	}
	rendered := func(text string, err error) string {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return text
	}
	link := func(address string) string { return `<a href="` + address + `">` }
	for _, hostile := range append(markdowntest.Hostile, "{{.Link}}", "}}", "--> @bob", "](https://evil.example)", "](<https://evil.example>)") {
		s := example()
		s.Service, s.SLO, s.Path, s.Runbook = hostile, hostile, hostile, hostile
		s.Clause.Description, s.Clause.Name = hostile, hostile
		s.Earlier = "https://evenkeel.example.org/issues/01"
		title := rendered(render(KindBudgetViolation, "title", s))
		if strings.ContainsAny(title, "\n\r") || len(title) > MaxTitle {
			t.Errorf("%q gave the title %q", hostile, title)
		}
		judge(t, fmt.Sprintf("%q in the title", hostile), title)
		judge(t, fmt.Sprintf("%q in the body", hostile), rendered(render(KindBudgetViolation, "body", s)),
			link(s.Link), link(s.Violation), link(s.Earlier), Marker(s.Fingerprint))
		g := groupSheet{Fingerprint: s.Fingerprint, Open: 1, Members: []groupMember{
			{title, "https://evenkeel.example.org/violations/1", lasting}, {title, "https://evenkeel.example.org/violations/2", "recovered"},
		}}
		judge(t, fmt.Sprintf("%q in a group", hostile), rendered(groupBody(KindBudgetViolation, g)), link(g.Members[0].Link), link(g.Members[1].Link), Marker(g.Fingerprint))
	}
}

func TestEventsAreWrittenForPeople(t *testing.T) {
	t.Parallel()
	for thousandths, want := range map[int64]string{
		0: "0", 1: "0.001", 500: "0.5", 1000: "1", 999_000: "999", 1_000_000: "1,000", 1_234_567_890: "1,234,567.89", 12_345: "12.345", -1500: "-1.5",
	} {
		if got := events(thousandths); got != want {
			t.Errorf("events(%d) = %q, want %q", thousandths, got, want)
		}
	}
}

func TestFingerprintsDifferInEveryPart(t *testing.T) {
	t.Parallel()
	seen := make(map[string]bool)
	for _, f := range []string{
		Fingerprint("k", "s", "o", "c", "e"), Fingerprint("k2", "s", "o", "c", "e"), Fingerprint("k", "s2", "o", "c", "e"),
		Fingerprint("k", "s", "o2", "c", "e"), Fingerprint("k", "s", "o", "c2", "e"), Fingerprint("k", "s", "o", "c", "e2"), Fingerprint("k", "so", "", "c", "e"),
	} {
		if len(f) != 64 || seen[f] {
			t.Errorf("fingerprint %q is not one of its own", f)
		}
		seen[f] = true
	}
}

func TestLabelsAreThereOnceAndWithinTheLimit(t *testing.T) {
	t.Parallel()
	labels := labelsOf(policy.Clause{Issue: &policy.IssueAction{Priority: policy.PriorityP0, Labels: []string{"a", "A", "", strings.Repeat("é", 60)}}})
	if len(labels) != 3 || labels[0] != "a" || len(labels[1]) > MaxLabel || labels[2] != "priority/p0" {
		t.Errorf("labels %q", labels)
	}
}
