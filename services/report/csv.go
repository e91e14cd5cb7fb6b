package report

import (
	"bytes"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Columns are those of CSV, in their order: one row for each SLO.
var Columns = []string{
	"from", "to", "until", "team", "system", "service", "slo", "outcome", "why", "noun", "objective", "in_force_from", "in_force_to",
	"good", "total", "sli", "allowed", "bad", "consumed", "planned_bad", "unplanned_bad", "silent_seconds", "corrections", "revisions",
	"violations", "alerts",
}

// cell is one of a row: a text, or a number, or neither where something is not known.
type cell struct{ text, number string }

func text(s string) cell { return cell{text: s} }

// CSV is the report as comma-separated values, by RFC 4180, with the numbers of the JSON. What
// is not known is an empty cell. Texts are quoted, all of them, and one that a spreadsheet would
// take for a formula begins with an apostrophe (OWASP, "CSV Injection").
func (c Content) CSV() []byte {
	var b bytes.Buffer
	heads := make([]cell, len(Columns))
	for i, name := range Columns {
		heads[i] = cell{number: name}
	}
	writeRow(&b, heads)
	violations, alerts := map[string]int{}, map[string]int{}
	for _, v := range c.Violations {
		violations[string(v.SLO.ID)]++
	}
	for _, a := range c.Alerts {
		alerts[string(a.SLO.ID)] += a.Count
	}
	for _, s := range c.SLOs {
		system := ""
		if s.System != nil {
			system = s.System.Slug
		}
		writeRow(&b, []cell{
			moment(c.Period.From), moment(c.Period.To), moment(c.Until), text(s.Team.Slug), text(system), text(s.Service.Slug), text(s.SLO.Slug),
			text(string(s.Outcome)), text(s.Why), text(s.Noun), text(s.Objective), moment(s.From), moment(s.To),
			{number: optional(s.Good)}, {number: optional(s.Total)}, {number: optional(s.SLI)}, {number: optional(s.Allowed)}, {number: optional(s.Bad)}, {number: optional(s.Consumed)},
			{number: spent(s.Planned)}, {number: spent(s.Unplanned)}, {number: strconv.FormatInt(s.SilentSeconds, 10)}, count(len(s.Corrections)), count(len(s.Revisions)),
			count(violations[string(s.SLO.ID)]), count(alerts[string(s.SLO.ID)]),
		})
	}
	return b.Bytes()
}

func count(n int) cell { return cell{number: strconv.Itoa(n)} }

// writeRow writes a row. Texts are in quotes whether they need them or not: where a spreadsheet
// parts cells by semicolons, one within a text would begin a cell of its own.
func writeRow(b *bytes.Buffer, row []cell) {
	for i, c := range row {
		if i > 0 {
			b.WriteByte(',')
		}
		if c.text == "" {
			b.WriteString(c.number)
			continue
		}
		b.WriteByte('"')
		b.WriteString(strings.ReplaceAll(harmless(c.text), `"`, `""`))
		b.WriteByte('"')
	}
	b.WriteString("\r\n")
}

// harmless is the text as no spreadsheet takes it for a formula: the characters are OWASP's,
// with those that some take for the same, also behind spaces, which some leave out.
func harmless(text string) string {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(text, " \u00a0\u3000"))
	if strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
		return "'" + text
	}
	return text
}

func moment(at time.Time) cell { return text(at.UTC().Format(time.RFC3339)) }

func number(f float64) string { return strconv.FormatFloat(f, 'f', -1, 64) }

func optional(f *float64) string {
	if f == nil {
		return ""
	}
	return number(*f)
}

func spent(s *Spend) string {
	if s == nil {
		return ""
	}
	return number(s.Bad)
}
