package store_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/evenkeel/evenkeel/ent/store"
	"github.com/evenkeel/evenkeel/ent/storetest"
	"github.com/evenkeel/evenkeel/internal/id"
)

// notificationLookups are what is asked of notifications every few seconds, or with each
// that is sent, and how SQLite is to find them.
func notificationLookups(target id.ID) []lookup {
	now := storetest.Start
	due, dueArgs := store.DueFor(target, now, 8)
	people, peopleArgs := store.DueFor("", now, 8)
	return []lookup{
		{due, dueArgs, "notification_due (target_id=?)"},
		{people, peopleArgs, "notification_due (target_id=?)"},
		{store.Lanes, []any{now}, "notification_due (target_id=? AND turn=? AND due_at<?)"},
		{"SELECT " + store.Waiting + " FROM notification_targets t WHERE t.id = $1", []any{string(target)}, "notification_dead (target_id=?)"},
	}
}

// Of all that was sent little waits. What is sent next is found in the order in which it is
// sent: nothing is sorted, and what was sent is not looked at.
func TestSQLiteFindsNotificationsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.SQLite(t)
	for _, l := range notificationLookups("none") {
		plan := l.plan(t, s)
		if !slices.ContainsFunc(plan, func(line string) bool { return strings.HasSuffix(line, "INDEX "+l.by) }) {
			t.Errorf("%s is found by %q, want %s", l.text, plan, l.by)
		}
		if slices.ContainsFunc(plan, func(line string) bool {
			return strings.Contains(line, "TEMP B-TREE") || strings.HasPrefix(line, "SCAN n")
		}) {
			t.Errorf("%s has all looked at or sorted: %q", l.text, plan)
		}
	}
}

// Of 20,000 notifications of a target 2,000 wait, of which 1,000 are due and ten come first.
func TestPostgreSQLFindsNotificationsByIndexes(t *testing.T) {
	t.Parallel()
	s := storetest.Postgres(t)
	target := storetest.ATarget("", "hook")
	if err := s.Notify().CreateTarget(t.Context(), target); err != nil {
		t.Fatal(err)
	}
	writer, _ := s.Pools()
	for _, fill := range []struct {
		text string
		args []any
	}{
		{`INSERT INTO told_events (id, type, matter, is_end, happened_at, subject, title, text, link, figures, outcome, note, team_slug, service_slug, told_at)
SELECT lpad(n::text, 26, '0'), 'violation.opened', 'm/' || n, false, $1, '', '', '', '', '[]', 'routed', '', '', '', $1 FROM generate_series(1, 20000) n`, []any{storetest.Start}},
		{`INSERT INTO notifications (id, event_id, target_id, matter, is_end, urgency, turn, state, made_at, due_at, attempts, reason, status)
SELECT lpad(n::text, 26, '0'), lpad(n::text, 26, '0'), $2, 'm/' || n, false, 'soon', CASE WHEN n % 2000 = 0 THEN 0 ELSE 1 END,
CASE WHEN n % 10 = 0 THEN 'pending' WHEN n % 1000 = 1 THEN 'dead' ELSE 'sent' END, $1, $1::timestamptz + (10000 - n) * interval '1 second', 0, '', 0 FROM generate_series(1, 20000) n`, []any{storetest.Start, string(target.ID)}},
		{"VACUUM ANALYZE told_events", nil},
		{"VACUUM ANALYZE notifications", nil},
	} {
		if _, err := writer.ExecContext(t.Context(), fill.text, fill.args...); err != nil {
			t.Fatal(err)
		}
	}
	for _, l := range notificationLookups(target.ID) {
		most := 100.0
		if strings.Contains(l.text, "COUNT(*)") {
			most = 2100 // those that wait and those that are dead are counted
		}
		if n, plan := l.read(t, s); n > most {
			t.Errorf("%s: %v rows are read of 20000 by %s", l.text, n, plan)
		}
	}
	due, err := s.Notify().Due(t.Context(), target.ID, storetest.Start, 8)
	if err != nil || len(due) != 8 || string(due[0].ID) != strings.Repeat("0", 21)+"20000" {
		t.Errorf("due are %v: %v", due, err)
	}
}
