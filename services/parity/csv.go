package parity

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/evenkeel/evenkeel/internal/fault"
	"github.com/evenkeel/evenkeel/internal/yamldoc"
	"github.com/evenkeel/evenkeel/services/foreign"
)

// The columns of a table. The first ones have to be there.
var (
	needed  = []string{"service", "slo", "from", "to", "sli"}
	columns = append(slices.Clone(needed), "good", "total", "budget_remaining", "objective", "id")
)

// table reads rows by the names of their columns, and gathers what is wrong.
type table struct {
	reader *csv.Reader
	header []string
	row    []string
	wrong  yamldoc.Error
}

func (t *table) fail(column int, format string, args ...any) {
	line, at := 1, 1
	if column < len(t.row) {
		line, at = t.reader.FieldPos(column)
	}
	t.wrong.Problems = append(t.wrong.Problems, yamldoc.Problem{Line: line, Column: at, Message: fmt.Sprintf(format, args...)})
}

// maxProblems is how many are told of.
const maxProblems = 100

// newTable reads the names of the columns, which have to be some of those that are known.
func newTable(text []byte, needed, known []string) (*table, error) {
	if len(text) > MaxText {
		return nil, &yamldoc.Error{Problems: []yamldoc.Problem{{Line: 1, Column: 1, Message: fmt.Sprintf("a table has at most %d bytes; this has %d", MaxText, len(text))}}}
	}
	t := &table{reader: csv.NewReader(strings.NewReader(strings.TrimPrefix(string(text), "\ufeff")))}
	t.reader.FieldsPerRecord = 0 // as many as the first row has
	var err error
	if t.header, err = t.reader.Read(); err != nil && !errors.Is(err, io.EOF) {
		return nil, &yamldoc.Error{Problems: []yamldoc.Problem{placed(err)}}
	}
	t.row = t.header
	for i := range t.header {
		t.header[i] = strings.ToLower(strings.TrimSpace(t.header[i]))
		if slices.Contains(t.header[:i], t.header[i]) {
			t.fail(i, "there are two columns %q", fault.Clip(t.header[i], 64))
		} else if !slices.Contains(known, t.header[i]) {
			t.fail(i, "there is no column %q: the columns are %s", fault.Clip(t.header[i], 64), strings.Join(known, ", "))
		}
	}
	for _, name := range needed {
		if !slices.Contains(t.header, name) {
			t.fail(0, "the column %s is missing", name)
		}
	}
	if len(t.wrong.Problems) > 0 {
		return nil, &t.wrong
	}
	return t, nil
}

// placed is an error of the reader of CSV, at its place.
func placed(err error) yamldoc.Problem {
	p := yamldoc.Problem{Line: 1, Column: 1, Message: err.Error()}
	var of *csv.ParseError
	if errors.As(err, &of) {
		p = yamldoc.Problem{Line: of.Line, Column: max(1, of.Column), Message: of.Err.Error()}
	}
	return p
}

// each calls for each row.
func (t *table) each(row func()) error {
	for len(t.wrong.Problems) < maxProblems {
		var err error
		if t.row, err = t.reader.Read(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.wrong.Problems = append(t.wrong.Problems, placed(err))
			break
		}
		row()
	}
	if len(t.wrong.Problems) > 0 {
		slices.SortStableFunc(t.wrong.Problems, func(a, b yamldoc.Problem) int {
			return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
		})
		return &t.wrong
	}
	return nil
}

// of is the value in a column, and its place; empty where there is none.
func (t *table) of(name string) (string, int) {
	i := slices.Index(t.header, name)
	if i < 0 {
		return "", len(t.row)
	}
	return strings.TrimSpace(t.row[i]), i
}

func readCSV(text []byte, _ int) ([]Figure, error) {
	t, err := newTable(text, needed, columns)
	if err != nil {
		return nil, err
	}
	var out []Figure
	err = t.each(func() {
		f := Figure{From: t.time("from"), To: t.time("to")}
		f.Service, _ = t.of("service")
		f.ID, _ = t.of("id")
		var at int
		if f.SLO, at = t.of("slo"); f.SLO == "" {
			t.fail(at, "slo is required")
		}
		if text, at := t.of("sli"); text != "" {
			share, ok := ShareOf(text)
			if !ok || !between(share) {
				t.fail(at, "sli must be a share such as 0.9995, or a percentage with its sign such as 99.95%% (it is %q)", fault.Clip(text, 64))
			}
			f.SLI = share
		}
		if text, at := t.of("objective"); text != "" {
			share, ok := ShareOf(text)
			if !ok || !between(share) {
				t.fail(at, "objective must be a share such as 0.999, or a percentage with its sign such as 99.9%% (it is %q)", fault.Clip(text, 64))
			}
			f.Objective = share
		}
		if text, at := t.of("budget_remaining"); text != "" {
			share, ok := ShareOf(text)
			if !ok {
				t.fail(at, "budget_remaining must be a share such as 0.5, or a percentage with its sign such as 50%% (it is %q)", fault.Clip(text, 64))
			}
			f.Remaining = share
		}
		if text, at := t.of("good"); text != "" {
			good, ok := foreign.Rational(text)
			if !ok || good.Sign() < 0 {
				t.fail(at, "good must be a number of events (it is %q)", fault.Clip(text, 64))
			}
			f.Good = good
		}
		if text, at := t.of("total"); text != "" {
			total, ok := foreign.Rational(text)
			if !ok || total.Sign() < 0 {
				t.fail(at, "total must be a number of events (it is %q)", fault.Clip(text, 64))
			}
			f.Total = total
		}
		out = append(out, f)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// time reads a time, or a date, which is its midnight UTC; zero where there is none.
func (t *table) time(name string) time.Time {
	text, at := t.of(name)
	if text == "" {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if of, err := time.Parse(layout, text); err == nil {
			return of.UTC()
		}
	}
	t.fail(at, "%s must be a time such as 2026-11-01T00:00:00Z, or a date (it is %q)", name, fault.Clip(text, 64))
	return time.Time{}
}
