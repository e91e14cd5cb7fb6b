package bench

import (
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"testing"
	"text/tabwriter"
)

// TestMain prints the figures that benchmarks left, or is the process whose memory
// one of them measures.
func TestMain(m *testing.M) {
	if plan := os.Getenv(memoryVariable); plan != "" {
		if err := weigh(plan); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	code := m.Run()
	if err := errors.Join(removeTemplates(), results.print(os.Stdout)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = max(code, 1)
	}
	os.Exit(code)
}

// figure is one line of what is printed.
type figure struct {
	name string
	this string // what was measured of the program
	peer string // what of the yardstick, where there is one
	said string // their ratio, empty for figures without a peer
	goal string // empty where none was set
	met  bool
	note string
}

// report gathers figures of all benchmarks.
type report struct {
	mu      sync.Mutex
	figures []figure
}

var results report

// add takes a figure in; a benchmark that is run twice replaces its own.
func (r *report) add(f figure) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for i := range r.figures {
		if r.figures[i].name == f.name {
			r.figures[i] = f
			return
		}
	}
	r.figures = append(r.figures, f)
}

func (r *report) print(w io.Writer) error {
	if len(r.figures) == 0 {
		return nil
	}
	fmt.Fprintln(w)
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "FIGURE\tTHIS\tPEER\tRATIO\tGOAL\t")
	var missed []string
	for _, f := range r.figures {
		verdict := "-"
		switch {
		case f.goal != "" && f.met:
			verdict = "met"
		case f.goal != "":
			verdict = "MISSED"
			missed = append(missed, fmt.Sprintf("%s: %s %s, goal %s", f.name, f.this, f.said, f.goal))
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", f.name, f.this, orDash(f.peer), orDash(f.said), orDash(f.goal), verdict, f.note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	for _, line := range missed {
		fmt.Fprintln(w, "!! MISSED ", line)
	}
	fmt.Fprintln(w)
	return nil
}

func orDash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}
