package main

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode"

	"github.com/aymanbagabas/go-udiff"
	"github.com/mattn/go-isatty"

	"github.com/evenkeel/evenkeel/openapi/client"
)

// signs are how steps are told.
var signs = map[string]string{"create": "+", "update": "~", "keep": "=", "restore": "^", "end": "-", "leave": ".", "none": "!"}

// colours are how signs look on a terminal (ECMA-48, SGR).
var colours = map[string]string{"create": "32", "restore": "32", "update": "33", "end": "31", "leave": "2", "none": "31"}

// tellPlan writes the plan, and on standard error what is refused. foreseen is what is to be told of steps
// beside, by their kind and name.
func (p *program) tellPlan(b bringing, plan client.ManifestPlan, foreseen map[string]string) error {
	for _, n := range plan.Notes {
		where := oneLine(n.Path)
		if n.Line > 0 { // of what no file says any more there is none
			where += fmt.Sprintf(":%d:%d", n.Line, max(n.Column, 1))
		}
		fmt.Fprintf(p.stderr, "%s: %s\n", where, oneLine(n.Message))
	}
	for _, s := range plan.Steps {
		tellRefusal(p.stderr, s)
	}
	var out bytes.Buffer
	switch b.output {
	case "json":
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(plan); err != nil {
			return err
		}
	case "markdown":
		writePlanMarkdown(&out, plan, foreseen)
	default:
		t := planText{&out, p.coloured(), b.detail}
		for _, s := range plan.Steps {
			t.step(s, foreseen[identity(s)])
		}
		fmt.Fprintf(&out, "%s.\n", tally(plan, "to create", "to change", "to end"))
	}
	_, err := out.WriteTo(p.stdout)
	return err
}

// place is where a file says it, without a line where it says it no more; empty of a set itself.
func place(s client.ManifestStep) string {
	if s.Line == 0 {
		return oneLine(s.Path)
	}
	return fmt.Sprintf("%s:%d", oneLine(s.Path), s.Line)
}

// identity names what a step is of.
func identity(s client.ManifestStep) string { return string(s.Kind) + "/" + s.Name }

// tellRefusal tells why a step cannot be done, at its places.
func tellRefusal(w io.Writer, s client.ManifestStep) {
	if s.Refused == nil {
		return
	}
	if s.Line == 0 { // no file says it any more
		fmt.Fprintf(w, "%s: %s %s: %s\n", oneLine(s.Path), s.Kind, oneLine(s.Name), oneLine(s.Refused.Message))
		return
	}
	for _, problem := range s.Refused.Problems {
		fmt.Fprintf(w, "%s:%d:%d: %s: %s\n", oneLine(s.Path), cmp.Or(problem.Line, s.Line), max(problem.Column, 1), oneLine(problem.Pointer), oneLine(problem.Message))
	}
	if len(s.Refused.Problems) == 0 {
		fmt.Fprintf(w, "%s:%d:1: %s %s: %s\n", oneLine(s.Path), s.Line, s.Kind, oneLine(s.Name), oneLine(s.Refused.Message))
	}
}

// tally is how much is done.
func tally(plan client.ManifestPlan, created, changed, ended string) string {
	n := plan.Counts
	text := fmt.Sprintf("%d %s, %d %s, %d %s", n["create"], created, n["update"]+n["restore"], changed, n["end"], ended)
	if n["keep"] > 0 {
		text += fmt.Sprintf(", %d kept from now on", n["keep"])
	}
	text += fmt.Sprintf("; %d as they should be", n["none"])
	if n["leave"] > 0 {
		text += fmt.Sprintf("; %d are said no more and left", n["leave"])
	}
	if plan.Refused > 0 {
		text += fmt.Sprintf("; %d refused, so that nothing can be done", plan.Refused)
	}
	return text
}

// coloured reports whether what is written is looked at on a terminal that shows colours; see no-color.org.
func (p *program) coloured() bool {
	for _, entry := range p.environ {
		name, value, _ := strings.Cut(entry, "=")
		if name == "NO_COLOR" && value != "" || name == "TERM" && value == "dumb" {
			return false
		}
	}
	f, is := p.stdout.(*os.File)
	return is && isatty.IsTerminal(f.Fd())
}

// planText writes steps for people.
type planText struct {
	w        io.Writer
	coloured bool
	detail   bool
}

func (t planText) line(action, text string) {
	if colour := colours[action]; t.coloured && colour != "" {
		text = "\x1b[" + colour + "m" + text + "\x1b[0m"
	}
	fmt.Fprintln(t.w, text)
}

func (t planText) step(s client.ManifestStep, foreseen string) {
	text := fmt.Sprintf("%s %s %s", signs[string(s.Action)], s.Kind, oneLine(s.Name))
	if s.Path != "" {
		text += " (" + place(s) + ")"
	}
	t.line(string(s.Action), text)
	for _, f := range s.Fields {
		if s.Action != "create" || t.detail {
			t.field(f)
		}
	}
	for line := range strings.Lines(foreseen) {
		fmt.Fprintf(t.w, "    %s", line)
	}
}

// long is of how many characters a value is that is told as a difference of lines.
const long = 60

func (t planText) field(f client.ManifestField) {
	name := oneLine(f.Name)
	before, after := valueText(f.Before), valueText(f.After)
	switch {
	case len(before) <= long && len(after) <= long && !strings.Contains(before+after, "\n"):
		if f.Before == nil {
			fmt.Fprintf(t.w, "    %s: %s\n", name, after)
			return
		}
		fmt.Fprintf(t.w, "    %s: %s → %s\n", name, before, after)
	default:
		fmt.Fprintf(t.w, "    %s:\n", name)
		for line := range strings.Lines(lineDifference(ifSaid(f.Before, before), ifSaid(f.After, after))) {
			switch line[0] {
			case '+':
				t.line("create", "      "+strings.TrimSuffix(line, "\n"))
			case '-':
				t.line("end", "      "+strings.TrimSuffix(line, "\n"))
			default:
				fmt.Fprintf(t.w, "      %s", line)
			}
		}
	}
}

// ifSaid is the text of a value that says something.
func ifSaid(v any, text string) string {
	if v == nil || v == "" {
		return ""
	}
	return text
}

// lineDifference is a unified difference without its head.
func lineDifference(before, after string) string {
	lines := func(text string) string {
		if text == "" || strings.HasSuffix(text, "\n") {
			return text
		}
		return text + "\n"
	}
	text := udiff.Unified("before", "after", lines(before), lines(after))
	for range 2 {
		_, text, _ = strings.Cut(text, "\n")
	}
	return text
}

// valueText is a value as people read it: texts in one line as JSON, of several lines as they are, and others
// as JSON, by lines where it is long. What a terminal would act on is escaped.
func valueText(v any) string {
	if v == nil {
		return "nothing"
	}
	if s, is := v.(string); is && strings.Contains(strings.TrimSuffix(s, "\n"), "\n") {
		return visible(s)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	if _, is := v.(string); !is {
		if text, err := json.Marshal(v); err == nil && len(text) > long {
			encoder.SetIndent("", "  ")
		}
	}
	if err := encoder.Encode(v); err != nil {
		return fmt.Sprintf("%q", fmt.Sprint(v)) // it was read from JSON, and so can be written as such
	}
	return visible(strings.TrimSuffix(out.String(), "\n"))
}

// visible escapes what a terminal would act on, but for the ends of lines.
func visible(text string) string {
	return strings.Map(func(r rune) rune {
		if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
			return '�'
		}
		return r
	}, text)
}
