package main

import (
	"cmp"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

type slot struct {
	Start time.Time `json:"start"`
	Good  float64   `json:"good"`
	Total float64   `json:"total"`
	Group string    `json:"group,omitempty"`
}

type missing struct {
	Start  time.Time `json:"start"`
	Reason string    `json:"reason"`
	Detail string    `json:"detail"`
}

type slots struct {
	Slots   []slot    `json:"slots"`
	Missing []missing `json:"missing"`
}

// read sums the rows of each slot. A slot without rows is missing: that nothing
// was written down does not mean that nothing happened.
func read(files fs.FS, a ask) (slots, error) {
	file, err := files.Open(a.indicator + ".csv")
	if errors.Is(err, fs.ErrNotExist) {
		return slots{}, refuse(http.StatusNotFound, "there is no indicator %q", a.indicator)
	} else if err != nil {
		return slots{}, err
	}
	defer func() { _ = file.Close() }() // it was only read
	type key struct {
		start time.Time
		group string
	}
	sums, seen := map[key]slot{}, map[time.Time]bool{}
	rows := csv.NewReader(file)
	if header, err := rows.Read(); err != nil || !slices.Equal(header[:min(3, len(header))], []string{"time", "good", "total"}) {
		return slots{}, fmt.Errorf("the first line of %s.csv is not time,good,total or time,good,total,group", a.indicator)
	}
	for {
		row, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		// Only a row that was read has fields with a place.
		if broken, ok := errors.AsType[*csv.ParseError](err); ok {
			return slots{}, fmt.Errorf("line %d of %s.csv: %w", broken.Line, a.indicator, broken.Err)
		} else if err != nil {
			return slots{}, fmt.Errorf("read %s.csv: %w", a.indicator, err)
		}
		s, err := parse(row)
		if err != nil {
			line, _ := rows.FieldPos(0)
			return slots{}, fmt.Errorf("line %d of %s.csv: %w", line, a.indicator, err)
		}
		s.Start = s.Start.UTC().Truncate(a.resolution)
		if s.Start.Before(a.from) || !s.Start.Before(a.to) || a.only != "" && s.Group != a.only {
			continue
		}
		if !a.grouped {
			s.Group = ""
		}
		sum := sums[key{s.Start, s.Group}]
		sums[key{s.Start, s.Group}] = slot{s.Start, sum.Good + s.Good, sum.Total + s.Total, s.Group}
		seen[s.Start] = true
	}
	out := slots{Slots: []slot{}, Missing: []missing{}}
	for _, s := range sums {
		out.Slots = append(out.Slots, s)
	}
	slices.SortFunc(out.Slots, func(x, y slot) int { return cmp.Or(x.Start.Compare(y.Start), strings.Compare(x.Group, y.Group)) })
	for at := a.from.UTC(); at.Before(a.to); at = at.Add(a.resolution) {
		if !seen[at] {
			out.Missing = append(out.Missing, missing{at, "no_data", "the file has no row in this slot"})
		}
	}
	return out, nil
}

func parse(row []string) (s slot, err error) {
	if s.Start, err = time.Parse(time.RFC3339, row[0]); err != nil {
		return s, fmt.Errorf("%q is no time", row[0])
	}
	if s.Good, err = strconv.ParseFloat(row[1], 64); err != nil {
		return s, fmt.Errorf("%q is no number", row[1])
	}
	if s.Total, err = strconv.ParseFloat(row[2], 64); err != nil || !(0 <= s.Good && s.Good <= s.Total && s.Total <= 1e9) {
		return s, fmt.Errorf("%q good of %q: 0 ≤ good ≤ total ≤ 1,000,000,000 has to hold", row[1], row[2])
	}
	if len(row) > 3 {
		s.Group = row[3]
	}
	return s, nil
}
