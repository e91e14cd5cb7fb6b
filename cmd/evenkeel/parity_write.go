package main

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/evenkeel/evenkeel/services/parity"
)

// The digits behind the points of percentages that are written.
const (
	digitsOfSLI    = 4
	digitsOfBudget = 2
)

// tellParity writes the report.
func (p *program) tellParity(c comparing, r parity.Report) error {
	switch c.output {
	case "json":
		return p.parityJSON(c, r)
	case "csv":
		return p.parityCSV(r)
	}
	return p.parityText(c, r)
}

// verdicts are how they are told, in the order of a summary.
var verdicts = []struct {
	of    parity.Verdict
	words string
}{
	{parity.Same, "the same"}, {parity.Differs, "differ"}, {parity.NoDataHere, "without data here"}, {parity.NoDataThere, "without data there"}, {parity.OtherWindow, "over another window"},
	{parity.MissingHere, "missing here"}, {parity.MissingThere, "missing there"}, {parity.Unknown, "without data on both sides"},
}

func wordsOf(v parity.Verdict) string {
	for _, one := range verdicts {
		if one.of == v {
			return one.words
		}
	}
	return string(v)
}

func (p *program) parityText(c comparing, r parity.Report) error {
	w := tabwriter.NewWriter(p.stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SLO\tSLI there\there\tpoints\tbudget there\there\tpoints\t")
	for _, row := range r.Rows {
		theirs, ours := figureOf(row.Theirs), figureOf(row.Ours)
		why := wordsOf(row.Verdict)
		if row.Why != "" {
			why += ": " + row.Why
		}
		cells := []string{
			row.Name.String(), parity.Percentage(theirs.SLI, digitsOfSLI), parity.Percentage(ours.SLI, digitsOfSLI), parity.Decimal(row.SLI, digitsOfSLI),
			parity.Percentage(theirs.Remaining, digitsOfBudget), parity.Percentage(ours.Remaining, digitsOfBudget), parity.Decimal(row.Budget, digitsOfBudget), why,
		}
		for i := range cells {
			if cells[i] = oneLine(cells[i]); cells[i] == "" {
				cells[i] = "–"
			}
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	var parts []string
	for _, v := range verdicts {
		if n := r.Count(v.of); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, v.words))
		}
	}
	noun := "SLOs"
	if len(r.Rows) == 1 {
		noun = "SLO"
	}
	_, err := fmt.Fprintf(p.stdout, "\n%d %s over %d days: %s; SLIs may be %s percentage points apart\n", len(r.Rows), noun, c.days, strings.Join(parts, ", "), c.tolerance)
	return err
}

func figureOf(f *parity.Figure) parity.Figure {
	if f == nil {
		return parity.Figure{}
	}
	return *f
}

// told is a figure as it is written for programs: percentages as decimals.
type told struct {
	Service         string `json:"service,omitempty"`
	SLO             string `json:"slo,omitempty"`
	ID              string `json:"id,omitempty"`
	From            string `json:"from,omitempty"`
	To              string `json:"to,omitempty"`
	SLI             string `json:"sliPercent,omitempty"`
	BudgetRemaining string `json:"budgetRemainingPercent,omitempty"`
}

func toldOf(f *parity.Figure) *told {
	if f == nil {
		return nil
	}
	at := func(t time.Time) string {
		if t.IsZero() {
			return ""
		}
		return t.UTC().Format(time.RFC3339)
	}
	return &told{f.Service, f.SLO, f.ID, at(f.From), at(f.To), parity.Percentage(f.SLI, digitsOfSLI), parity.Percentage(f.Remaining, digitsOfBudget)}
}

func (p *program) parityJSON(c comparing, r parity.Report) error {
	type row struct {
		Service          string         `json:"service"`
		SLO              string         `json:"slo"`
		Theirs           *told          `json:"theirs"`
		Ours             *told          `json:"ours"`
		SLIDifference    string         `json:"sliDifference,omitempty"`
		BudgetDifference string         `json:"budgetDifference,omitempty"`
		Verdict          parity.Verdict `json:"verdict"`
		Why              string         `json:"why,omitempty"`
	}
	out := struct {
		Days      int                    `json:"days"`
		Tolerance string                 `json:"tolerance"`
		Summary   map[parity.Verdict]int `json:"summary"`
		SLOs      []row                  `json:"slos"`
	}{c.days, c.tolerance, map[parity.Verdict]int{}, []row{}}
	for _, one := range r.Rows {
		out.Summary[one.Verdict]++
		out.SLOs = append(out.SLOs, row{one.Name.Service, one.Name.SLO, toldOf(one.Theirs), toldOf(one.Ours), parity.Decimal(one.SLI, digitsOfSLI), parity.Decimal(one.Budget, digitsOfBudget), one.Verdict, one.Why})
	}
	text, err := json.MarshalIndent(out, "", "  ")
	if err != nil {
		return err
	}
	_, err = p.stdout.Write(append(text, '\n'))
	return err
}

func (p *program) parityCSV(r parity.Report) error {
	w := csv.NewWriter(p.stdout)
	rows := [][]string{{"service", "slo", "id", "sli_there", "sli_here", "sli_difference", "budget_there", "budget_here", "budget_difference", "verdict", "why"}}
	for _, row := range r.Rows {
		theirs, ours := figureOf(row.Theirs), figureOf(row.Ours)
		rows = append(rows, []string{
			unformulaic(row.Name.Service), unformulaic(row.Name.SLO), unformulaic(theirs.ID), parity.Percentage(theirs.SLI, digitsOfSLI), parity.Percentage(ours.SLI, digitsOfSLI), parity.Decimal(row.SLI, digitsOfSLI),
			parity.Percentage(theirs.Remaining, digitsOfBudget), parity.Percentage(ours.Remaining, digitsOfBudget), parity.Decimal(row.Budget, digitsOfBudget), string(row.Verdict), unformulaic(row.Why),
		})
	}
	return w.WriteAll(rows)
}

// unformulaic is a text that no spreadsheet takes for a formula (OWASP, "CSV Injection").
func unformulaic(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
