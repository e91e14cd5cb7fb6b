package table

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/evenkeel/evenkeel/internal/yamldoc"
)

// MaxSize is how large a table may be, in bytes, and maxRows how many rows it may have.
const (
	MaxSize = 8 << 20
	maxRows = 50_000
)

// grid is a table that was read: cells by the names of their columns.
type grid struct {
	columns []cell // as they are called in the first row
	rows    []row
}

type row struct {
	cells map[string]cell
	line  int
}

// cell is a text with its place, from 1; columns are in characters.
type cell struct {
	text         string
	line, column int
}

var byteOrderMark = []byte("\ufeff")

// readGrid reads a text as a table. The error is a *yamldoc.Error with the place.
func readGrid(text []byte, called func(string) string) (grid, error) {
	fail := func(line, column int, message string) (grid, error) {
		return grid{}, &yamldoc.Error{Problems: []yamldoc.Problem{{Line: line, Column: column, Message: message}}}
	}
	if len(text) > MaxSize {
		return fail(1, 1, "a table has at most 8 MiB: split it")
	}
	if !utf8.Valid(text) {
		return fail(1, 1, "must be UTF-8: save it as such")
	}
	text = bytes.TrimPrefix(text, byteOrderMark)
	lines := strings.Split(string(text), "\n")
	r := csv.NewReader(bytes.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.ReuseRecord = separator(lines[0]), -1, false
	place := func(line, column int) (int, int) { // of a byte as of a character
		if line < 1 || line > len(lines) {
			return max(line, 1), 1
		}
		of := lines[line-1]
		return line, utf8.RuneCountInString(of[:min(max(column-1, 0), len(of))]) + 1
	}
	var g grid
	names := map[string]bool{}
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		var wrong *csv.ParseError
		if errors.As(err, &wrong) {
			line, column := place(wrong.Line, wrong.Column)
			return fail(line, column, said(wrong.Err))
		}
		if err != nil {
			return fail(1, 1, err.Error())
		}
		cells := make([]cell, len(record))
		for i, text := range record {
			cells[i].text = strings.TrimSpace(text)
			cells[i].line, cells[i].column = place(r.FieldPos(i))
		}
		if g.columns == nil {
			g.columns = cells
			for _, c := range cells {
				if name := called(c.text); names[name] {
					return fail(c.line, c.column, "two columns are called "+name)
				} else if name != "" {
					names[name] = true
				}
			}
			continue
		}
		if len(strings.Join(record, "")) == 0 {
			continue // of rows without a cell a spreadsheet writes the separators
		}
		if len(g.rows) == maxRows {
			return fail(cells[0].line, 1, "a table has at most 50,000 rows: split it")
		}
		of := row{cells: map[string]cell{}, line: cells[0].line}
		for i, c := range cells {
			if i >= len(g.columns) {
				if c.text != "" {
					return fail(c.line, c.column, "is in no column: the first row has fewer; put between quotes what holds the sign that parts cells")
				}
				continue
			}
			if name := called(g.columns[i].text); name != "" {
				of.cells[name] = c
			}
		}
		g.rows = append(g.rows, of)
	}
	if g.columns == nil {
		return fail(1, 1, "there is no table: its first row names the columns")
	}
	return g, nil
}

// said is what is wrong with the quotes of a table.
func said(err error) string {
	switch {
	case errors.Is(err, csv.ErrBareQuote):
		return `a quote is within a cell that does not begin with one: write "" for it, and the cell between quotes`
	case errors.Is(err, csv.ErrQuote):
		return `a cell that begins with a quote has to end with one; within it a quote is written ""`
	}
	return err.Error()
}

// separator is what parts the cells of the first row: what is there most often, outside of quotes.
func separator(first string) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range first {
		switch {
		case r == '"':
			quoted = !quoted
		case !quoted:
			counts[r]++
		}
	}
	best := ','
	for _, r := range ";\t" {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}
