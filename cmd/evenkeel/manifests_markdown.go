package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/evenkeel/evenkeel/openapi/client"
	"github.com/evenkeel/evenkeel/services/issues/markdown"
)

// maxMarkdown is how much of details is written, in bytes: GitHub refuses comments of more than 65,536
// characters.
const maxMarkdown = 50_000

// actionWords are actions as a column of a table.
var actionWords = map[string]string{"create": "create", "update": "change", "keep": "keep", "restore": "restore", "end": "**end**", "leave": "leave", "none": "none"}

// writePlanMarkdown writes the plan for a pull request: a table, and details that are folded. What people typed
// stands as code, which mentions nobody and links nowhere.
func writePlanMarkdown(w io.Writer, plan client.ManifestPlan, foreseen map[string]string) {
	fmt.Fprintf(w, "### Evenkeel: %s\n\n", tally(plan, "to create", "to change", "to end"))
	if len(plan.Steps) == 0 {
		return
	}
	var table, details strings.Builder
	left := 0
	for _, s := range plan.Steps {
		row := fmt.Sprintf("| %s | %s | %s | %s |\n", actionWords[string(s.Action)], s.Kind, inCell(s.Name), inCell(place(s)))
		detail := stepDetail(s, foreseen[identity(s)])
		if table.Len()+details.Len()+len(row)+len(detail) > maxMarkdown {
			left++
			continue
		}
		table.WriteString(row)
		details.WriteString(detail)
	}
	fmt.Fprintf(w, "| action | kind | name | file |\n|---|---|---|---|\n%s", table.String())
	if left > 0 {
		fmt.Fprintf(w, "\nAnd %d more.\n", left)
	}
	if details.Len() > 0 {
		fmt.Fprintf(w, "\n<details><summary>Details</summary>\n\n%s\n</details>\n", details.String())
	}
}

// stepDetail is a block of text with what a step does, empty where there is nothing to tell.
func stepDetail(s client.ManifestStep, foreseen string) string {
	var text strings.Builder
	tellRefusal(&text, s)
	t := planText{w: &text, detail: true}
	for _, f := range s.Fields {
		t.field(f)
	}
	text.WriteString(foreseen)
	if text.Len() == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s\n\n%s\n", s.Kind, inCell(s.Name), inBlock(text.String()))
}

// inCell has a text stand as code in a cell of a table, which a bar would end even within code.
func inCell(text string) string { return markdown.Code(strings.ReplaceAll(text, "|", "¦")) }

// inBlock has a text stand as a block of code (CommonMark 0.31.2, section 4.5).
func inBlock(text string) string {
	fence := strings.Repeat("`", max(3, mostBackticks(text)+1))
	return fence + "text\n" + strings.TrimSuffix(text, "\n") + "\n" + fence + "\n"
}

// mostBackticks is how many stand in a row at most.
func mostBackticks(text string) int {
	most, row := 0, 0
	for _, r := range text {
		if row++; r != '`' {
			row = 0
		}
		most = max(most, row)
	}
	return most
}
