package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"github.com/evenkeel/evenkeel/internal/hidden"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// importReport is what an import tells: of each thing what became of it, and why what is missing is.
type importReport struct {
	Format   string             `json:"format"`
	Counts   importCounts       `json:"counts"`
	Things   []reportedThing    `json:"things"`
	LeftOut  []reportedNote     `json:"leftOut"`
	Notes    []reportedNote     `json:"notes"` // of nothing that was written
	Refused  []reportedDocument `json:"refused"`
	Facts    []importFact       `json:"facts"`    // to be declared before scorecards ask them
	Edited   []string           `json:"edited"`   // files that people edited, and that were kept
	Outdated []string           `json:"outdated"` // files of earlier imports, of nothing that was read now
}

type importCounts struct {
	Translated int `json:"translated"`
	WithNotes  int `json:"withNotes"`
	LeftOut    int `json:"leftOut"`
	Refused    int `json:"refused"`
}

type reportedThing struct {
	Kind    string         `json:"kind"`
	Name    string         `json:"name"`
	File    string         `json:"file"`
	From    reportedPlace  `json:"from"`
	Outcome string         `json:"outcome"` // translated, or translated with notes
	Notes   []reportedNote `json:"notes"`
}

type reportedPlace struct {
	File     string `json:"file"`
	Document int    `json:"document"`
	Line     int    `json:"line"`
}

type reportedNote struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Pointer string `json:"pointer,omitempty"`
	Message string `json:"message"`
}

type reportedDocument struct {
	File     string         `json:"file"`
	Problems []reportedNote `json:"problems"`
}

const (
	translated         = "translated"
	translatedWithNote = "translated with notes"
)

// reportOf is the report of what was read and of the files that were written. It tells nothing of when: an
// import that is run again reports the same.
func reportOf(format string, r importReading, files importOutcome) importReport {
	report := importReport{
		Format: format, Things: []reportedThing{}, LeftOut: []reportedNote{}, Notes: []reportedNote{}, Refused: []reportedDocument{}, Facts: []importFact{},
		Edited: append([]string{}, files.edited...), Outdated: append([]string{}, files.stale...),
	}
	report.Facts = append(report.Facts, r.facts...)
	notes := slices.Clone(r.notes)
	foreign.SortNotes(notes)
	on := map[string][]reportedNote{}
	for _, n := range notes {
		if n.Left {
			report.LeftOut = append(report.LeftOut, toReported(n))
			continue
		}
		on[n.Of] = append(on[n.Of], toReported(n))
	}
	for _, t := range r.things {
		one := reportedThing{Kind: t.kind, Name: t.key, File: t.path, From: reportedPlace{seen(t.origin.In), t.origin.Document, t.origin.Line}, Outcome: translated, Notes: []reportedNote{}}
		if mine := on[t.key]; len(mine) > 0 {
			one.Outcome, one.Notes = translatedWithNote, mine
			report.Counts.WithNotes++
		} else {
			report.Counts.Translated++
		}
		delete(on, t.key)
		report.Things = append(report.Things, one)
	}
	slices.SortFunc(report.Things, func(a, b reportedThing) int { return cmp.Compare(a.File, b.File) })
	for _, rest := range on {
		report.Notes = append(report.Notes, rest...)
	}
	slices.SortFunc(report.Notes, func(a, b reportedNote) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column), cmp.Compare(a.Message, b.Message))
	})
	for _, refused := range r.refused {
		report.Refused = append(report.Refused, toRefused(refused))
	}
	slices.SortStableFunc(report.Refused, func(a, b reportedDocument) int { return cmp.Compare(a.File, b.File) })
	report.Counts.LeftOut, report.Counts.Refused = len(report.LeftOut), len(report.Refused)
	return report
}

func toReported(n foreign.Placed) reportedNote {
	return reportedNote{seen(n.In), n.Line, n.Column, seen(n.Pointer), seen(n.Message)}
}

// seen is a text without what a terminal would act on and what cannot be seen: documents are others', and
// so are the names of files.
func seen(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || hidden.Rune(r) {
			return -1
		}
		return r
	}, text)
}

func toRefused(r foreign.Refusal) reportedDocument {
	return reportedDocument{File: seen(r.In), Problems: problemsOf(seen(r.In), r.Err)}
}

// problemsOf are all that is wrong with a file, of several documents too.
func problemsOf(in string, err error) []reportedNote {
	if many, ok := err.(interface{ Unwrap() []error }); ok {
		var out []reportedNote
		for _, one := range many.Unwrap() {
			out = append(out, problemsOf(in, one)...)
		}
		return out
	}
	var wrong *yamldoc.Error
	if !errors.As(err, &wrong) {
		return []reportedNote{{in, 1, 1, "", oneLine(err.Error())}}
	}
	var out []reportedNote
	for _, p := range wrong.Problems {
		out = append(out, reportedNote{in, p.Line, p.Column, seen(p.Pointer), seen(p.Message)})
	}
	return out
}

// json is the report for programs.
func (r importReport) json() ([]byte, error) {
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	err := encoder.Encode(r)
	return out.Bytes(), err
}

// markdown is the report for people.
func (r importReport) markdown() []byte {
	var b strings.Builder
	fmt.Fprintf(&b, "# Import from %s\n\n%s.\n", r.Format, r.Counts)
	section := func(title, about string, n int) bool {
		if n > 0 {
			fmt.Fprintf(&b, "\n## %s\n\n", title)
			if about != "" {
				b.WriteString(about + "\n\n")
			}
		}
		return n > 0
	}
	if section("Refused", "Nothing of these documents was taken.", len(r.Refused)) {
		for _, d := range r.Refused {
			for _, p := range d.Problems {
				fmt.Fprintf(&b, "- %s\n", p)
			}
		}
	}
	if section("Left out", "", len(r.LeftOut)) {
		for _, n := range r.LeftOut {
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	if section("Translated", "", len(r.Things)) {
		b.WriteString("| file | from | notes |\n|---|---|---|\n")
		for _, t := range r.Things {
			fmt.Fprintf(&b, "| %s | %s:%d | %s |\n", inline(t.File), inline(t.From.File), t.From.Line, numberOf(len(t.Notes)))
		}
	}
	if section("Notes", "What had no place, or was taken for something.", r.Counts.WithNotes+len(r.Notes)) {
		for _, t := range r.Things {
			for _, n := range t.Notes {
				fmt.Fprintf(&b, "- %s: %s\n", inline(t.Name), n)
			}
		}
		for _, n := range r.Notes {
			fmt.Fprintf(&b, "- %s\n", n)
		}
	}
	if section("Facts to declare", "Scorecards ask them, and nobody tells them yet. An administrator declares each by POST /v1/service-facts with its file in service-facts/; then programs push them, or people attest them.", len(r.Facts)) {
		b.WriteString("| fact | type | what it is |\n|---|---|---|\n")
		for _, f := range r.Facts {
			fmt.Fprintf(&b, "| %s | %s | %s |\n", inline(f.Name), f.Type, inline(f.Doc))
		}
	}
	if section("Edited, kept", "Somebody edited these files since they were written. With --force they are written anew.", len(r.Edited)) {
		for _, path := range r.Edited {
			fmt.Fprintf(&b, "- %s\n", inline(path))
		}
	}
	if section("Of nothing that was read", "An import wrote these files before, and what they came from is not there any more. Remove them, or keep them as yours.", len(r.Outdated)) {
		for _, path := range r.Outdated {
			fmt.Fprintf(&b, "- %s\n", inline(path))
		}
	}
	return []byte(b.String())
}

// numberOf is a number, or nothing for none.
func numberOf(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprint(n)
}

// String is the note with its place, as Markdown.
func (n reportedNote) String() string {
	at := ""
	if n.Pointer != "" {
		at = inline(n.Pointer) + ": "
	}
	return fmt.Sprintf("%s:%d:%d: %s%s", inline(n.File), n.Line, n.Column, at, inline(n.Message))
}

// inMarkdown escapes what somebody typed, so that it is text in a list and in a table.
var inMarkdown = strings.NewReplacer("\\", "\\\\", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "]", "\\]", "<", "&lt;", ">", "&gt;", "|", "\\|", "@", "&#64;", "#", "\\#", "\n", " ", "\r", " ")

func inline(text string) string { return inMarkdown.Replace(text) }

// String says in a line what became of everything.
func (c importCounts) String() string {
	return fmt.Sprintf("%d translated, %d translated with notes, %d left out, %d refused", c.Translated, c.WithNotes, c.LeftOut, c.Refused)
}
