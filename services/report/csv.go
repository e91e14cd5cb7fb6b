package report

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Columns are those of CSV, in their order: one row for each SLO.
var Columns = []string{
	"from", "to", "until", "team", "system", "service", "slo", "outcome", "why", "noun", "objective", "in_force_from", "in_force_to",
	"good", "total", "sli", "allowed", "bad", "consumed", "planned_bad", "unplanned_bad", "silent_seconds", "corrections", "revisions",
	"violations", "alerts",
}

// CSV is the report as comma-separated values, by RFC 4180, with the numbers of the JSON. What
// is not known is an empty cell. A text that a spreadsheet would take for a formula begins
// with an apostrophe (OWASP, "CSV Injection").
func (c Content) CSV() ([]byte, error) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(Columns); err != nil {
		return nil, fmt.Errorf("write a report as CSV: %w", err)
	}
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
		good, total, bad := "", "", ""
		if s.Outcome != NotKnown {
			good, total, bad = number(s.Good), number(s.Total), number(s.Bad)
		}
		row := []string{
			moment(c.Period.From), moment(c.Period.To), moment(c.Until), s.Team.Slug, system, s.Service.Slug, s.SLO.Slug,
			string(s.Outcome), s.Why, s.Noun, s.Objective, moment(s.From), moment(s.To),
			good, total, optional(s.SLI), optional(s.Allowed), bad, optional(s.Consumed), spent(s.Planned), spent(s.Unplanned),
			strconv.FormatInt(s.SilentSeconds, 10), strconv.Itoa(len(s.Corrections)), strconv.Itoa(len(s.Revisions)),
			strconv.Itoa(violations[string(s.SLO.ID)]), strconv.Itoa(alerts[string(s.SLO.ID)]),
		}
		for i, cell := range row {
			row[i] = harmless(cell)
		}
		if err := w.Write(row); err != nil {
			return nil, fmt.Errorf("write a report as CSV: %w", err)
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// harmless is the cell as no spreadsheet takes it for a formula.
func harmless(cell string) string {
	if strings.IndexAny(cell, "=+-@\t\r\n") == 0 {
		return "'" + cell
	}
	return cell
}

func moment(at time.Time) string { return at.UTC().Format(time.RFC3339) }

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
