package document_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/services/incident/postmortem/document"
)

func sectionsOf(text string) map[string]string {
	out := map[string]string{}
	for _, s := range document.Sections(text) {
		out[s.Name] = text[s.From:s.To]
	}
	return out
}

// By CommonMark 0.31.2, sections 4.2, 4.3, 4.5 and 5.1.
func TestSectionsAreUnderHeadingsOfTheSecondLevel(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]map[string]string{
		"":                                     {},
		"# Title\n\ntext\n":                    {},
		"## A\none\n## B\ntwo":                 {"A": "one\n", "B": "two"},
		"## A\n### A1\none\n# T\ntwo\n## B":    {"A": "### A1\none\n", "B": ""},
		"  ## A ##\none":                       {"A": "one"},
		"A\n---\none\n\nB *b* `c`\n-----\ntwo": {"A": "one\n\n", "B b c": "two"},
		"```\n## A\n```\n## B\nx":              {"B": "x"},
		"> ## A\n\n- ## B\n":                   {},
		"    ## A\n":                           {},
		"##A\n":                                {},
		"## A\r\none\r\n## B\r\n":              {"A": "one\r\n", "B": ""},
		"## Große Änderung\nx":                 {"Große Änderung": "x"},
	} {
		if got := sectionsOf(text); !reflect.DeepEqual(got, want) {
			t.Errorf("%q has the sections %q, want %q", text, got, want)
		}
	}
	if got := document.Sections("one\n\n## A\n\n## B\n"); len(got) != 2 || got[0].Line != 3 || got[1].Line != 5 {
		t.Errorf("their lines are %+v", got)
	}
}

func TestTheDefaultTemplateIsRightAndHasAllSectionsOfTheBooks(t *testing.T) {
	t.Parallel()
	var check fault.Check
	d := document.Default()
	d.Check(&check, "")
	if err := check.Err(); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, s := range document.Sections(d.Markdown) {
		names = append(names, s.Name)
	}
	if want := []string{"Summary", "Impact", "Root causes and contributing factors", "Trigger", "Detection", "Resolution", "What went well", "What went wrong", "Where we were lucky", "Timeline", "Lessons", "Action items"}; !slices.Equal(names, want) {
		t.Errorf("its sections are %q", names)
	}
	if missing := d.Missing(d.Markdown); len(missing) != len(d.Required) {
		t.Errorf("of itself it misses %+v", missing)
	}
}

func TestWhatARequiredSectionLacksIsSaid(t *testing.T) {
	t.Parallel()
	template := document.Template{Markdown: "## Summary\n<!-- Say it. -->\n## Impact\nWho noticed?\n## Luck\n", Required: []string{"Summary", "Impact"}}
	for text, want := range map[string][]document.Missing{
		"":                                 {{"Summary", document.Absent}, {"Impact", document.Absent}},
		template.Markdown:                  {{"Summary", document.Empty}, {"Impact", document.AsBefore}},
		"## Summary\nA.\n## impact\nAll.":  {},
		"## SUMMARY\nA.\n## Impact\n\n \t": {{"Impact", document.Empty}},
		"## Summary\n<!-- a --> <!-- b":    {{"Summary", document.Empty}, {"Impact", document.Absent}},
		"## Summary\n## Impact\nAll.\n## Summary\nA.": {},
		"## Impact\n  Who noticed?  \n## Summary\nA.": {{"Impact", document.AsBefore}},
	} {
		if got := template.Missing(text); !slices.Equal(got, want) {
			t.Errorf("%q misses %+v, want %+v", text, got, want)
		}
	}
}

func TestAWrongTemplateIsToldWhereItIsWrong(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		document.Template
		at string
	}{
		"no section":     {document.Template{Markdown: "# Title\n"}, "/t/markdown"},
		"one twice":      {document.Template{Markdown: "## A\n## a\n"}, "/t/markdown"},
		"no name":        {document.Template{Markdown: "## A\n## <!-- -->\n"}, "/t/markdown"},
		"too long":       {document.Template{Markdown: "## A\n" + strings.Repeat("x", document.MaxText)}, "/t/markdown"},
		"too many":       {document.Template{Markdown: strings.Join(strings.Split("## a ## b ## c ## d ## e ## f ## g ## h ## i ## j ## k ## l ## m ## n ## o ## p ## q ## r ## s ## t ## u ## v ## w ## x ## y ## z ## 0 ## 1 ## 2 ## 3 ## 4 ## 5 ## 6 ## 7 ## 8 ## 9 ## aa ## bb ## cc ## dd ## ee", " ##"), "\n##")}, "/t/markdown"},
		"unknown":        {document.Template{Markdown: "## A\n", Required: []string{"A", "B"}}, "/t/required/1"},
		"required twice": {document.Template{Markdown: "## A\n", Required: []string{"A", "a"}}, "/t/required/1"},
	} {
		var check fault.Check
		c.Check(&check, "/t")
		found := fault.As(check.Err())
		if found == nil || found.Violations[0].Pointer != c.at {
			t.Errorf("%s: %v, want it at %s", name, check.Err(), c.at)
		}
	}
}

func TestADifferenceIsShownAsAUnifiedDiff(t *testing.T) {
	t.Parallel()
	want := "--- 1\n+++ 2\n@@ -1,3 +1,3 @@\n a\n-b\n+B\n c\n" // as diff -u writes it
	if got := document.Diff("1", "2", "a\nb\nc\n", "a\nB\nc\n"); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := document.Diff("1", "2", "a\n", "a\n"); got != "" {
		t.Errorf("between equal texts %q", got)
	}
}

// Whatever the text, sections lie in it, one after the other.
func FuzzSections(f *testing.F) {
	f.Add("## A\none\n\nB\n---\n```\n## C\n```")
	f.Add("- ## A\n  ## B\n\n> ## C\n##\n#\n## \r\n")
	f.Fuzz(func(t *testing.T, text string) {
		last := 0
		for _, s := range document.Sections(text) {
			if s.From < last || s.To < s.From || s.To > len(text) || s.Line < 1 {
				t.Fatalf("%q: %+v", text, s)
			}
			last = s.To
		}
		document.Default().Missing(text)
	})
}
