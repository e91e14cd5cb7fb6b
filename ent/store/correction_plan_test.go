package store_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
)

// The evaluator asks each time: what ended or was removed long ago must not be gone
// through.
func TestSQLiteFindsActiveCorrectionsByTheirEnd(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	from, to := storetest.Start, storetest.Start.Add(time.Hour)
	for _, l := range []lookup{
		{store.ActiveCorrections, []any{from, to}, "correction_live (ends_at>?)"},
		{store.ActiveCorrectionsOf, []any{from, to, "none"}, "correction_slo_id_begins_at_id (slo_id=? AND begins_at<?)"},
	} {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) || slices.ContainsFunc(plan, func(line string) bool { return strings.HasPrefix(line, "SCAN") }) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
	}
}
