package origin

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Recording is what rules that are installed in a data source record of the slots of an
// indicator.
type Recording struct {
	Group, File string // the group of the rules, and where it was read from
	Good, Total string // the metrics
	Labels      map[string]string
	Resolution  time.Duration
	// Since is when they were first found, and found at each look since.
	Since time.Time
	// Query is what collection asks for them with each new slot, of all indicators at once that are
	// read from rules; empty where nobody asked for it.
	Query string
}

// Series is one of both metrics with the labels, as a selector of PromQL.
func (r Recording) Series(metric string) string {
	var labels []string
	for _, name := range slices.Sorted(maps.Keys(r.Labels)) {
		labels = append(labels, name+"="+strconv.Quote(r.Labels[name]))
	}
	return metric + "{" + strings.Join(labels, ",") + "}"
}

// Words says in sentences what is read of them.
func (r Recording) Words() string {
	return fmt.Sprintf("Its slots are read from what rules record that are installed there, those of the group %q in %s: good events from %s, all events from %s. A slot that they lack is read as is said before.",
		r.Group, r.File, r.Series(r.Good), r.Series(r.Total))
}
